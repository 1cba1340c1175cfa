/** What one can change of oneself, and the way out. @module */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import {
  currentLanguage,
  type Language,
  LANGUAGES,
  t,
} from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { CopyButton } from "../../panel/ui/copy.tsx";
import { ConfirmDialog } from "../../panel/ui/dialog.tsx";
import { SelectField, SwitchField, TextField } from "../../panel/ui/fields.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import { post } from "../net/exchange.ts";
import { Face } from "./parts/face.tsx";
import { FaceField } from "./parts/face_field.tsx";
import type { Notices } from "../model/types.ts";
import { allowNotices, canNotify } from "./notices.ts";
import { saveFile } from "./parts/save_file.ts";
import {
  chooseTheme,
  type Theme,
  theme,
  THEMES,
} from "../../panel/shell/theme.ts";
import { useStore } from "../../panel/client/store.ts";
import { said } from "./parts/said.ts";
import { Transfer } from "./transfer.tsx";
import { messenger as current, useBook } from "./state.ts";

const NOTICES: readonly Notices[] = ["none", "quiet", "full"];

interface SettingsProps {
  readonly messenger: Messenger;
  readonly onLanguage: (language: Language) => Promise<void>;
}

export function Settings(
  { messenger, onLanguage }: SettingsProps,
): JSX.Element {
  const book = useBook(messenger);
  const { account } = book;
  const [name, setName] = useState(account.name);
  const [asked, setAsked] = useState<"out" | "delete">();
  const shownTheme = useStore(theme);

  async function leave(): Promise<void> {
    messenger.link.stop();
    await book.vault.wipe();
    current.set(undefined);
  }

  return (
    <section class="app-page">
      <h2>{t("app.settings")}</h2>
      <form
        class="card app-form"
        onSubmit={async (event) => {
          event.preventDefault();
          await messenger.acts.rename(name.trim());
          toast(t("app.saved"));
        }}
      >
        <h3>{t("app.profile")}</h3>
        <div class="app-self">
          <Face
            name={account.name || account.address}
            of={account.key.fingerprint}
            picture={account.face}
          />
          <FaceField
            has={account.face !== undefined}
            onChange={(picture) => messenger.acts.setFace(picture)}
          />
        </div>
        <p class="app-actions">
          <bdi dir="ltr">{account.address}</bdi>
          <CopyButton text={account.address} />
        </p>
        <TextField
          label={t("app.your_name")}
          value={name}
          onChange={setName}
          maxLength={80}
        />
        <Button submit disabled={name.trim() === account.name}>
          {t("app.save")}
        </Button>
      </form>
      <div class="card app-form">
        <h3>{t("app.here")}</h3>
        <SelectField
          label={t("app.language")}
          value={currentLanguage()}
          options={Object.entries(LANGUAGES)}
          onChange={(value) => onLanguage(value as Language)}
        />
        <SwitchField
          label={t("app.receipts")}
          hint={t("app.receipts_hint")}
          value={account.sendsReceipts}
          onChange={(value) => messenger.acts.sendReceipts(value)}
        />
        {canNotify() && (
          <SelectField
            label={t("app.notices")}
            hint={t("app.notices_hint")}
            value={account.notices ?? "none"}
            options={NOTICES.map((one) =>
              [one, t(`app.notices.${one}`)] as const
            )}
            onChange={async (value) => {
              const notices = value as Notices;
              if (notices !== "none" && !await allowNotices()) {
                return toast(t("app.notices_refused"), "bad");
              }
              await book.alterAccount((one) => ({ ...one, notices }));
            }}
          />
        )}
        <SwitchField
          label={t("app.other_devices")}
          hint={t("app.other_devices_hint")}
          value={account.hasOtherDevices === true}
          onChange={(hasOtherDevices) =>
            book.alterAccount((one) => ({ ...one, hasOtherDevices }))}
        />
        <SelectField
          label={t("app.theme")}
          value={shownTheme}
          options={THEMES.map((one) => [one, t(`theme.${one}`)] as const)}
          onChange={(value) => chooseTheme(value as Theme)}
        />
      </div>
      <Password messenger={messenger} />
      <Transfer messenger={messenger} />
      <div class="card app-form">
        <h3>{t("app.key")}</h3>
        <p class="hint">{t("app.key_export_hint")}</p>
        <Button
          onClick={() =>
            saveFile(
              "secret-key.asc",
              account.key.armored,
              "application/pgp-keys",
            )}
        >
          {t("app.key_export")}
        </Button>
      </div>
      <Blocked messenger={messenger} />
      <div class="card app-form">
        <h3>{t("app.way_out")}</h3>
        <p class="app-actions">
          <Button onClick={() => setAsked("out")}>{t("app.log_out")}</Button>
          <Button kind="danger" onClick={() => setAsked("delete")}>
            {t("app.delete_account")}
          </Button>
        </p>
      </div>
      {asked === "out" && (
        <ConfirmDialog
          said={said}
          title={t("app.log_out")}
          confirmLabel={t("app.log_out")}
          danger
          onConfirm={leave}
          onClose={() => setAsked(undefined)}
        >
          <p>{t("app.log_out_text")}</p>
        </ConfirmDialog>
      )}
      {asked === "delete" && (
        <ConfirmDialog
          said={said}
          title={t("app.delete_account")}
          confirmLabel={t("app.delete_account")}
          typeToConfirm={account.address}
          danger
          onConfirm={async () => {
            await post("/webimap/delete-account", {
              current_password: account.password,
            }, account);
            await leave();
          }}
          onClose={() => setAsked(undefined)}
        >
          <p>{t("app.delete_account_text")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** People, groups and channels of which nothing is shown. */
function Blocked({ messenger: { book, acts } }: {
  readonly messenger: Messenger;
}) {
  const people = book.contacts.filter((contact) => contact.blocked);
  const blocked = [
    ...people.map((one) => ({
      id: one.fingerprint,
      name: one.name,
      unblock: () => acts.block(one, false),
    })),
    ...book.blockedChats.map((chat) => ({
      id: chat.id,
      name: chat.name,
      unblock: () => acts.unblockGroup(chat),
    })),
  ];
  if (blocked.length === 0) return null;
  return (
    <div class="card app-form">
      <h3>{t("app.blocked")}</h3>
      {blocked.map(({ id, name, unblock }) => (
        <p class="app-actions" key={id}>
          <bdi>{name}</bdi>
          <Button
            small
            onClick={() =>
              unblock().catch((error) => toast(said(error), "bad"))}
          >
            {t("app.unblock")}
          </Button>
        </p>
      ))}
    </div>
  );
}

function Password({ messenger }: { readonly messenger: Messenger }) {
  const { book } = messenger;
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const isChanging = useRef(false);
  return (
    <form
      class="card app-form"
      onSubmit={async (event) => {
        event.preventDefault();
        if (isChanging.current) return;
        isChanging.current = true;
        setBusy(true);
        setProblem("");
        try {
          await post("/webimap/password", {
            current_password: now,
            new_password: next,
          }, { address: book.account.address, password: now });
          await book.alterAccount((one) => ({ ...one, password: next }));
          messenger.link.again();
          // what was typed meanwhile stays
          setNow((typed) => typed === now ? "" : typed);
          setNext((typed) => typed === next ? "" : typed);
          toast(t("app.saved"));
        } catch (error) {
          setProblem(said(error));
        }
        isChanging.current = false;
        setBusy(false);
      }}
    >
      <h3>{t("app.change_password")}</h3>
      <TextField
        kind="secret"
        label={t("app.current_password")}
        value={now}
        onChange={setNow}
        error={problem || undefined}
      />
      <TextField
        kind="secret"
        label={t("app.new_password")}
        value={next}
        onChange={setNext}
      />
      <Button submit busy={busy} disabled={now === "" || next === ""}>
        {t("app.save")}
      </Button>
    </form>
  );
}
