/** The way in: a new account, or one that exists. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { has, t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { SwitchField, TextField } from "../../panel/ui/fields.tsx";
import { post, RefusedError } from "../net/web_mail.ts";
import type { Account } from "../model/types.ts";
import { importKey, makeKey } from "../protocol/keys.ts";

interface LoginProps {
  readonly onEnter: (account: Account, isKept: boolean) => Promise<void>;
}

export function Login({ onEnter }: LoginProps): JSX.Element {
  const [isNew, setNew] = useState(true);
  const [name, setName] = useState("");
  const [token, setToken] = useState(tokenOfLink());
  const [address, setAddress] = useState("");
  const [password, setPassword] = useState("");
  const [key, setKey] = useState<File>();
  const [passphrase, setPassphrase] = useState("");
  const [isKept, setKept] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function enter(): Promise<void> {
    const credentials = isNew
      ? await register(token.trim())
      : { address: address.trim().toLowerCase(), password };
    await post("/webimap/ticket", {}, credentials); // whether they are right
    const own = key && !isNew
      ? await importKey(await key.text(), passphrase)
      : await makeKey(credentials.address);
    await onEnter(
      { ...credentials, name: name.trim(), key: own, sendsReceipts: true },
      isKept,
    );
  }

  return (
    <main class="app-login">
      <h1>{t("app.title")}</h1>
      <p>{t("app.what")}</p>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          if (busy) return;
          setBusy(true);
          setProblem("");
          try {
            await enter();
          } catch (error) {
            setProblem(said(error));
            setBusy(false);
          }
        }}
      >
        <fieldset class="app-choice">
          <legend>{t("app.begin")}</legend>
          <label>
            <input
              type="radio"
              name="how"
              checked={isNew}
              onChange={() => setNew(true)}
            />
            {t("app.new_account")}
          </label>
          <label>
            <input
              type="radio"
              name="how"
              checked={!isNew}
              onChange={() => setNew(false)}
            />
            {t("app.have_account")}
          </label>
        </fieldset>
        <TextField
          label={t("app.your_name")}
          value={name}
          onChange={setName}
          hint={t("app.name_hint")}
        />
        {isNew
          ? (
            <TextField
              label={t("app.invitation")}
              value={token}
              onChange={setToken}
              hint={t("app.invitation_hint")}
            />
          )
          : (
            <>
              <TextField
                label={t("app.address")}
                value={address}
                onChange={setAddress}
                required
              />
              <TextField
                kind="secret"
                label={t("app.password")}
                value={password}
                onChange={setPassword}
                required
              />
              <div class="field">
                <label for="key-file">{t("app.key_file")}</label>
                <input
                  id="key-file"
                  type="file"
                  accept=".asc,.gpg,.key,text/plain"
                  onChange={(event) => setKey(event.currentTarget.files?.[0])}
                />
                <p class="hint">{t("app.key_hint")}</p>
              </div>
              {key && (
                <TextField
                  kind="secret"
                  label={t("app.passphrase")}
                  value={passphrase}
                  onChange={setPassphrase}
                />
              )}
            </>
          )}
        <SwitchField
          label={t("app.keep")}
          value={isKept}
          onChange={setKept}
          hint={t("app.keep_hint")}
        />
        {problem && <p class="problem" role="alert">{problem}</p>}
        <Button submit kind="primary" busy={busy}>
          {t(isNew ? "app.create" : "app.log_in")}
        </Button>
      </form>
      <p class="hint">{t("app.experimental")}</p>
    </main>
  );
}

async function register(token: string) {
  const query = token === "" ? "" : `?token=${encodeURIComponent(token)}`;
  const response = await fetch(`/new${query}`, {
    method: "POST",
    credentials: "omit",
    cache: "no-store",
    headers: { "accept-language": document.documentElement.lang },
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(String(answer.reason ?? answer.error ?? response.status));
  }
  return { address: String(answer.email), password: String(answer.password) };
}

/** Of `#token=…`, which browsers send nowhere. */
function tokenOfLink(): string {
  const fields = new URLSearchParams(location.hash.slice(1));
  return fields.get("token")?.slice(0, 128) ?? "";
}

export function said(error: unknown): string {
  if (error instanceof RefusedError) return t("app.error.refused");
  const text = error instanceof Error ? error.message : String(error);
  return has(`app.error.${text}`) ? t(`app.error.${text}`) : text;
}
