/** How a command ends, for scripts. @module */
import { Refusal, type RefusalCode } from "../base/refusal.ts";

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
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error)) {
    return new CliError("failed", message, EXIT.failed);
  }
  switch (error.name) {
    case "ConfigError":
      return new CliError("config_invalid", message, EXIT.config_invalid);
    case "AlreadyRunning":
      return new CliError("already_running", message, EXIT.not_running);
    case "PermissionDenied":
      return new CliError("permission_denied", message, EXIT.permission);
    case "NotFound":
      return new CliError("not_found", message, EXIT.not_found);
    default:
      return new CliError("failed", message, EXIT.failed);
  }
}
