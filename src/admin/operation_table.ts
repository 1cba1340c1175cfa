/** Every operation there is, by name, and the one way to have them done. @module */
import type * as v from "valibot";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";
import { asJob } from "./long_work.ts";
import { type Operation, parseInput } from "./operation.ts";
import { recorded } from "./record.ts";
import { ACCOUNT_CHANGES } from "./operations/account_changes.ts";
import { ACCOUNT_DETAIL } from "./operations/people/account_detail.ts";
import { ACCOUNT_OPERATIONS } from "./operations/accounts.ts";
import { ADMIN_TOKEN_OPERATIONS } from "./operations/access/admin_tokens.ts";
import { ADMIN_WEB_OPERATIONS } from "./operations/access/admin_web.ts";
import { AUDIT_OPERATIONS } from "./operations/access/audit.ts";
import { BACKUP_OPERATIONS } from "./operations/copies/backup.ts";
import { IMPORT_OPERATIONS } from "./operations/copies/imports.ts";
import { IMPORT_MADMAIL_OPERATIONS } from "./operations/copies/import_madmail.ts";
import { MAIL_EXPORT_OPERATIONS } from "./operations/copies/mail_export.ts";
import { BANDWIDTH_OPERATIONS } from "./operations/network/bandwidth.ts";
import { BLOCKLIST_OPERATIONS } from "./operations/blocklist.ts";
import { CERTIFICATE_OPERATIONS } from "./operations/tls/certificates.ts";
import { DOCTOR_OPERATIONS } from "./operations/checks/doctor.ts";
import { HISTORY_OPERATIONS } from "./operations/measures/history.ts";
import { LOG_OPERATIONS } from "./operations/measures/logs.ts";
import { OVERVIEW_OPERATIONS } from "./operations/measures/overview.ts";
import { STORAGE_OPERATIONS } from "./operations/measures/storage.ts";
import { MONITOR_OPERATIONS } from "./operations/checks/monitor.ts";
import { DKIM_OPERATIONS } from "./operations/dkim.ts";
import { DNS_OPERATIONS } from "./operations/dns.ts";
import { FEDERATION_OPERATIONS } from "./operations/federation.ts";
import { FEDERATION_RULE_OPERATIONS } from "./operations/federation_rules.ts";
import { FEDERATION_STATISTICS_OPERATIONS } from "./operations/federation_statistics.ts";
import { QUEUE_OPERATIONS } from "./operations/queue.ts";
import { ENDPOINT_CACHE_OPERATIONS } from "./operations/exchange/endpoint_cache.ts";
import { EXCHANGER_OPERATIONS } from "./operations/exchange/exchangers.ts";
import { DOMAIN_OPERATIONS } from "./operations/listening/domains.ts";
import { PORT_OPERATIONS } from "./operations/listening/ports.ts";
import { MAILBOX_OPERATIONS } from "./operations/mailboxes/mailboxes.ts";
import { FEDERATION_TRANSFER_OPERATIONS } from "./operations/exchange/federation_transfer.ts";
import { QUOTA_OPERATIONS } from "./operations/quota.ts";
import { REGISTRATION_OPERATIONS } from "./operations/registration.ts";
import { REGISTRATION_TOKEN_OPERATIONS } from "./operations/registration_tokens.ts";
import { JOB_OPERATIONS } from "./operations/upkeep/jobs.ts";
import { PURGE_OPERATIONS } from "./operations/upkeep/purge.ts";
import { NOTICE_OPERATIONS } from "./operations/people/notices.ts";
import { REMOVAL_OPERATIONS } from "./operations/removal.ts";
import { SERVER_OPERATIONS } from "./operations/server.ts";
import { SETTING_CHANGES } from "./operations/forms/setting_changes.ts";
import { SETTINGS_OPERATIONS } from "./operations/settings.ts";
import { HTTP_PROXY_OPERATIONS } from "./operations/tunnels/http_proxy.ts";
import { SHADOWSOCKS_OPERATIONS } from "./operations/tunnels/shadowsocks.ts";
import { LANGUAGE_OPERATIONS } from "./operations/web/language.ts";
import { OWN_PAGES_OPERATIONS } from "./operations/web/own_pages.ts";
import { SHARING_OPERATIONS } from "./operations/web/sharing.ts";
import { STEALTH_OPERATIONS } from "./operations/web/stealth.ts";
import { WEBMAIL_OPERATIONS } from "./operations/web/webmail.ts";
import { STATUS_OPERATIONS } from "./operations/status.ts";
import { TASK_OPERATIONS } from "./operations/tasks.ts";
import { IROH_OPERATIONS } from "./operations/calls/iroh.ts";
import { PUSH_OPERATIONS } from "./operations/calls/push.ts";
import { TURN_OPERATIONS } from "./operations/calls/turn.ts";
import { TRANSFER_OPERATIONS } from "./operations/transfer.ts";

