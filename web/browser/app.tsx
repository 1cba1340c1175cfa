/**
 * The browser client: a small messenger, whose keys never leave the browser.
 *
 * @module
 */
import { render } from "preact";
import {
  chooseLanguage,
  language,
  loadLanguage,
} from "./panel/i18n/language.ts";
import { preferredLanguage } from "./panel/i18n/preferred.ts";
import { useStore } from "./panel/client/store.ts";
import { Toasts } from "./panel/ui/toast.tsx";
import { WebMail } from "./app/net/web_mail.ts";
import { Book } from "./app/model/book.ts";
import { Messenger } from "./app/model/messenger.ts";
import type { Account } from "./app/model/types.ts";
import { DeviceVault, MemoryVault, type Vault } from "./app/storage/vault.ts";
import { Login } from "./app/ui/login.tsx";
import { Main } from "./app/ui/main.tsx";
import { messenger } from "./app/ui/state.ts";

function begin(book: Book): void {
  const made = new Messenger(book, new WebMail(() => book.account));
  messenger.set(made);
  made.start();
}

async function enter(account: Account, isKept: boolean): Promise<void> {
  const vault: Vault = isKept ? await DeviceVault.open() : new MemoryVault();
  begin(await Book.create(vault, account));
}

async function resume(): Promise<void> {
  if (!await DeviceVault.isThere()) return;
  const vault = await DeviceVault.open();
  const book = await Book.open(vault);
  if (book) begin(book);
  else await vault.wipe();
}

function App() {
  const shown = useStore(language);
  const current = useStore(messenger);
  return (
    <>
      {current
        ? <Main key={shown} messenger={current} onLanguage={chooseLanguage} />
        : <Login key={shown} onEnter={enter} />}
      <Toasts />
    </>
  );
}

await loadLanguage(preferredLanguage());
await resume().catch(() => {}); // what cannot be read is not there: one logs in again
render(<App />, document.getElementById("app")!);
if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("/app/worker.js", { scope: "/app" })
    .catch(() => {}); // then it works online alone
}
