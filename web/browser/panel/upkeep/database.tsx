/** Whether the database is sound, and giving back what it does not use. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { formatBytes, t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Said } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Badge, Card, Code } from "../ui/page.tsx";
import { toast } from "../ui/toast.tsx";
import type { TaskOutcome } from "./shapes.ts";

interface Checked {
  readonly ok: boolean;
  readonly problem: string | null;
  readonly place: string;
  readonly bytes: number;
}

export function DatabaseCard(): JSX.Element {
  const action = useAction();
  const [checked, setChecked] = useState<Checked>();
  const [isRewriting, setRewriting] = useState(false);
  const check = () =>
    action.run(async () => setChecked(await call<Checked>("db.check")));
  const tidy = () =>
    action.run(
      () => call("tasks.run", { task: "vacuum" }),
      t("database.tidied"),
    );
  return (
    <Card title={t("database.title")}>
      <div class="buttons">
        <Button busy={action.busy} onClick={() => void check()}>
          {t("database.check")}
        </Button>
        <Button busy={action.busy} onClick={() => void tidy()}>
          {t("database.tidy")}
        </Button>
        <Button onClick={() => setRewriting(true)}>
          {t("database.rewrite")}
        </Button>
      </div>
      {action.error && <p class="problem" role="alert">{action.error}</p>}
      <p role="status">
        {checked && (
          <>
            <Badge kind={checked.ok ? "good" : "bad"}>
              {t(checked.ok ? "database.sound" : "database.broken")}
            </Badge>{" "}
            <Code>{checked.place}</Code> ({formatBytes(checked.bytes)}){" "}
            {checked.problem !== null && <Said>{checked.problem}</Said>}
          </>
        )}
      </p>
      {isRewriting && (
        <ConfirmDialog
          title={t("database.rewrite")}
          confirmLabel={t("database.rewrite")}
          onConfirm={async () => {
            await call<TaskOutcome>("tasks.run", {
              task: "vacuum-full",
              confirmed: true,
            });
            toast(t("database.rewritten"), "good");
          }}
          onClose={() => setRewriting(false)}
        >
          <p>{t("database.rewrite_text")}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}
