/** Relays that ask whether their ports are open from here, and what we ask others. @module */
import type { EchoBackend } from "../../api/doctor/backend.ts";
import { LISTENER_NAMES, listenerRow } from "../../config/listener_table.ts";
import type { Config } from "../../config/schema.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { type EchoPorts, PortEcho } from "../../http/echo/port_echo.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";

export interface PortEchoParts {
  config(): Config;
  /** The doctor waits for the answer to a question with this number. */
  isAsking(nonce: string): boolean;
}

/** Where relays listen. */
const PORTS: EchoPorts = {
  all: LISTENER_NAMES.map(listenerRow)
    .filter(({ transport }) => transport !== "udp")
    .map(({ port }) => port),
  http: listenerRow("http").port,
  https: listenerRow("https").port,
};

export function portEcho({ config, isAsking }: PortEchoParts): EchoBackend {
  const echo = new PortEcho({
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    ports: PORTS,
    isOn: () => config().doctor.echo,
    mayReach: (address) =>
      isPublicAddress(address) || config().federation.allowPrivateTargets,
  });
  return {
    get isOn() {
      return echo.isOn;
    },
    isPort: (port) => echo.isPort(port),
    look: (address, nonce, ports) => echo.look(address, nonce, ports),
    challenge: (address, nonce) => echo.challenge(address, nonce),
    isAsking,
  };
}
