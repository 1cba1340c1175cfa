/** Look-ups, as the configuration says. @module */
import { systemRandom } from "../base/random.ts";
import type { Config } from "../config/schema.ts";
import { Resolver } from "../dns/resolver.ts";
import { systemServers } from "../dns/servers.ts";
import { SYSTEM_CLOCK } from "./system_time.ts";

export function configuredResolver(config: () => Config): Resolver {
  return new Resolver({
    servers() {
      const { servers } = config().dns;
      return servers.length > 0 ? servers : systemServers();
    },
    get timeoutMs() {
      return config().dns.timeout;
    },
    clock: SYSTEM_CLOCK,
    random: systemRandom,
  });
}
