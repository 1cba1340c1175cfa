/** What looks a relay over, as operations see it; app/ passes it in. @module */

/** "skip": it could not be looked at, or there is nothing to look at. */
export type FindingStatus = "pass" | "warn" | "fail" | "skip";

/** What one check has found; a check may find several things. */
export interface Finding {
  /** Of the check. */
  readonly id: string;
  readonly status: FindingStatus;
  /** For people; without user data. */
  readonly detail: string;
  /** The record or command that mends it. */
  readonly remedy: string | null;
  /** Code of the condition that it is, for those who have words of their own for it. */
  readonly condition?: string;
}

/** What mends a damaged database. */
export const RESTORE =
  "systemctl stop postern; postern backup restore BACKUP --force; systemctl start postern";

export interface DoctorOptions {
  /** Only these checks; all when absent. */
  readonly only?: readonly string[];
  /** Another server, to which connections are tried. */
  readonly peer: string;
  /** Ask that server to connect back to us. */
  readonly outside: boolean;
}

export interface DoctorControl {
  /** What checks there are, in their order. */
  readonly ids: readonly string[];
  /** Ends in less than two minutes, whatever hangs, and leaves nothing behind. */
  run(options: DoctorOptions): Promise<readonly Finding[]>;
  /** Whether somebody was asked with this number to connect back, and has not answered. */
  isAsking(nonce: string): boolean;
}
