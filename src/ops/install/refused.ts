/** Why nothing was installed or taken away. @module */

export type RefusedReason =
  /** Something is in the way that is not ours. */
  | "occupied"
  /** The system lacks something. */
  | "unsupported"
  /** The person may not. */
  | "permission_denied"
  /** A command of the system has failed. */
  | "failed";

/** Expected; its message is for the operator. */
export class InstallRefused extends Error {
  override readonly name = "InstallRefused";
  constructor(readonly reason: RefusedReason, message: string) {
    super(message);
  }
}
