/**
 * A relay for iroh 0.35: passes datagrams from one key to another, whoever they
 * are. It sees no contents, and asks for no account: a client also connects to
 * the relay of those it talks with.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { encodeRestarting } from "../proto/frames.ts";
import { type Introduction, readIntroduction } from "../proto/introduction.ts";
import type { Rate } from "./allowance.ts";
import type { Arrival, Channel } from "./channel.ts";
import { Client, type ClientSurroundings } from "./client.ts";
import { IrohFigures } from "./figures.ts";
import { isGenuine } from "./identity.ts";

const SWEEP_MS = 1000;
const INTRODUCTION_MS = 10_000;
const SOONEST_RETURN_MS = 1000;
const LATEST_RETURN_MS = 5000;
const TRY_FOR_MS = 30_000;

export interface IrohServerParts {
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every" | "sleep">;
  readonly random: Random;
  /** Of each client; asked at each use. */
  rate(): Rate;
}

export class IrohServer {
  readonly figures = new IrohFigures();
  readonly #parts: IrohServerParts;
  readonly #around: ClientSurroundings;
  /** By key: datagrams for a key go to its latest connection. */
  readonly #clients = new Map<string, Client>();
  /** Who has not said who it is, with its deadline. */
  readonly #strangers = new Map<Channel, number>();
  readonly #stopSweeping: () => void;
  #isStopping = false;

  constructor(parts: IrohServerParts) {
    this.#parts = parts;
    this.#around = {
      ...parts,
      rate: () => parts.rate(),
      figures: this.figures,
      waiting: { octets: 0 },
      find: (key) => this.#clients.get(key),
    };
    this.#stopSweeping = parts.timers.every(SWEEP_MS, () => this.#sweep());
  }

  /** That have said who they are. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Drives one connection to its end. Never rejects. */
  async serve(channel: Channel): Promise<void> {
    try {
      const met = await this.#meet(channel);
      if (met) await this.#serve(channel, met);
      channel.close();
    } catch {
      channel.abort(); // it is lost
    }
  }

  /** Ends all there are; others may come. */
  cut(): void {
    for (const client of [...this.#clients.values()]) client.dismiss();
    for (const channel of this.#strangers.keys()) channel.abort();
  }

  /** Tells all to come back in a moment, and takes no more. */
  shutdown(): void {
    this.#isStopping = true;
    this.#stopSweeping();
    for (const client of [...this.#clients.values()]) {
      client.dismiss(this.#restarting());
    }
    for (const channel of this.#strangers.keys()) channel.abort();
  }

  /** Who it is; undefined if that is not to be known. */
  async #meet(channel: Channel): Promise<Met | undefined> {
    if (this.#isStopping) return undefined;
    const { clock } = this.#parts;
    this.#strangers.set(channel, clock.monotonic() + INTRODUCTION_MS);
    try {
      for (;;) {
        const arrival = await channel.receive();
        if (!arrival) return undefined;
        this.figures.octetsIn += arrival.octets;
        const [frame, ...frames] = arrival.frames;
        if (!frame && !arrival.isBroken) continue;
        const introduction = frame?.kind === "clientInfo"
          ? readIntroduction(frame.payload)
          : undefined;
        if (introduction && isGenuine(introduction)) {
          return { introduction, rest: { ...arrival, frames } };
        }
        this.figures.strangers++;
        return undefined;
      }
    } finally {
      this.#strangers.delete(channel);
    }
  }

  async #serve(
    channel: Channel,
    { introduction, rest }: Met,
  ): Promise<void> {
    if (this.#isStopping) return;
    const client = new Client(introduction.key, channel, this.#around);
    const earlier = this.#clients.get(client.key);
    this.#clients.set(client.key, client);
    this.figures.introduced++;
    if (earlier) {
      this.figures.replaced++;
      earlier.dismiss();
    }
    try {
      await client.run(rest);
    } finally {
      if (this.#clients.get(client.key) === client) {
        this.#clients.delete(client.key);
        client.leave();
      }
    }
  }

  #sweep(): void {
    const now = this.#parts.clock.monotonic();
    for (const [channel, deadline] of this.#strangers) {
      if (now > deadline) channel.abort();
    }
    for (const client of this.#clients.values()) client.checkDeadline(now);
  }

  #restarting(): Uint8Array {
    const [lot = 0] = this.#parts.random(1);
    const spread = LATEST_RETURN_MS - SOONEST_RETURN_MS;
    const reconnectIn = SOONEST_RETURN_MS + Math.round(lot / 255 * spread);
    return encodeRestarting(reconnectIn, TRY_FOR_MS);
  }
}

interface Met {
  readonly introduction: Introduction;
  /** What came behind it. */
  readonly rest: Arrival;
}
