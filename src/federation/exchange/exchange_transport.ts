/**
 * What brings mail to other relays, except that mail which an exchanger comes to
 * fetch stays where it is.
 *
 * @module
 */
import type { LeasedUnit } from "../../store/queue.ts";
import type { Channel } from "../policy/rules.ts";
import type { Attempt, Transport } from "../transport.ts";
import type { Exchangers } from "./exchangers.ts";
import type { Routes } from "./routes.ts";

export interface ExchangeTransportParts {
  readonly routes: Routes;
  readonly exchangers: Pick<Exchangers, "count">;
  readonly transport: Transport;
}

export class ExchangeTransport implements Transport {
  readonly #parts: ExchangeTransportParts;

  constructor(parts: ExchangeTransportParts) {
    this.#parts = parts;
  }

  prepare(unit: LeasedUnit): void {
    this.#parts.transport.prepare?.(unit);
  }

  async deliver(
    unit: LeasedUnit,
    channels: readonly Channel[],
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { routes, exchangers, transport } = this.#parts;
    const waiting = routes.waiting(unit.destination);
    if (waiting) {
      const note = { status: "4.4.1", text: waiting.reason }; // RFC 3463 §3.5
      return { kind: "unreached", note };
    }
    const name = routes.look(unit.destination)?.exchanger;
    const attempt = await transport.deliver(unit, channels, signal);
    if (name !== undefined && isDelivered(attempt)) {
      exchangers.count(name, "pushed", 1);
    }
    return attempt;
  }
}

function isDelivered(attempt: Attempt): boolean {
  return attempt.kind === "answered" &&
    [...attempt.verdicts.values()].some(({ kind }) => kind === "delivered");
}
