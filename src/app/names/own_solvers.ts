/** How the ports of this server show that a name is ours. @module */
import { reverseName } from "../../dns/reverse_name.ts";
import { AlpnChallenges } from "../../tls/acme/alpn/alpn_challenges.ts";
import { HttpChallenges } from "../../tls/acme/solvers.ts";
import type { ServiceListeners } from "../service_listeners.ts";
import type { Sorter } from "../../net/connection_sorter.ts";
import { SYSTEM_CLOCK } from "../system_time.ts";

export interface OwnSolvers {
  readonly "http-01": HttpChallenges;
  readonly "tls-alpn-01": AlpnChallenges;
}

/** Whatever the ports: a router before them may make 80 and 443 of others. */
export function ownSolvers(
  listeners: Pick<ServiceListeners, "bound" | "sortHttps">,
  sorter: () => Sorter,
): OwnSolvers {
  const missing = (name: "http" | "https") =>
    listeners.bound(name).length === 0
      ? `this server does not listen there (listen.${name})`
      : undefined;
  return {
    "http-01": new HttpChallenges(() => missing("http")),
    "tls-alpn-01": new AlpnChallenges({
      clock: SYSTEM_CLOCK,
      reverseName,
      obstacle: () => missing("https"),
      watch: (isOn) => listeners.sortHttps(isOn ? sorter() : undefined),
    }),
  };
}
