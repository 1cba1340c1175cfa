/** Whether each account is counted by itself, as people are told. @module */
import type { Config } from "../../config/schema.ts";

export function areAccountsCounted(
  { bandwidth, privacy }: Pick<Config, "bandwidth" | "privacy">,
): boolean {
  return bandwidth.enabled && bandwidth.perUser && privacy.counters;
}
