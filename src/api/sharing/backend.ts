/** What contact links need of the relay; app/ passes the real thing in. @module */
import type { Shares } from "../../sharing/shares.ts";

export interface SharingBackend {
  readonly shares: Shares;
  /** While it is off, or the site hides, there are no links. */
  isOn(): boolean;
  /** So many links may be made from one address; 0: any number. */
  perTenMinutes(): number;
}
