/** Runs a job: first it only counts, then a person says whether that is meant. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, CallError } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { Said } from "../parts/shown.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { DurationField } from "../ui/measures.tsx";
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import type { TaskOutcome } from "./shapes.ts";

interface RunTaskProps {
  readonly task: string;
  readonly name: string;
  /** It does nothing without an age. */
  readonly needsAge: boolean;
  readonly onRun: () => void;
  readonly onClose: () => void;
}

export function RunTask(
  { task, name, needsAge, onRun, onClose }: RunTaskProps,
): JSX.Element {
  const [age, setAge] = useState(needsAge ? "30d" : "");
  const input = { task, retention: age === "" ? undefined : age };
  const counted = useOperation<TaskOutcome>("tasks.run", {
    ...input,
    dry_run: true,
  });
  const expected = counted.isOld ? undefined : counted.data;
  const deletes = expected !== undefined &&
    expected.deleted_messages + expected.deleted_accounts > 0;
  return (
    <ConfirmDialog
      title={name}
      confirmLabel={t("tasks.run")}
      danger={deletes}
      onConfirm={async () => {
        const outcome = await call<TaskOutcome>("tasks.run", {
          ...input,
          confirmed: true,
        });
        if (outcome.error !== null) {
          throw new CallError("task_failed", outcome.error);
        }
        toast(`${name}: ${outcomeText(outcome)}`, "good");
        onRun();
      }}
      onClose={onClose}
    >
      {needsAge && (
        <DurationField
          label={t("purge.older")}
          value={age}
          error={counted.error?.field === "retention"
            ? counted.error.message
            : undefined}
          onChange={setAge}
        />
      )}
      <p role="status">
        {counted.error
          ? errorText(counted.error)
          : expected
          ? <Expected of={expected} />
          : t("purge.counting")}
      </p>
    </ConfirmDialog>
  );
}

function Expected({ of }: { readonly of: TaskOutcome }) {
  const { deleted_messages, deleted_accounts, detail } = of;
  if (deleted_messages + deleted_accounts === 0) {
    return (
      <>
        {t("tasks.nothing")} {detail !== "" && <Said>({detail})</Said>}
      </>
    );
  }
  return (
    <strong>
      {t("tasks.would_delete", {
        messages: formatNumber(deleted_messages),
        accounts: formatNumber(deleted_accounts),
      })}
    </strong>
  );
}

function outcomeText(of: TaskOutcome): string {
  if (of.deleted_messages + of.deleted_accounts === 0) return t("tasks.done");
  return t("tasks.has_deleted", {
    messages: formatNumber(of.deleted_messages),
    accounts: formatNumber(of.deleted_accounts),
  });
}
