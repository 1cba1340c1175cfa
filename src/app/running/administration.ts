/** What is known of admins, whatever surface they come by. @module */
import { resolve } from "node:path";
import { AdminAccess } from "../../admin/access/admin_access.ts";
import { AuditLog } from "../../admin/audit.ts";
import { AdminEvents } from "../../admin/events.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../observe/log.ts";
import type { Store } from "../../store/store.ts";

export interface Administration {
  readonly access: AdminAccess;
  readonly audit: AuditLog;
  readonly events: AdminEvents;
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
  return {
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
        hidesPeers: log.level === "off",
      }),
    }),
    events: new AdminEvents(),
  };
}

export function closeAdministration({ access, audit }: Administration): void {
  access.close();
  audit.close();
}
