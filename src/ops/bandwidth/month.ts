/** Months as providers bill them, in UTC. @module */
import type { BandwidthMonth } from "../../admin/bandwidth_control.ts";

export interface Month {
  /** Seconds since 1970 UTC. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** @param billingDay 1 to 28 */
export function monthAt(seconds: number, billingDay: number): Month {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const first = date.getUTCDate() >= billingDay ? month : month - 1;
  return {
    startSeconds: Date.UTC(year, first, billingDay) / 1000,
    endSeconds: Date.UTC(year, first + 1, billingDay) / 1000,
  };
}

/** Whether all that may go out has gone out, and calls and tunnels wait for the next month. */
export function turnsRelaysOff(
  action: "none" | "disable_relays",
  { capOctets, total }: Pick<BandwidthMonth, "capOctets" | "total">,
): boolean {
  return action === "disable_relays" && capOctets > 0 &&
    total.out >= capOctets;
}
