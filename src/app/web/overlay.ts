/** The operator's own pages, where the configuration says they are. @module */
import { resolve } from "node:path";
import { Overlay } from "../../api/overlay/overlay.ts";
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";

const HINT = "where {{ or {% are meant to be seen, write {% raw %} around them";

/** Empty: there is none. */
export function wwwDirectory({ server, web }: Config): string {
  return web.wwwDir && resolve(server.stateDir, web.wwwDir);
}

export function relayOverlay(
  { config, clock, reported }: {
    readonly clock: Clock;
    readonly reported: ReportedConditions;
    config(): Config;
  },
): Overlay {
  return new Overlay({
    directory: () => wwwDirectory(config()),
    fallsBack: () => config().web.overrideFallback,
    contentSecurityPolicy: () => config().web.customCsp,
    now: () => clock.monotonic(),
    onFaults(faults) {
      const [first] = faults.values();
      if (!first) return reported.clear("pages_broken");
      const more = faults.size > 1 ? `, and ${faults.size - 1} more` : "";
      reported.report("pages_broken", `${first.message}${more}; ${HINT}`);
    },
  });
}
