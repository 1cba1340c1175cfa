/** Deletes mail of all accounts, after it was counted. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import { Lead } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/page.tsx";
import { RunTask } from "./run_task.tsx";

const TOOLS = [
  "prune-old-messages",
  "prune-large-messages",
  "prune-unread-older",
] as const;

export function Purge(): JSX.Element {
  const [open, setOpen] = useState<(typeof TOOLS)[number]>();
  return (
    <Card title={t("purge_all.title")}>
      <Lead>{t("purge_all.text")}</Lead>
      <div class="buttons">
        {TOOLS.map((task) => (
          <Button key={task} onClick={() => setOpen(task)}>
            {t(`purge_all.${task}`)}
          </Button>
        ))}
      </div>
      {open && (
        <RunTask
          task={open}
          name={t(`purge_all.${open}`)}
          needsAge
          onRun={() => {}}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Card>
  );
}
