/** Who has something done, for the records of what was changed. @module */
export interface AdminCaller {
  readonly kind: "cli" | "token" | "session";
  /** Of the token; that of the file is `root`. */
  readonly name: string;
  /** Of the session, if it is one. */
  readonly session?: string;
  /** Where the request came from. */
  readonly address?: string;
  /** What of the API was asked for, where that is no operation. */
  readonly resource?: {
    readonly method: string;
    readonly path: string;
    /** An operation of it has been recorded. */
    onRecorded(): void;
  };
}

/** Whoever may use the control socket, or the state directory itself. */
export const COMMAND_LINE: AdminCaller = { kind: "cli", name: "cli" };
