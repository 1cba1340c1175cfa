/** Deletes mail of all accounts, after it was counted. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { JobList } from "../parts/job_view.tsx";
import { Lead } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { DurationField, SizeField } from "../ui/measures.tsx";
import { Card } from "../ui/page.tsx";
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";

interface Wanted {
  readonly which: "all" | "read" | "unread";
  readonly older: string;
  readonly larger: number | undefined;
}

const LARGE = 1024 * 1024;

/** Where each begins; what is asked for may be narrowed. */
const TOOLS = {
  old: { which: "all", older: "30d", larger: undefined },
  read: { which: "read", older: "", larger: undefined },
  unread: { which: "unread", older: "30d", larger: undefined },
  large: { which: "read", older: "", larger: LARGE },
  everything: { which: "all", older: "", larger: undefined },
} as const satisfies Record<string, Wanted>;
type Tool = keyof typeof TOOLS;

export function Purge(): JSX.Element {
  const [tool, setTool] = useState<Tool>();
  return (
    <Card title={t("purge_all.title")}>
      <Lead>{t("purge_all.text")}</Lead>
      <div class="buttons">
        {(Object.keys(TOOLS) as Tool[]).map((one) => (
          <Button
            key={one}
            kind={one === "everything" ? "danger" : "plain"}
            onClick={() => setTool(one)}
          >
            {t(`purge_all.${one}`)}
          </Button>
        ))}
      </div>
      <JobList kind="messages.purge" />
      {tool && <PurgeDialog tool={tool} onClose={() => setTool(undefined)} />}
    </Card>
  );
}

interface PurgeDialogProps {
  readonly tool: Tool;
  readonly onClose: () => void;
}

function PurgeDialog({ tool, onClose }: PurgeDialogProps) {
  const [wanted, setWanted] = useState<Wanted>(TOOLS[tool]);
  const { which, older, larger } = wanted;
  const input = {
    which,
    older_than: older === "" ? undefined : older,
    larger_than: larger,
  };
  const counted = useOperation<{ readonly counted: number }>("messages.purge", {
    ...input,
    dry_run: true,
  });
  const count = counted.error || counted.isOld
    ? undefined
    : counted.data?.counted;
  const isEverything = which === "all" && older === "" && larger === undefined;
  return (
    <ConfirmDialog
      title={t(`purge_all.${tool}_title`)}
      confirmLabel={t("purge.confirm")}
      danger
      {...(isEverything ? { typeToConfirm: t("purge_all.word") } : {})}
      onConfirm={async () => {
        await call("messages.purge", {
          ...input,
          confirmed: true,
          background: true,
        });
        toast(t("purge_all.begun"), "good");
      }}
      onClose={onClose}
    >
      <p>{t("purge_all.lost")}</p>
      {tool !== "everything" && (
        <>
          <DurationField
            label={t("purge.older")}
            hint={t("purge.older_hint")}
            value={older}
            error={fieldError(counted.error, "older_than")}
            onChange={(text) => setWanted({ ...wanted, older: text })}
          />
          <SizeField
            label={t("purge.larger")}
            hint={t("purge.larger_hint")}
            value={larger}
            error={fieldError(counted.error, "larger_than")}
            onChange={(octets) => setWanted({ ...wanted, larger: octets })}
          />
        </>
      )}
      <p role="status">
        <strong>
          {counted.error
            ? errorText(counted.error)
            : count === undefined
            ? t("purge.counting")
            : t("purge_all.count", { count: formatNumber(count) })}
        </strong>
      </p>
    </ConfirmDialog>
  );
}

interface Fault {
  readonly field?: string | undefined;
  readonly message: string;
}

function fieldError(
  error: Fault | undefined,
  field: string,
): string | undefined {
  return error?.field === field ? error.message : undefined;
}
