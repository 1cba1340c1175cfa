/** Jobs that run by themselves, and how they went. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t, tOr } from "../i18n/translate.ts";
import { Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { Badge, Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { type Column, DataTable } from "../ui/table.tsx";
import { RunTask } from "./run_task.tsx";
import type { TaskShape } from "./shapes.ts";

function taskName({ name, description }: TaskShape): string {
  return tOr(`task.${name}`, description);
}

/** As the server writes it, in the reader's words where there are some. */
function scheduleText({ schedule }: TaskShape): string {
  const night = /^daily, (\d+:\d\d) to (\d+:\d\d) UTC$/.exec(schedule);
  if (night) {
    return t("schedule.nightly", { from: night[1]!, to: night[2]! });
  }
  return tOr(`schedule.${schedule.replaceAll(" ", "_")}`, schedule);
}

export function Tasks(): JSX.Element {
  const [started, setStarted] = useState<TaskShape>();
  const list = useOperation<{ readonly tasks: readonly TaskShape[] }>(
    "tasks.list",
    {},
    { events: ["job"], refreshMs: 10_000 },
  );
  const refresh = () => void list.refresh();
  return (
    <Card title={t("tasks.title")}>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading lines={6} />}
      {list.data && (
        <DataTable
          caption={t("tasks.title")}
          rows={list.data.tasks}
          rowKey={({ name }) => name}
          columns={columns(setStarted)}
        />
      )}
      {started && (
        <RunTask
          task={started.name}
          name={taskName(started)}
          needsAge={started.name === "prune-unread-older"}
          onRun={refresh}
          onClose={() => setStarted(undefined)}
        />
      )}
    </Card>
  );
}

function columns(
  onRun: (task: TaskShape) => void,
): readonly Column<TaskShape>[] {
  return [
    {
      key: "name",
      label: t("tasks.task"),
      render: (task) => (
        <span>
          {taskName(task)}
          <span class="hint">{scheduleText(task)}</span>
        </span>
      ),
    },
    {
      key: "state",
      label: t("accounts.status"),
      render: (task) => <State of={task} />,
    },
    {
      key: "last",
      label: t("tasks.last"),
      render: ({ last_finished_at }) => <When at={last_finished_at} />,
    },
    {
      key: "deleted",
      label: t("tasks.deleted"),
      numeric: true,
      render: ({ last_deleted }) =>
        last_deleted === null ? "–" : formatNumber(last_deleted),
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: (task) => (
        <Button
          small
          disabled={task.running}
          label={t("tasks.run_name", { name: taskName(task) })}
          onClick={() => onRun(task)}
        >
          {t("tasks.run")}
        </Button>
      ),
    },
  ];
}

function State({ of }: { readonly of: TaskShape }) {
  if (of.running) {
    return (
      <span class="usage">
        <progress aria-label={t("tasks.running")} />
        <span>{t("tasks.running")}</span>
      </span>
    );
  }
  if (of.last_error !== null) {
    return (
      <span class="reason">
        <Badge kind="bad">{t("tasks.failed")}</Badge>{" "}
        <Said>{of.last_error}</Said>
      </span>
    );
  }
  return (
    <Badge kind={of.enabled ? "good" : "plain"}>
      {t(of.enabled ? "tasks.on" : "tasks.off")}
    </Badge>
  );
}