export const OPERATIONS = {
  ...STATUS_OPERATIONS,
  ...SERVER_OPERATIONS,
  ...DOCTOR_OPERATIONS,
  ...MONITOR_OPERATIONS,
  ...HISTORY_OPERATIONS,
  ...OVERVIEW_OPERATIONS,
  ...STORAGE_OPERATIONS,
  ...LOG_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...ACCOUNT_DETAIL,
  ...ACCOUNT_CHANGES,
  ...REMOVAL_OPERATIONS,
  ...TRANSFER_OPERATIONS,
  ...MAILBOX_OPERATIONS,
  ...QUOTA_OPERATIONS,
  ...BANDWIDTH_OPERATIONS,
  ...BLOCKLIST_OPERATIONS,
  ...REGISTRATION_OPERATIONS,
  ...REGISTRATION_TOKEN_OPERATIONS,
  ...DKIM_OPERATIONS,
  ...DNS_OPERATIONS,
  ...CERTIFICATE_OPERATIONS,
  ...ENDPOINT_CACHE_OPERATIONS,
  ...EXCHANGER_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...SETTING_CHANGES,
  ...PORT_OPERATIONS,
  ...SHADOWSOCKS_OPERATIONS,
  ...HTTP_PROXY_OPERATIONS,
  ...WEBMAIL_OPERATIONS,
  ...STEALTH_OPERATIONS,
  ...LANGUAGE_OPERATIONS,
  ...OWN_PAGES_OPERATIONS,
  ...SHARING_OPERATIONS,
  ...DOMAIN_OPERATIONS,
  ...TASK_OPERATIONS,
  ...JOB_OPERATIONS,
  ...PURGE_OPERATIONS,
  ...NOTICE_OPERATIONS,
  ...BACKUP_OPERATIONS,
  ...MAIL_EXPORT_OPERATIONS,
  ...IMPORT_OPERATIONS,
  ...IMPORT_MADMAIL_OPERATIONS,
  ...FEDERATION_OPERATIONS,
  ...FEDERATION_RULE_OPERATIONS,
  ...FEDERATION_STATISTICS_OPERATIONS,
  ...FEDERATION_TRANSFER_OPERATIONS,
  ...QUEUE_OPERATIONS,
  ...PUSH_OPERATIONS,
  ...ADMIN_TOKEN_OPERATIONS,
  ...ADMIN_WEB_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...TURN_OPERATIONS,
  ...IROH_OPERATIONS,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
/** As it is sent. */
export type AdminInput<N extends OperationName> = v.InferInput<
  (typeof OPERATIONS)[N]["input"]
>;
export type AdminOutput<N extends OperationName> = Awaited<
  ReturnType<(typeof OPERATIONS)[N]["run"]>
>;

/**
 * Does one operation; its input is what a peer sent, as JSON. What changes
 * anything is recorded.
 *
 * @throws {Refusal} the operation's; `invalid_value` with the field that is
 * wrong; `not_found` if there is no such operation
 */
export async function callOperation(
  context: AdminContext,
  name: string,
  input: unknown,
): Promise<unknown> {
  const operation = operationNamed(name);
  const given = parseInput(operation.input, input);
  const run = () => operation.run(context, given);
  const work = operation.takesLong ? () => asJob(context, name, run) : run;
  if (!operation.changes) return await work();
  return await recorded(
    context,
    { name, operation, input: input as Readonly<Record<string, unknown>> },
    work,
  );
}

const MAX_SHOWN = 60;

/** @throws {Refusal} `not_found` */
export function operationNamed(name: string): Operation {
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name as OperationName];
  throw new Refusal("not_found", {
    explanation: `No operation is named "${name.slice(0, MAX_SHOWN)}"`,
  });
}
