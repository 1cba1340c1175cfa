/**
 * The server's side of one WebSocket on a wire (RFC 6455): messages one after
 * another, and what of the protocol a route need not know.
 *
 * @module
 */
import { concat, utf8 } from "../../base/octets.ts";
import type { Wire } from "../../net/wire.ts";
import {
  encodeClose,
  encodeFrame,
  OPCODES,
} from "../proto/web_socket_frames.ts";
import {
  type WebSocketInput,
  WebSocketReceiver,
} from "../proto/web_socket_receiver.ts";
import type { Watched } from "./web_socket_watch.ts";

/**
 * A WebSocket as its route sees it: messages one after another, with
 * back-pressure both ways. While a message waits to be received, nothing more is
 * read, so a route has always somebody who receives.
 */
export interface WebSocketPeer {
  readonly subprotocol: string;
  /** Text as a string; undefined at the end, however it came. */
  receive(): Promise<string | Uint8Array | undefined>;
  /** Resolves when it is handed on. @throws {Error} when the connection is lost */
  send(message: string | Uint8Array): Promise<void>;
  /** @param code RFC 6455 §7.4 */
  close(code: number, reason?: string): void;
}

/** A peer that neither answers a ping nor takes anything between two of them has left. */
const PING_TICKS = 30;
/** For the peer to take what is left, and to close too. */
const CLOSE_TICKS = 10;
/** Written at once, unless one frame is larger. */
const BATCH_OCTETS = 64 * 1024;
const [PING = new Uint8Array()] = encodeFrame(OPCODES.ping, new Uint8Array());
const GOING_AWAY = 1001;

export class ServerWebSocket implements WebSocketPeer, Watched {
  readonly subprotocol: string;
  readonly #wire: Wire;
  readonly #receiver: WebSocketReceiver;
  readonly #stopCode: number;
  #waiting: Uint8Array[] = [];
  /** Resolves when what waits is with the kernel. */
  #written: PromiseWithResolvers<void> | undefined;
  #isWriting = false;
  #isReading = false;
  /** We have said that it ends. */
  #isClosing = false;
  #isOver = false;
  #ticks = 0;
  #isAlive = true; // since the last ping
  #sends = false;
  #takes = false;

  constructor(
    wire: Wire,
    { subprotocol = "", maxMessageOctets, stopCode = GOING_AWAY }: {
      readonly subprotocol?: string | undefined;
      readonly maxMessageOctets: number;
      readonly stopCode?: number | undefined;
    },
  ) {
    this.#wire = wire;
    this.subprotocol = subprotocol;
    this.#receiver = new WebSocketReceiver(maxMessageOctets);
    this.#stopCode = stopCode;
  }

  /** The connection is lost, or its end was agreed on. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Writes the head that makes the connection a WebSocket. */
  begin(head: Uint8Array): void {
    this.#say([head]);
  }

  async receive(): Promise<string | Uint8Array | undefined> {
    let lent: Uint8Array | undefined;
    try {
      while (!this.#isOver) {
        const input = this.#receiver.next();
        if (input?.kind === "message") {
          this.#isAlive = true;
          if (!this.#isClosing) return input.message;
        } else if (input) {
          await this.#answer(input);
        } else {
          if (lent) this.#wire.release(lent);
          this.#isReading = true;
          lent = await this.#wire.read();
          this.#isReading = false;
          if (lent === undefined) break;
          this.#sends = true;
          this.#receiver.push(lent);
        }
      }
    } catch {
      // it is lost
    }
    this.#end();
    return undefined;
  }

  send(message: string | Uint8Array): Promise<void> {
    if (this.#isClosing) return Promise.reject(new Error("It has ended"));
    return this.#write(
      typeof message === "string"
        ? encodeFrame(OPCODES.text, utf8(message))
        : encodeFrame(OPCODES.binary, message),
    );
  }

  close(code: number, reason?: string): void {
    if (!this.#isClosing) this.#close(encodeClose(code, reason));
  }

  /** Closes it, and waits for the peer to close too. */
  async finish(code: number): Promise<void> {
    this.close(code);
    while (!this.#isOver) await this.receive();
  }

  abort(): void {
    this.#wire.abort();
    this.#end();
  }

  stop(): void {
    this.close(this.#stopCode);
  }

  tick(): void {
    const most = this.#isClosing ? CLOSE_TICKS : PING_TICKS;
    if (++this.#ticks < most) return;
    this.#ticks = 0;
    const takes = this.#takes;
    const moves = takes || this.#sends;
    this.#takes = this.#sends = false;
    if (this.#isClosing) {
      if (!this.#isWriting || !takes) this.#wire.abort();
      return;
    }
    const isOurTurn = !this.#isReading && !this.#isWriting; // pongs wait unread
    if (!this.#isAlive && !moves && !isOurTurn) return this.#wire.abort();
    this.#isAlive = false;
    this.#say([PING]);
  }

  /** @throws {Error} when the connection is lost */
  async #answer(
    input: Exclude<WebSocketInput, { readonly kind: "message" }>,
  ): Promise<void> {
    switch (input.kind) {
      case "pong":
        this.#isAlive = true;
        return;
      case "ping": // its answer first: who asks and takes nothing waits
        if (this.#isClosing) return;
        return await this.#write(encodeFrame(OPCODES.pong, input.octets));
      case "close":
        if (!this.#isClosing) this.#close(encodeClose(input.code));
        await this.#written?.promise;
        return this.#end();
      case "fault": // what it still sends would reset the connection, and the close be lost
        this.close(input.code);
        await this.#written?.promise;
        return await this.#wire.closeWrite();
    }
  }

  #close(frame: readonly Uint8Array[]): void {
    this.#say(frame);
    this.#isClosing = true;
    this.#ticks = 0;
    this.#takes = false;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = this.#isClosing = true;
    this.#wire.close();
  }

  /** Whether it arrives shows elsewhere. */
  #say(frame: readonly Uint8Array[]): void {
    this.#write(frame).catch(() => {});
  }

  #write(frame: readonly Uint8Array[]): Promise<void> {
    this.#waiting.push(...frame);
    this.#written ??= Promise.withResolvers<void>();
    const { promise } = this.#written;
    if (!this.#isWriting) {
      this.#isWriting = true;
      // what is sent in the same turn goes out together
      queueMicrotask(() => void this.#flush());
    }
    return promise;
  }

  async #flush(): Promise<void> {
    while (this.#written) {
      const { resolve, reject } = this.#written;
      const batches = batchesOf(this.#waiting);
      this.#waiting = [];
      this.#written = undefined;
      try {
        for (const batch of batches) {
          await this.#wire.write(batch);
          if (batch.length > PING.length) this.#takes = true; // by a ping nobody knows
        }
        resolve();
      } catch (error) {
        reject(error);
      }
    }
    this.#isWriting = false;
  }
}

/** Small ones together. */
function batchesOf(pieces: readonly Uint8Array[]): Uint8Array[] {
  const batches: Uint8Array[] = [];
  for (let at = 0; at < pieces.length;) {
    const first = at;
    let size = 0;
    do size += pieces[at++]!.length; while (
      at < pieces.length && size + pieces[at]!.length <= BATCH_OCTETS
    );
    batches.push(
      at === first + 1 ? pieces[first]! : concat(pieces.slice(first, at)),
    );
  }
  return batches;
}
