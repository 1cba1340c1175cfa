/** How a command ends, for scripts. @module */
import { Refusal } from "../base/refusal.ts";
import { type SystemError, systemError } from "../base/system_errors.ts";
import type { ControlFailure } from "../control/control_protocol.ts";
import { whoMayUse } from "../files/owner.ts";
import { InstallRefused, type RefusedReason } from "../ops/install/refused.ts";
import { UpgradeFailed, type UpgradeTrouble } from "../ops/upgrade/failure.ts";

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  not_found: 3,
  conflict: 4,
  not_running: 5,
  permission: 6,
  config_invalid: 7,
  partial: 8,
  network: 9,
  aborted: 10,
  interrupted: 130,
} as const;

type ExitName = keyof typeof EXIT;
export type ExitCode = (typeof EXIT)[ExitName];

export const EXIT_MEANINGS: Record<ExitName, string> = {
  ok: "Done",
  failed: "Failed, for a reason without a code of its own",
  usage: "The command line cannot be understood",
  not_found: "What was named does not exist",
  conflict: "It exists already, or the value is not valid",
  not_running: "The server does not run, or already runs",
  permission: "Not permitted",
  config_invalid: "The configuration is not valid",
  partial: "Done in part; the output says what is left",
  network: "Another machine cannot be reached, or does not give what is asked",
  aborted: "Not confirmed",
  interrupted: "Interrupted",
};

/** A command that ends badly in a way that is expected. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    readonly code: string,
    message: string,
    readonly exit: ExitCode,
  ) {
    super(message);
  }
}

/** What is temporary, or not the caller's, is a failure; what is wrong with the request a conflict. */
const FAILURES: Record<ControlFailure, ExitCode> = {
  bad_credentials: EXIT.conflict,
  too_many_attempts: EXIT.failed,
  tls_required: EXIT.conflict,
  account_inactive: EXIT.conflict,
  busy: EXIT.failed,
  unavailable: EXIT.failed,
  remote_failure: EXIT.network,
  storage_full: EXIT.failed,
  storage_read_only: EXIT.failed,
  registration_closed: EXIT.conflict,
  token_required: EXIT.conflict,
  token_invalid: EXIT.conflict,
  username_invalid: EXIT.conflict,
  username_taken: EXIT.conflict,
  password_too_short: EXIT.conflict,
  password_invalid: EXIT.conflict,
  registration_limited: EXIT.failed,
  server_full: EXIT.conflict,
  encryption_needed: EXIT.conflict,
  from_missing: EXIT.conflict,
  from_repeated: EXIT.conflict,
  from_several: EXIT.conflict,
  from_unreadable: EXIT.conflict,
  from_mismatch: EXIT.conflict,
  sender_mismatch: EXIT.conflict,
  sender_unreadable: EXIT.conflict,
  author_too_long: EXIT.conflict,
  header_malformed: EXIT.conflict,
  header_line_too_long: EXIT.conflict,
  header_too_large: EXIT.conflict,
  message_too_large: EXIT.conflict,
  message_empty: EXIT.conflict,
  routing_loop: EXIT.conflict,
  sender_not_owned: EXIT.conflict,
  sender_domain_invalid: EXIT.conflict,
  local_sender_unauthenticated: EXIT.conflict,
  own_author: EXIT.conflict,
  signature_missing: EXIT.conflict,
  signature_invalid: EXIT.conflict,
  literal_mismatch: EXIT.conflict,
  sender_uncheckable: EXIT.failed,
  origin_uncheckable: EXIT.failed,
  relaying_denied: EXIT.conflict,
  federation_off: EXIT.conflict,
  policy_rejection: EXIT.conflict,
  no_such_domain: EXIT.conflict,
  not_delivered: EXIT.conflict,
  too_much_mail: EXIT.failed,
  too_many_requests: EXIT.failed,
  too_many_recipients: EXIT.conflict,
  no_such_user: EXIT.not_found,
  quota_exceeded: EXIT.conflict,
  no_such_mailbox: EXIT.not_found,
  no_target_mailbox: EXIT.not_found,
  mailbox_exists: EXIT.conflict,
  mailbox_name_invalid: EXIT.conflict,
  mailbox_undeletable: EXIT.conflict,
  mailbox_read_only: EXIT.conflict,
  too_many_mailboxes: EXIT.conflict,
  too_many_keywords: EXIT.conflict,
  invalid_invite: EXIT.conflict,
  slug_too_short: EXIT.conflict,
  slug_invalid: EXIT.conflict,
  slug_reserved: EXIT.conflict,
  slug_taken: EXIT.conflict,
  shares_full: EXIT.failed,
  edit_key_wrong: EXIT.permission,
  not_found: EXIT.not_found,
  already_exists: EXIT.conflict,
  invalid_value: EXIT.conflict,
  task_running: EXIT.conflict,
  confirmation_required: EXIT.aborted,
  locked: EXIT.conflict,
  not_running: EXIT.not_running,
  internal: EXIT.failed,
  too_large: EXIT.conflict,
};

