/** Why a program was not replaced. @module */
export type UpgradeTrouble =
  /** It cannot be had. */
  | "network"
  /** The certificate of who has it cannot be verified. */
  | "certificate"
  /** It is not from whom it says, or not what was signed. */
  | "invalid_signature"
  /** It is not for this machine, or not newer. */
  | "unsuitable"
  /** It does not run here, or not with this configuration. */
  | "preflight"
  /** It did not serve; the one before does again. */
  | "unhealthy"
  | "not_found"
  | "permission_denied";

/** Expected; its message is for the operator. */
export class UpgradeFailed extends Error {
  override readonly name = "UpgradeFailed";
  constructor(readonly trouble: UpgradeTrouble, message: string) {
    super(message);
  }
}
