/** How a command ends, for scripts. @module */
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import { type SystemError, systemError } from "../base/system_errors.ts";
import { whoMayUse } from "../files/owner.ts";

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
  aborted: 10,
  interrupted: 130,
} as const;

export const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  ok: "Done",
  failed: "Failed, for a reason without a code of its own",
  usage: "The command line cannot be understood",
  not_found: "What was named does not exist",
  conflict: "It exists already, or the value is not valid",
  not_running: "The server does not run, or already runs",
  permission: "Not permitted",
  config_invalid: "The configuration is not valid",
  partial: "Done in part; the output says what is left",
  aborted: "Not confirmed",
  interrupted: "Interrupted",
};

/** A command that ends badly in a way that is expected. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    readonly code: string,
    message: string,
    readonly exit: number,
  ) {
    super(message);
  }
}

const SPECIAL: Partial<Record<RefusalCode, number>> = {
  not_found: EXIT.not_found,
  no_such_user: EXIT.not_found,
  no_such_mailbox: EXIT.not_found,
  confirmation_required: EXIT.aborted,
  busy: EXIT.failed,
  unavailable: EXIT.failed,
  storage_full: EXIT.failed,
  storage_read_only: EXIT.failed,
};

/** What a refusal means for the exit code; from the server it comes as a code. */
export function exitOfRefusal(code: string): number {
  if (code === "internal") return EXIT.failed;
  return SPECIAL[code as RefusalCode] ?? EXIT.conflict;
}

/** Any error as code, message and exit code. */
export function describeFailure(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof Refusal) {
    return new CliError(error.code, error.message, exitOfRefusal(error.code));
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
