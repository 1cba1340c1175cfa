/** What is known of admins, whatever surface they come by. @module */
import { resolve } from "node:path";
import { AdminAccess } from "../../admin/access/admin_access.ts";
import { AuditLog } from "../../admin/access/audit.ts";
import { AdminEvents } from "../../admin/events.ts";
import { Jobs, type JobShape } from "../../admin/jobs.ts";
import { NoticeRecords } from "../../admin/notices/notice_records.ts";
import type { OwnPages } from "../../admin/own_pages.ts";
import { InvitationNotes } from "../../sharing/invitation_notes.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../observe/log.ts";
import type { Store } from "../../store/store.ts";
import { SYSTEM_TIMERS } from "../system_time.ts";
import { ownPages } from "../web/own_pages.ts";

export interface Administration {
  readonly access: AdminAccess;
  readonly audit: AuditLog;
  readonly events: AdminEvents;
  readonly jobs: Jobs;
  readonly notices: NoticeRecords;
  readonly ownPages: OwnPages;
  readonly invitationNotes: InvitationNotes;
}

export interface AdministrationParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Log, "level">;
  config(): Config;
  reportBug(error: unknown): void;
}

export async function openAdministration(
  { log, config, ...shared }: AdministrationParts,
): Promise<Administration> {
  const first = config();
  const events = new AdminEvents();
  const jobs = new Jobs(shared);
  jobs.onChange(jobTeller(events, shared.clock));
  return {
    jobs,
    ownPages: ownPages(config, SYSTEM_TIMERS),
    notices: await NoticeRecords.open(shared),
    invitationNotes: await InvitationNotes.open(shared),
    access: await AdminAccess.open({
      ...shared,
      options() {
        const { admin } = config();
        return {
          token: admin.token,
          tokenFile: resolve(
            first.server.stateDir,
            admin.tokenFile || "admin_token",
          ),
          idleSeconds: admin.sessionIdle,
          maxSeconds: admin.sessionMax,
        };
      },
    }),
    audit: await AuditLog.open({
      ...shared,
      options: () => ({
        days: config().admin.auditDays,
        hidesPeople: log.level === "off",
      }),
    }),
    events,
  };
}

/** So often at most is told how far a job is; that it has ended is told at once. */
const JOB_TOLD_MS = 500;

function jobTeller(events: AdminEvents, clock: Clock): (job: JobShape) => void {
  let toldMs = -Infinity;
  return (job) => {
    const now = clock.monotonic();
    if (job.state === "running" && now - toldMs < JOB_TOLD_MS) return;
    toldMs = now;
    events.publish({ event: "job", data: job });
  };
}

/** What goes on ends between two of its steps. */
export async function closeAdministration(
  { access, audit, jobs, notices, invitationNotes }: Administration,
): Promise<void> {
  await jobs.close();
  notices.close();
  invitationNotes.close();
  access.close();
  audit.close();
}
