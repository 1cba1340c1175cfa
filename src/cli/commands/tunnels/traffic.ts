/** What went through a tunnel, for people. @module */
import type { TunnelShape } from "../../../admin/live_server.ts";
import { roundedSize } from "../../../base/sizes.ts";

export function trafficFacts(
  { connections, streams, bytes_in, bytes_out, refused }: TunnelShape,
): [string, string][] {
  const reasons = Object.entries(refused)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`);
  return [
    ["connections", `${connections} open, ${streams} since the start`],
    [
      "traffic",
      `${roundedSize(bytes_in)} from clients, ${
        roundedSize(bytes_out)
      } to them`,
    ],
    ["refused", reasons.length === 0 ? "none" : reasons.join(", ")],
  ];
}
