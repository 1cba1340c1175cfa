/** Exchangers who ask us, from the parts of a relay. @module */
import type { Config } from "../../config/schema.ts";
import { RelayGate } from "../../federation/exchange/relay_gate.ts";
import { Serving } from "../../federation/exchange/serve/serving.ts";
import { prepare } from "../../federation/transports/outgoing.ts";
import type { Relay } from "../relay.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";

/** What they get is signed as all that leaves. */
export function buildServing(relay: Relay, config: () => Config): Serving {
  const { store, exchange, federation, dkim } = relay;
  return new Serving({
    store,
    exchange,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    policy: () => federation.rules.policy(),
    prepare: (unit) =>
      prepare(unit, { queue: store.queue, signer: dkim.signer }),
    legacyPaths: () => config().exchanger.legacyPaths,
  });
}

/** For whom mail is passed on. */
export function relayGate(
  { exchange }: Pick<Relay, "exchange">,
  config: () => Config,
): RelayGate {
  return new RelayGate(exchange, () => {
    const { exchanger } = config();
    return {
      mode: exchanger.relay,
      recipients: exchanger.relayRecipients,
      senders: exchanger.relaySenders,
      from: exchanger.relayFrom,
    };
  });
}
