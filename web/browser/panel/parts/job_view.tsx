/** How far a job is, and the way to end it early. @module */
import type { JSX } from "preact";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t, tOr } from "../i18n/translate.ts";
import { Badge } from "../ui/page.tsx";
import { Button } from "../ui/button.tsx";
import { attempt } from "./action.ts";
import { Said, When } from "./shown.tsx";

export interface Job {
  readonly id: string;
  /** The operation that began it. */
  readonly kind: string;
  readonly state: string;
  readonly done: number;
  readonly total: number | null;
  readonly failed: number;
  readonly errors: readonly string[];
  readonly started_at: number;
  readonly finished_at: number | null;
}

const REFRESH_MS = 2000;

/** Jobs of a kind that go on, or ended a short while ago. */
export function JobList(
  { kind }: { readonly kind?: string },
): JSX.Element | null {
  const list = useOperation<{ readonly jobs: readonly Job[] }>(
    "jobs.list",
    {},
    { events: ["job"], refreshMs: REFRESH_MS },
  );
  const shown =
    list.data?.jobs.filter((job) => kind === undefined || job.kind === kind) ??
      [];
  if (shown.length === 0) return null;
  return (
    <ul class="jobs" aria-label={t("jobs.title")}>
      {shown.map((job) => (
        <JobRow key={job.id} job={job} onChanged={list.refresh} />
      ))}
    </ul>
  );
}

interface JobRowProps {
  readonly job: Job;
  readonly onChanged: () => Promise<void>;
}

function JobRow({ job, onChanged }: JobRowProps) {
  const isRunning = job.state === "running";
  const name = tOr(`job.${job.kind}`, job.kind);
  return (
    <li>
      <div>
        <strong>{name}</strong>{" "}
        <Badge kind={isRunning ? "warn" : job.failed > 0 ? "bad" : "good"}>
          {tOr(`jobs.state_${job.state}`, job.state)}
        </Badge>
        <p class="hint">
          {t("jobs.count", {
            done: formatNumber(job.done),
            failed: formatNumber(job.failed),
          })} <When at={job.finished_at ?? job.started_at} />
        </p>
        {isRunning && (
          <progress
            aria-label={name}
            {...(job.total === null
              ? {}
              : { max: Math.max(job.total, 1), value: job.done })}
          />
        )}
        {job.errors.slice(0, 3).map((error) => (
          <p key={error} class="reason">
            <Said>{error}</Said>
          </p>
        ))}
      </div>
      {isRunning && (
        <Button
          small
          label={t("jobs.cancel_name", { name })}
          onClick={async () => {
            await attempt(() => call("jobs.cancel", { id: job.id }));
            await onChanged();
          }}
        >
          {t("jobs.cancel")}
        </Button>
      )}
    </li>
  );
}
