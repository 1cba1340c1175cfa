/** The field of the token, and why it was not taken. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { login, LoginError } from "../client/session.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { credentialIn } from "./credential.ts";

export function TokenForm(
  { submitLabel }: { readonly submitLabel: string },
): JSX.Element {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  return (
    <form
      class="form"
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        const credential = credentialIn(token);
        if (busy) return;
        if (!credential) return setError(t("login.missing"));
        setBusy(true);
        setError(undefined);
        try {
          await login(credential);
          setToken("");
        } catch (failure) {
          setError(loginProblem(failure));
        } finally {
          setBusy(false);
        }
      }}
    >
      <TextField
        kind="secret"
        label={t("login.token")}
        hint={t("login.token_hint")}
        value={token}
        onChange={setToken}
        error={error}
        autocomplete="off"
        autoFocus
        maxLength={4096}
      />
      <div class="form-foot">
        <Button submit kind="primary" busy={busy}>{submitLabel}</Button>
      </div>
    </form>
  );
}

export function loginProblem(error: unknown): string {
  if (!(error instanceof LoginError)) return String(error);
  switch (error.reason) {
    case "wrong":
      return t("login.wrong");
    case "locked":
      return t("login.locked", { seconds: error.waitSeconds || 60 });
    case "unreachable":
      return t("login.unreachable");
    case "refused":
      return t("login.refused", { reason: error.message });
  }
}
