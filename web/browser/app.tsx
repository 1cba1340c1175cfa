/**
 * The browser client: a small messenger, whose keys never leave the browser.
 *
 * @module
 */
import { render } from "preact";
import { useRef, useState } from "preact/hooks";
import {
  chooseLanguage,
  language,
  loadLanguage,
} from "./panel/i18n/language.ts";
import { preferredLanguage } from "./panel/i18n/preferred.ts";
import { t } from "./panel/i18n/translate.ts";
import { useStore } from "./panel/client/store.ts";
import { restoreTheme } from "./panel/shell/theme.ts";
import { Button } from "./panel/ui/button.tsx";
import { toast, Toasts } from "./panel/ui/toast.tsx";
import { BROWSER } from "./app/net/browser.ts";
import { WebMail } from "./app/net/web_mail.ts";
import { Book } from "./app/model/book.ts";
import { Messenger } from "./app/model/messenger.ts";
import type { Account } from "./app/model/types.ts";
import { holdTab } from "./app/storage/only_tab.ts";
import { readTransfer } from "./app/storage/transfer.ts";
import { DeviceVault, MemoryVault, type Vault } from "./app/storage/vault.ts";
import { Login } from "./app/ui/login.tsx";
import { Main } from "./app/ui/main.tsx";
import { said } from "./app/ui/parts/said.ts";
import { isElsewhere, messenger } from "./app/ui/state.ts";

function begin(book: Book): void {
  const made = new Messenger(book, new WebMail(() => book.account, BROWSER));
  messenger.set(made);
  made.start();
}

/** What is kept on this device is of one tab at a time. */
async function openVault(
  isKept: boolean,
  takeOver = false,
): Promise<Vault | undefined> {
  if (!isKept) return new MemoryVault();
  const hold = await holdTab({ takeOver });
  if (!hold) return undefined;
  void hold.lost.then(() => {
    messenger.get()?.link.stop();
    // what is still under way here would write over what the other tab writes
    messenger.get()?.book.vault.close();
    messenger.set(undefined);
    isElsewhere.set(true);
  });
  void navigator.storage?.persist?.();
  const vault = await DeviceVault.open().catch((cause) => {
    hold.release();
    throw new Error("not_kept_here", { cause });
  });
  return vault.whenWiped(hold.release).whenLost(() => {
    hold.release();
    messenger.get()?.link.stop();
    messenger.set(undefined);
    toast(t("app.lost"), "bad");
  });
}

/** @throws {Error} `already_here` when another tab has begun with an account meanwhile */
async function emptyVault(isKept: boolean): Promise<Vault> {
  const vault = await openVault(isKept);
  if (!vault || await vault.get("account") !== undefined) {
    throw new Error("already_here");
  }
  return vault;
}

async function enter(account: Account, isKept: boolean): Promise<void> {
  begin(await Book.create(await emptyVault(isKept), account));
}

async function move(file: string, code: string, isKept: boolean) {
  const vault = await emptyVault(isKept);
  try {
    await readTransfer(file, code, vault);
    const book = await Book.open(vault);
    if (!book) throw new Error("no_transfer");
    begin(book);
  } catch (error) {
    await vault.wipe();
    throw error;
  }
}

async function resume(takeOver: boolean): Promise<void> {
  if (!await DeviceVault.isThere()) return isElsewhere.set(false);
  const vault = await openVault(true, takeOver);
  isElsewhere.set(vault === undefined);
  if (!vault) return;
  const book = await Book.open(vault);
  if (book) begin(book);
  else await vault.wipe();
}

function Elsewhere() {
  const [busy, setBusy] = useState(false);
  const isTaking = useRef(false);
  return (
    <main class="app-login">
      <h1>{t("app.title")}</h1>
      <div class="card app-form">
        <p>{t("app.elsewhere")}</p>
        <Button
          kind="primary"
          busy={busy}
          onClick={() => {
            if (isTaking.current) return;
            isTaking.current = true;
            setBusy(true);
            void resume(true).finally(() => {
              isTaking.current = false;
              setBusy(false);
            });
          }}
        >
          {t("app.use_here")}
        </Button>
      </div>
    </main>
  );
}

function App() {
  const shown = useStore(language);
  const current = useStore(messenger);
  const elsewhere = useStore(isElsewhere);
  return (
    <>
      {current
        ? <Main key={shown} messenger={current} onLanguage={chooseLanguage} />
        : elsewhere
        ? <Elsewhere key={shown} />
        : <Login key={shown} onEnter={enter} onMove={move} />}
      <Toasts />
    </>
  );
}

// whatever nobody else has caught is said as well
addEventListener("unhandledrejection", ({ reason }) => {
  toast(said(reason), "bad");
});
restoreTheme();
await loadLanguage(preferredLanguage());
await resume(false).catch(() => {}); // what cannot be read is not there: one logs in again
render(<App />, document.getElementById("app")!);
if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("/app/worker.js", { scope: "/app" })
    .catch(() => {}); // then it works online alone
}
