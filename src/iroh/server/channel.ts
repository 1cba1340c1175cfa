/** Frames of a client and for it, whatever carries them. @module */
import { concat } from "../../base/octets.ts";
import {
  type Frame,
  frameOfMessage,
  HEADER_OCTETS,
  messageOf,
} from "../proto/frames.ts";
import { FrameReceiver } from "../proto/receiver.ts";
import type { MessageWire, Wire } from "./wire.ts";

/** What came together. */
export interface Arrival {
  /** Good until the next one is asked for. */
  readonly frames: readonly Frame[];
  /** What they took on the way. */
  readonly octets: number;
  /** Behind them is something that is no frame. */
  readonly isBroken: boolean;
}

export interface Channel {
  /** undefined when the client has closed. @throws {Error} when it is lost */
  receive(): Promise<Arrival | undefined>;
  /** Resolves when the kernel has all of them. @param frames With their headers. */
  send(frames: readonly Uint8Array[]): Promise<void>;
  /** Ends it after what was sent. */
  close(): void;
  /** Ends it at once. */
  abort(): void;
}

/** Frames one after another on a connection. */
export class StreamChannel implements Channel {
  readonly #wire: Wire;
  readonly #receiver = new FrameReceiver("clientInfo");
  #lent: Uint8Array | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async receive(): Promise<Arrival | undefined> {
    if (this.#lent) this.#wire.release(this.#lent);
    this.#lent = undefined;
    const octets = await this.#wire.read();
    if (octets === undefined) return undefined;
    this.#lent = octets;
    this.#receiver.push(octets);
    const frames: Frame[] = [];
    for (;;) {
      const next = this.#receiver.next();
      if (typeof next === "object") frames.push(next);
      else {
        return {
          frames,
          octets: octets.length,
          isBroken: next === "not_a_frame",
        };
      }
    }
  }

  async send(frames: readonly Uint8Array[]): Promise<void> {
    const [first] = frames;
    if (!first) return;
    await this.#wire.write(frames.length === 1 ? first : concat(frames));
  }

  close(): void {
    this.#wire.close();
  }

  abort(): void {
    this.#wire.abort();
  }
}

const GOING_AWAY = 1001;

/** A frame in each binary message. */
export class MessageChannel implements Channel {
  readonly #messages: MessageWire;
  readonly #abort: () => void;

  constructor(messages: MessageWire, abort: () => void) {
    this.#messages = messages;
    this.#abort = abort;
  }

  async receive(): Promise<Arrival | undefined> {
    const message = await this.#messages.receive();
    if (message === undefined) return undefined;
    if (typeof message === "string") {
      return { frames: [], octets: message.length, isBroken: false };
    }
    const frame = frameOfMessage(message);
    return {
      frames: frame ? [frame] : [],
      octets: HEADER_OCTETS - 1 + message.length,
      isBroken: frame === undefined,
    };
  }

  async send(frames: readonly Uint8Array[]): Promise<void> {
    await Promise.all(
      frames.map((frame) => this.#messages.send(messageOf(frame))),
    );
  }

  close(): void {
    this.#messages.close(GOING_AWAY);
  }

  abort(): void {
    this.#abort();
  }
}
