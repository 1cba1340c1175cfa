/**
 * Server-sent events (HTML Standard §9.2): an answer that goes on until the
 * browser leaves or the server stops.
 *
 * An event is taken from its source only when the peer has taken the one before,
 * so a slow peer holds one event, and its source decides what to keep for it.
 *
 * @module
 */
import type { Timers } from "../base/clock.ts";
import type { HttpExchange } from "./peer.ts";

export interface ServerSentEvent {
  /** Its type; "message" without it. */
  readonly event?: string;
  /** What the browser says in Last-Event-ID when it comes again. */
  readonly id?: string;
  readonly data: string;
}

export interface EventStreamOptions {
  readonly events: AsyncIterable<ServerSentEvent>;
  readonly exchange: HttpExchange;
  readonly timers: Pick<Timers, "every">;
  /** After so much silence a comment: a peer that is gone is found out, and proxies wait on. */
  readonly keepAliveMs?: number;
}

const KEEP_ALIVE_MS = 25_000;
const KEEP_ALIVE = ":\n\n";
const encoder = new TextEncoder();

export function eventStream(options: EventStreamOptions): Response {
  options.exchange.limit({ sendMs: Infinity });
  const stream = new EventStream(options);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const text = await stream.next();
      if (text === undefined) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
    cancel: () => stream.stop(),
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: {
      "content-type": EVENT_STREAM_TYPE,
      "cache-control": "no-store",
      "x-accel-buffering": "no", // nginx would collect events
    },
  });
}

type Taken = IteratorResult<ServerSentEvent>;

class EventStream {
  readonly #source: AsyncIterator<ServerSentEvent>;
  readonly #ending: AbortSignal;
  readonly #stopTicking: () => void;
  readonly #onEnding = () => this.#wake?.();
  #wake: (() => void) | undefined;
  #asked: Promise<void> | undefined;
  #taken: Taken | undefined;
  #failure: { readonly error: unknown } | undefined;
  #silent = false; // for a whole period

  constructor(options: EventStreamOptions) {
    const { events, exchange, timers, keepAliveMs = KEEP_ALIVE_MS } = options;
    this.#source = events[Symbol.asyncIterator]();
    this.#ending = exchange.ending;
    this.#ending.addEventListener("abort", this.#onEnding);
    this.#stopTicking = timers.every(keepAliveMs, () => {
      this.#silent = true;
      this.#wake?.();
    });
  }

  /** Text to send; undefined at the end. @throws what the source throws */
  async next(): Promise<string | undefined> {
    this.#silent = false;
    this.#asked ??= this.#ask();
    while (
      !this.#taken && !this.#failure && !this.#silent && !this.#ending.aborted
    ) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#failure) {
      this.stop();
      throw this.#failure.error;
    }
    if (this.#ending.aborted || this.#taken?.done) {
      this.stop();
      return undefined;
    }
    const taken = this.#taken;
    if (!taken) return KEEP_ALIVE;
    this.#taken = this.#asked = undefined;
    return formatEvent(taken.value);
  }

  /** The source ends, at the latest when it gives its next event. */
  stop(): void {
    this.#stopTicking();
    this.#ending.removeEventListener("abort", this.#onEnding);
    this.#source.return?.().catch(() => {});
  }

  async #ask(): Promise<void> {
    try {
      this.#taken = await this.#source.next();
    } catch (error) {
      this.#failure = { error };
    }
    this.#wake?.();
  }
}

export const EVENT_STREAM_TYPE = "text/event-stream";

/** @throws {RangeError} if type or id would break out of its line */
export function formatEvent({ event, id, data }: ServerSentEvent): string {
  if (/[\r\n\0]/.test(`${event ?? ""}${id ?? ""}`)) {
    throw new RangeError("The type or id of an event has more than one line");
  }
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return (event === undefined ? "" : `event: ${event}\n`) +
    (id === undefined ? "" : `id: ${id}\n`) + lines.join("") + "\n";
}
