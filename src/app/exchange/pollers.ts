/** Exchangers whom we ask, from the parts of a relay. @module */
import type { Config } from "../../config/schema.ts";
import { Pollers } from "../../federation/exchange/poll/pollers.ts";
import { Spool } from "../../federation/exchange/poll/spool.ts";
import { reasonOf } from "../../base/system_errors.ts";
import type { Relay } from "../relay.ts";
import { type OptionalService, ServiceFailure } from "../services/service.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { exchangerIntake } from "./intake.ts";

export function buildPollers(relay: Relay, config: () => Config): Pollers {
  const { exchange, dns, domains, reported, settings } = relay;
  return new Pollers({
    exchangers: exchange.exchangers,
    client: {
      dns,
      clock: SYSTEM_CLOCK,
      timers: SYSTEM_TIMERS,
      families: () =>
        config().federation.ipv4Only ? ["ipv4"] : ["ipv6", "ipv4"],
    },
    spool: new Spool(config().server.stateDir),
    intake: exchangerIntake(relay),
    domains: domains.domains,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    lot: Math.random,
    isOn: () => settings.get("federation_enabled"),
    onSwitch: (listener) => settings.onChange("federation_enabled", listener),
    onFailing(failing) {
      if (failing.size === 0) return reported.clear("exchanger_failing");
      const reasons = [...failing].map(([name, error]) => `${name}: ${error}`);
      reported.report("exchanger_failing", reasons.join("; "));
    },
    reportBug: relay.reportBug,
  });
}

/** Without it the relay still serves; mail waits at the exchangers. */
export function pollersService(pollers: Pollers): OptionalService {
  return {
    name: "exchangers",
    optional: true,
    condition: "exchangers_not_asked",
    async start() {
      try {
        await pollers.start();
      } catch (error) {
        await pollers.stop();
        throw new ServiceFailure(reasonOf(error));
      }
    },
    stop: () => pollers.stop(),
  };
}
