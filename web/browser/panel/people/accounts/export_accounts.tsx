/**
 * All accounts with the hashes of their passwords, as a file. The session is not
 * enough for that: whoever wants it enters the token again, and the token is
 * what the server is asked with.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CallError } from "../../client/call.ts";
import { t } from "../../i18n/translate.ts";
import { FormDialog } from "../../parts/form_dialog.tsx";
import { saveFile } from "../../parts/save_file.ts";
import { Note } from "../../parts/shown.tsx";
import { TextField } from "../../ui/fields.tsx";
import { toast } from "../../ui/toast.tsx";
import { callWithToken } from "./token_call.ts";

interface ExportPage {
  readonly users: readonly unknown[];
  readonly next: number | null;
}

async function exported(token: string): Promise<unknown[]> {
  const users: unknown[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: ExportPage = await callWithToken<ExportPage>(
      "accounts.export",
      { after },
      token,
    );
    users.push(...page.users);
    after = page.next;
  }
  return users;
}

async function save(token: string): Promise<void> {
  const users = await exported(token).catch((error: unknown) => {
    if (!(error instanceof CallError) || error.status !== 401) throw error;
    throw new CallError("unauthorized", t("export.wrong_token"), "token", 401);
  });
  const day = new Date().toISOString().slice(0, 10);
  saveFile(
    `accounts-${day}.json`,
    JSON.stringify(users, undefined, 2),
    "application/json",
  );
  toast(t("export.done", { count: users.length }), "good");
}

export function ExportAccounts(
  { onClose }: { readonly onClose: () => void },
): JSX.Element {
  const [token, setToken] = useState("");
  return (
    <FormDialog
      title={t("export.title")}
      submit={t("export.submit")}
      disabled={token.trim() === ""}
      onSubmit={() => save(token.trim())}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <Note>{t("export.text")}</Note>
          <TextField
            label={t("export.token")}
            hint={t("export.token_hint")}
            kind="secret"
            value={token}
            error={problem("token")}
            onChange={setToken}
          />
        </>
      )}
    </FormDialog>
  );
}
