/** One client that said who it is: what it sends, and what is sent to it. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { isDisco, readDatagram } from "../proto/datagram.ts";
import { encodeFrame, type Frame } from "../proto/frames.ts";
import { Allowance, type Rate } from "./allowance.ts";
import type { Arrival, Channel } from "./channel.ts";
import type { IrohFigures } from "./figures.ts";
import { type Line, Outbox, type Waiting } from "./outbox.ts";

const SILENCE_MS = 15_000;
const LEAST_MORE_MS = 1000; // so that not all are asked at once
const MOST_MORE_MS = 5000;
const ANSWER_MS = 5000;
const WRITE_MS = 2000; // for a frame
const MAX_WRITE_MS = 10_000;
/** Whom to tell when this one leaves; of more, the earliest are forgotten. */
const MAX_REACHED = 1024;

export interface ClientSurroundings {
  readonly clock: Clock;
  readonly timers: Pick<Timers, "sleep">;
  readonly random: Random;
  readonly figures: IrohFigures;
  readonly waiting: Waiting;
  rate(): Rate;
  /** The connection of a key now. */
  find(key: string): Client | undefined;
}

export class Client {
  readonly key: string;
  readonly #keyOctets: Uint8Array;
  readonly #channel: Channel;
  readonly #around: ClientSurroundings;
  readonly #allowance: Allowance;
  readonly #outbox: Outbox;
  /** Keys that it sent something to. */
  readonly #reached = new Set<string>();
  readonly #silenceMs: number;
  #isWriting = false;
  #isPaused = false;
  #isOver = false;
  #writeBy = Infinity;
  #askAt = 0;
  #question: string | undefined;
  #answerBy = Infinity;

  constructor(
    key: Uint8Array,
    channel: Channel,
    around: ClientSurroundings,
  ) {
    this.#keyOctets = key.slice();
    this.key = key.toHex();
    this.#channel = channel;
    this.#around = around;
    this.#allowance = new Allowance(around.clock);
    this.#outbox = new Outbox(around.waiting);
    const [lot = 0] = around.random(1);
    this.#silenceMs = SILENCE_MS + LEAST_MORE_MS +
      lot / 255 * (MOST_MORE_MS - LEAST_MORE_MS);
    this.#heard();
  }

  /** Serves it until it leaves. @param first What came with its introduction. @throws {Error} when it is lost */
  async run(first: Arrival): Promise<void> {
    let arrival: Arrival | undefined = first;
    while (arrival && !this.#isOver) {
      for (const frame of arrival.frames) {
        if (!this.#take(frame)) return this.#refuse();
      }
      if (arrival.isBroken) return this.#refuse();
      const { octets } = arrival;
      const waitMs = this.#allowance.take(octets, this.#around.rate());
      if (waitMs >= 1) await this.#pause(waitMs);
      arrival = await this.#channel.receive();
      this.#around.figures.octetsIn += arrival?.octets ?? 0;
      this.#heard();
    }
  }

  /** Asks one that is silent, and ends one that does not answer or takes nothing. */
  checkDeadline(now: number): void {
    const isSilent = now > this.#answerBy && !this.#isPaused;
    if (now > this.#writeBy || isSilent) {
      this.#around.figures.stalled++;
      return this.abort();
    }
    if (now <= this.#askAt || this.#isPaused) return;
    if (this.#question === undefined) this.#ask(now);
  }

  /** A datagram for it. False if there is no room. */
  deliver(from: Uint8Array, data: Uint8Array, line: Line): boolean {
    const octets = 5 + from.length + data.length;
    if (!this.#outbox.hasRoom(line, octets)) return false;
    this.#send(line, encodeFrame("recvPacket", from, data));
    return true;
  }

  /** Somebody who sent it something has left. */
  tellGone(key: Uint8Array): void {
    this.#notice(encodeFrame("nodeGone", key));
  }

  /** Those that heard of it hear that it has left. */
  leave(): void {
    for (const key of this.#reached) {
      this.#around.find(key)?.tellGone(this.#keyOctets);
    }
    this.#end();
  }

  /** Says something last, and ends it. */
  dismiss(last?: Uint8Array): void {
    if (this.#isOver) return;
    const frames = [...this.#outbox.take(), ...last ? [last] : []];
    this.#end();
    this.#channel.send(frames).catch(() => {});
    this.#channel.close();
  }

  abort(): void {
    this.#end();
    this.#channel.abort();
  }

  #end(): void {
    this.#isOver = true;
    this.#writeBy = this.#answerBy = Infinity;
    this.#outbox.clear();
  }

  #refuse(): void {
    this.#around.figures.framesInvalid++;
    this.#end();
  }

  /** Reads nothing for so long, so that an answer may be among what waits. */
  async #pause(ms: number): Promise<void> {
    const { clock, timers } = this.#around;
    this.#isPaused = true;
    await timers.sleep(ms);
    this.#isPaused = false;
    if (this.#question !== undefined) {
      this.#answerBy = clock.monotonic() + ANSWER_MS;
    }
  }

  #heard(): void {
    this.#askAt = this.#around.clock.monotonic() + this.#silenceMs;
  }

  #ask(now: number): void {
    const question = this.#around.random(8);
    this.#question = question.toHex();
    this.#answerBy = now + ANSWER_MS;
    this.#notice(encodeFrame("ping", question));
  }

  /** False if the connection has to end for it. */
  #take({ kind, payload }: Frame): boolean {
    switch (kind) {
      case "sendPacket":
        this.#forward(payload);
        return true;
      case "ping":
        this.#notice(encodeFrame("pong", payload));
        return true;
      case "pong":
        if (payload.toHex() === this.#question) {
          this.#question = undefined;
          this.#answerBy = Infinity;
        }
        return true;
      case "health":
        return false; // it finds fault with us
      default:
        this.#around.figures.framesIgnored++;
        return true;
    }
  }

  #forward(payload: Uint8Array): void {
    const { figures, find } = this.#around;
    const { key, data } = readDatagram(payload);
    const name = key.toHex();
    const peer = find(name);
    if (!peer) figures.datagrams.nobody++;
    else if (
      peer.deliver(this.#keyOctets, data, isDisco(data) ? "disco" : "datagrams")
    ) {
      figures.datagrams.forwarded++;
      this.#remember(name);
    } else figures.datagrams.full++;
  }

  #remember(name: string): void {
    const reached = this.#reached;
    if (reached.has(name)) return;
    reached.add(name);
    if (reached.size <= MAX_REACHED) return;
    for (const earliest of reached) {
      reached.delete(earliest);
      break;
    }
  }

  #notice(frame: Uint8Array): void {
    if (this.#outbox.hasRoom("notices", frame.length)) {
      this.#send("notices", frame);
    }
  }

  #send(line: Line, frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#outbox.add(line, frame);
    if (this.#isWriting) return;
    this.#isWriting = true;
    // what comes in the same turn goes out together
    queueMicrotask(() => void this.#write());
  }

  async #write(): Promise<void> {
    const { clock, figures } = this.#around;
    try {
      for (;;) {
        const frames = this.#outbox.take();
        if (frames.length === 0 || this.#isOver) break;
        const ms = Math.min(frames.length * WRITE_MS, MAX_WRITE_MS);
        this.#writeBy = clock.monotonic() + ms;
        await this.#channel.send(frames);
        for (const { length } of frames) figures.octetsOut += length;
      }
    } catch {
      this.#channel.abort(); // reading ends then, too
    }
    this.#writeBy = Infinity;
    this.#isWriting = false;
  }
}
