/** Look-ups, as the configuration says. @module */
import { systemRandom } from "../base/random.ts";
import type { Config } from "../config/schema.ts";
import { Resolver } from "../dns/resolver.ts";
import { type DnsServer, systemServers } from "../dns/servers.ts";
import { SYSTEM_CLOCK } from "./system_time.ts";

/** The system's file is read no more often: there may be many questions at once. */
const SERVERS_MS = 1000;

export function configuredResolver(config: () => Config): Resolver {
  let read:
    | { atMs: number; servers: Promise<readonly DnsServer[]> }
    | undefined;
  function ofSystem(): Promise<readonly DnsServer[]> {
    const nowMs = SYSTEM_CLOCK.monotonic();
    if (!read || nowMs - read.atMs >= SERVERS_MS) {
      const servers = systemServers();
      servers.catch(() => read = undefined);
      read = { atMs: nowMs, servers };
    }
    return read.servers;
  }
  return new Resolver({
    servers() {
      const { servers } = config().dns;
      return servers.length > 0 ? servers : ofSystem();
    },
    get timeoutMs() {
      return config().dns.timeout;
    },
    clock: SYSTEM_CLOCK,
    random: systemRandom,
  });
}
