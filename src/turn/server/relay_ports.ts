/**
 * Ports of relayed addresses: drawn by lot, even ones for those who ask (RFC 8656
 * §7.2), and the ones beside them that are kept for whoever has the token.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Family } from "../proto/address.ts";
import type { Allocation, Relay } from "./allocation.ts";
import type { TurnOptions } from "./options.ts";
import type { RelaySockets, Sent } from "./ports.ts";

export type PortWish = "any" | "even" | "even_with_next";

interface Reservation {
  readonly family: Family;
  readonly relay: Relay;
  readonly untilMs: number;
}

export interface RelayPortsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: RelaySockets;
  /** From 0 to 1. */
  readonly lot: () => number;
  options(): TurnOptions;
  /** See `RelayEvents`. */
  onDatagram(
    allocation: Allocation,
    buffer: Uint8Array,
    size: number,
    hostname: string,
    port: number,
  ): Sent;
}

/** Ports that are asked for before it is believed that none is free. */
const MAX_TRIES = 16;
const RESERVED_MS = 30_000; // RFC 8656 §7.2
const MAX_RESERVATIONS = 256;
const TOKEN_OCTETS = 8; // RFC 8656 §18.10

export class RelayPorts {
  readonly #parts: RelayPortsParts;
  /** By token. */
  readonly #reservations = new Map<string, Reservation>();

  constructor(parts: RelayPortsParts) {
    this.#parts = parts;
  }

  /** undefined if no port was free. */
  open(
    family: Family,
    wish: PortWish,
  ): { readonly relay: Relay; readonly token?: Uint8Array } | undefined {
    const { lot, options } = this.#parts;
    const [first, last] = options().relayPorts;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const drawn = first + Math.floor(lot() * (last - first + 1));
      const port = wish === "any" ? drawn : drawn & ~1;
      if (port < first) continue;
      const relay = this.#bind(family, port);
      if (!relay) continue;
      if (wish !== "even_with_next") return { relay };
      const next = port < last ? this.#bind(family, port + 1) : undefined;
      if (next) return { relay, token: this.#reserve(family, next) };
      relay.socket.close();
    }
    return undefined;
  }

  /** What was kept for this token, of the family that was asked for then; undefined if nothing is. */
  redeem(
    token: Uint8Array,
  ): { readonly family: Family; readonly relay: Relay } | undefined {
    const name = token.join();
    const kept = this.#reservations.get(name);
    this.#reservations.delete(name);
    return kept;
  }

  /** What was not asked for in time goes. */
  sweep(): void {
    const nowMs = this.#parts.clock.monotonic();
    for (const [name, { relay, untilMs }] of this.#reservations) {
      if (untilMs > nowMs) return;
      this.#reservations.delete(name);
      relay.socket.close();
    }
  }

  clear(): void {
    for (const { relay } of this.#reservations.values()) relay.socket.close();
    this.#reservations.clear();
  }

  #bind(family: Family, port: number): Relay | undefined {
    const { sockets, options, onDatagram } = this.#parts;
    const hostname = options().relayAddresses[family];
    if (hostname === undefined) return undefined;
    const socket = sockets.open(family, port, {
      onDatagram(buffer, size, from, fromPort) {
        const { allocation } = relay;
        if (!allocation) return;
        return onDatagram(allocation, buffer, size, from, fromPort);
      },
    });
    if (!socket) return undefined;
    const relay: Relay = { address: { hostname, port }, socket };
    return relay;
  }

  #reserve(family: Family, relay: Relay): Uint8Array {
    const { clock, random } = this.#parts;
    if (this.#reservations.size >= MAX_RESERVATIONS) this.clear();
    const token = random(TOKEN_OCTETS);
    const untilMs = clock.monotonic() + RESERVED_MS;
    this.#reservations.set(token.join(), { family, relay, untilMs });
    return token;
  }
}
