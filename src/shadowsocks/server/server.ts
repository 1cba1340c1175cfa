/** All clients of Shadowsocks, and what they share. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { ShadowsocksBackend } from "./backend.ts";
import { TunnelFigures } from "./figures.ts";
import { type SaltKeeper, SeenSalts } from "./salts.ts";
import { Session } from "./session.ts";
import type { Wire } from "./wire.ts";

const SWEEP_MS = 1000;

export interface ShadowsocksServerParts {
  readonly backend: ShadowsocksBackend;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  readonly random: Random;
  /** Without it, a restart forgets what was seen. */
  readonly salts?: SaltKeeper;
}

export class ShadowsocksServer {
  readonly figures = new TunnelFigures();
  readonly #parts: ShadowsocksServerParts;
  readonly #salts: SeenSalts;
  readonly #sessions = new Set<Session>();
  readonly #stopSweeping: () => void;
  #stopping = false;

  constructor(parts: ShadowsocksServerParts) {
    this.#parts = parts;
    this.#salts = new SeenSalts(parts.salts);
    this.#stopSweeping = parts.timers.every(SWEEP_MS, () => {
      const now = parts.clock.monotonic();
      for (const session of this.#sessions) session.checkDeadline(now);
    });
  }

  /** Drives one connection to its end. Never rejects. */
  async serve(wire: Wire): Promise<void> {
    if (this.#stopping) {
      wire.abort();
      return await wire.gone;
    }
    const session = new Session(wire, {
      ...this.#parts,
      salts: this.#salts,
      figures: this.figures,
    });
    this.#sessions.add(session);
    await session.run();
    this.#sessions.delete(session);
  }

  /** Ends all that are open: what they know is no longer so. */
  cut(): void {
    for (const session of this.#sessions) session.abort();
  }

  /** Takes no more clients, and ends those there are. */
  shutdown(): void {
    this.#stopping = true;
    this.#stopSweeping();
    this.cut();
  }
}
