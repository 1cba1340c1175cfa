/** Accounts from a file: first what would become of it, then the same in earnest. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../i18n/translate.ts";
import { useAction } from "../../parts/action.ts";
import { FileDrop } from "../../parts/file_drop.tsx";
import { Said } from "../../parts/shown.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Code } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { type ImportReport, importUsers, usersIn } from "./import_users.ts";

const MAX_SHOWN = 50;

interface ImportAccountsProps {
  readonly onClose: () => void;
  readonly onImported: () => void;
}

interface Looked {
  readonly file: string;
  readonly users: readonly unknown[];
  readonly report: ImportReport;
}

export function ImportAccounts(
  { onClose, onImported }: ImportAccountsProps,
): JSX.Element {
  const [looked, setLooked] = useState<Looked>();
  const action = useAction();
  const look = (file: File) =>
    action.run(async () => {
      setLooked(undefined);
      const users = usersIn(await file.text());
      const report = await importUsers(users, { isRehearsal: true });
      setLooked({ file: file.name, users, report });
    });
  const take = ({ users }: Looked) =>
    action.run(async () => {
      const { imported } = await importUsers(users, { isRehearsal: false });
      toast(t("import.done", { count: imported }), "good");
      onImported();
      onClose();
    });
  return (
    <Dialog title={t("import.title")} onClose={onClose}>
      <div class="dialog-text">
        <p>{t("import.text")}</p>
        <p>
          <Code>{'[{"username": "…", "password": "…"}]'}</Code>
        </p>
        <FileDrop
          label={t("import.choose")}
          hint={t("import.drop")}
          accept="application/json,.json"
          onFile={(file) => void look(file)}
        />
        {action.error && <p class="problem" role="alert">{action.error}</p>}
        {looked && <Report {...looked} />}
      </div>
      <footer class="dialog-foot">
        <Button onClick={onClose}>{t("dialog.cancel")}</Button>
        <Button
          kind="primary"
          busy={action.busy}
          disabled={!looked || looked.report.imported === 0}
          onClick={() => looked && void take(looked)}
        >
          {looked
            ? t("import.submit_count", { count: looked.report.imported })
            : t("import.submit")}
        </Button>
      </footer>
    </Dialog>
  );
}

function Report({ file, report }: Looked) {
  const { imported, skipped, errors } = report;
  return (
    <section role="status" class="report">
      <p>
        <Said>{file}</Said>:{" "}
        {t("import.report", { imported, skipped: skipped - errors.length })}
      </p>
      {errors.length > 0 && (
        <>
          <p>{t("import.wrong", { count: errors.length })}</p>
          <ul class="lost">
            {errors.slice(0, MAX_SHOWN).map(({ index, error }) => (
              <li key={index}>
                {t("import.entry", { number: index + 1 })} <Said>{error}</Said>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