const INSTALL_EXITS: Record<RefusedReason, ExitCode> = {
  occupied: EXIT.conflict,
  unsupported: EXIT.failed,
  permission_denied: EXIT.permission,
  failed: EXIT.failed,
};

const UPGRADE_EXITS: Record<UpgradeTrouble, ExitCode> = {
  network: EXIT.network,
  certificate: EXIT.network,
  invalid_signature: EXIT.failed,
  unsuitable: EXIT.conflict,
  preflight: EXIT.failed,
  unhealthy: EXIT.failed,
  not_found: EXIT.not_found,
  permission_denied: EXIT.permission,
};

/** From a server of another version it may be a code that is not known here. */
export function exitOf(code: ControlFailure): ExitCode {
  return Object.hasOwn(FAILURES, code) ? FAILURES[code] : EXIT.failed;
}

/** Any error as code, message and exit code. */
export function describeFailure(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof Refusal) {
    return new CliError(error.code, error.message, exitOf(error.code));
  }
  if (error instanceof InstallRefused) {
    return new CliError(
      error.reason,
      error.message,
      INSTALL_EXITS[error.reason],
    );
  }
  if (error instanceof UpgradeFailed) {
    return new CliError(
      error.trouble,
      error.message,
      UPGRADE_EXITS[error.trouble],
    );
  }
  const fault = systemError(error) ?? systemError((error as Error)?.cause);
  if (fault?.code === "EACCES" || fault?.code === "EPERM") {
    return new CliError(
      "permission_denied",
      withAdvice(error, fault),
      EXIT.permission,
    );
  }
  if (!(error instanceof Error)) {
    return new CliError("failed", String(error), EXIT.failed);
  }
  switch (error.name) {
    case "ConfigError":
      return new CliError("config_invalid", error.message, EXIT.config_invalid);
    case "AlreadyRunning":
      return new CliError("already_running", error.message, EXIT.not_running);
    case "NotFound":
      return new CliError("not_found", inWords(error, fault), EXIT.not_found);
    default:
      return new CliError("failed", inWords(error, fault), EXIT.failed);
  }
}

/** An error of ours says itself what it is about; one of the system's is said anew. */
function inWords(error: unknown, fault: SystemError | undefined): string {
  const own = systemError(error);
  if (fault === undefined || own === undefined) {
    return error instanceof Error ? error.message : String(error);
  }
  return fault.path === undefined
    ? fault.reason
    : `${fault.path}: ${fault.reason}`;
}

function withAdvice(error: unknown, fault: SystemError): string {
  const who = fault.path === undefined ? undefined : whoMayUse(fault.path);
  const said = inWords(error, fault);
  return who === undefined ? said : `${said}: run this as ${who}`;
}
