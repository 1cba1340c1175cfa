/** What one can change of oneself, and the way out. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
  currentLanguage,
  type Language,
  LANGUAGES,
  t,
} from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { ConfirmDialog } from "../../panel/ui/dialog.tsx";
import { SelectField, SwitchField, TextField } from "../../panel/ui/fields.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import { post } from "../net/web_mail.ts";
import { said } from "./login.tsx";
import { messenger as current, useBook } from "./state.ts";

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

  async function leave(): Promise<void> {
    messenger.link.stop();
    await book.vault.wipe();
    current.set(undefined);
  }

  return (
    <section class="app-page">
      <h2>{t("app.settings")}</h2>
      <p>
        <bdi dir="ltr">{account.address}</bdi>
      </p>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          await book.setAccount({ ...account, name: name.trim() });
          toast(t("app.saved"));
        }}
      >
        <TextField
          label={t("app.your_name")}
          value={name}
          onChange={setName}
        />
        <Button submit>{t("app.save")}</Button>
      </form>
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
        onChange={(sendsReceipts) =>
          book.setAccount({ ...account, sendsReceipts })}
      />
      <Password messenger={messenger} />
      <h3>{t("app.key")}</h3>
      <p class="hint">{t("app.key_export_hint")}</p>
      <Button onClick={() => saveKey(account.key.armored)}>
        {t("app.key_export")}
      </Button>
      <h3>{t("app.way_out")}</h3>
      <p class="app-actions">
        <Button onClick={() => setAsked("out")}>{t("app.log_out")}</Button>
        <Button kind="danger" onClick={() => setAsked("delete")}>
          {t("app.delete_account")}
        </Button>
      </p>
      {asked === "out" && (
        <ConfirmDialog
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

function Password({ messenger }: { readonly messenger: Messenger }) {
  const { book } = messenger;
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState("");
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        setProblem("");
        try {
          await post("/webimap/password", {
            current_password: now,
            new_password: next,
          }, { address: book.account.address, password: now });
          await book.setAccount({ ...book.account, password: next });
          setNow("");
          setNext("");
          toast(t("app.saved"));
        } catch (error) {
          setProblem(said(error));
        }
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
      <Button submit disabled={now === "" || next === ""}>
        {t("app.save")}
      </Button>
    </form>
  );
}

function saveKey(armored: string): void {
  const url = URL.createObjectURL(
    new Blob([armored], { type: "application/pgp-keys" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = "secret-key.asc";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
