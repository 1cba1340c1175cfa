/**
 * The server's side of one WebSocket on a wire (RFC 6455): messages one after
 * another, and what of the protocol a route need not know.
 *
 * @module
 */
import { concat, utf8 } from "../../base/octets.ts";
import { turnEnd } from "../../net/loop/event_loop.ts";
import type { Wire } from "../../net/wire.ts";
import {
  encodeClose,
  encodeFrame,
  OPCODES,
} from "../proto/web_socket_frames.ts";
import {
  WEB_SOCKET_FAULTS,
  type WebSocketInput,
  WebSocketReceiver,
} from "../proto/web_socket_receiver.ts";
import type { HttpCut } from "./cut.ts";
import { belowResumed } from "./upgrade.ts";
import type { Watched, WebSocketWatch } from "./web_socket_watch.ts";

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
  /** Ends it at once. */
  abort(): void;
}

/**
 * Who is told what comes, in place of asking for it: a WebSocket that waits for
 * minutes then holds nothing of an async function that waits with it.
 */
export interface WebSocketListener {
  /**
   * Asked before more is read of a message of which so much is there: at once if
   * undefined, else as soon as it resolves. Never throws nor rejects.
   */
  room?(octets: number): Promise<void> | undefined;
  /** Nothing more is read until what it gives resolves. Never rejects. */
  take(message: string | Uint8Array): Promise<void> | undefined;
  /** Once, when nothing comes any more, however it ended. */
  end(): void;
}

/** A peer that neither answers a ping nor takes anything between two of them has left. */
const PING_TICKS = 30;
/** For the peer to take what is left, and to close too. */
const CLOSE_TICKS = 10;
/** Written at once, unless one frame is larger. */
const BATCH_OCTETS = 64 * 1024;
const [PING = new Uint8Array()] = encodeFrame(OPCODES.ping, new Uint8Array());
const NORMAL = 1000;
const GOING_AWAY = 1001;

/** What waits; resolves when it is with the kernel. */
interface Batch extends PromiseWithResolvers<void> {
  readonly pieces: Uint8Array[];
}

export class ServerWebSocket implements WebSocketPeer, Watched {
  readonly subprotocol: string;
  #wire: Wire;
  readonly #receiver: WebSocketReceiver;
  readonly #stopCode: number;
  readonly #watch: Pick<WebSocketWatch, "remove"> | undefined;
  #batch: Batch | undefined;
  /** Of the last read, of which something may still be looked at. */
  #lent: Uint8Array | undefined;
  /** Who gets all messages, or the next one. */
  #listener: WebSocketListener | undefined;
  #receiving:
    | ((message: string | Uint8Array | undefined) => void)
    | undefined;
  /** To who has it served. */
  #served: ((result: void | Promise<never>) => void) | undefined;
  #isWriting = false;
  #isReading = false;
  /** We have said that it ends. */
  #isClosing = false;
  #isOver = false;
  #ticks = 0;
  #isAlive = true; // since the last ping
  readonly #onCut: ((reason: HttpCut) => void) | undefined;
  #sends = false;
  #takes = false;

  constructor(
    wire: Wire,
    { subprotocol = "", maxMessageOctets, stopCode = GOING_AWAY, watch, onCut }:
      {
        readonly subprotocol?: string | undefined;
        readonly maxMessageOctets: number;
        readonly stopCode?: number | undefined;
        /** Told when it is over. */
        readonly watch?: Pick<WebSocketWatch, "remove"> | undefined;
        /** Told why it is ended for what the peer did. */
        readonly onCut?: (reason: HttpCut) => void;
      },
  ) {
    this.#onCut = onCut;
    this.#watch = watch;
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

  receive(): Promise<string | Uint8Array | undefined> {
    return new Promise((resolve) => {
      this.#receiving = resolve;
      this.#goOnInTurn();
    });
  }

  /**
   * Tells a listener of what comes, to the end; without one it is closed. Rejects
   * if `begin` or the listener fails, unless the peer has left.
   */
  serve(begin: Promise<WebSocketListener | undefined>): Promise<void> {
    return new Promise((resolve) => {
      this.#served = resolve;
      begin.then((listener) => {
        this.#listener = listener;
        if (!listener) this.close(NORMAL);
        this.#goOn();
      }, (error) => this.#fail(error));
    });
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
    if (!this.#isAlive && !moves && !isOurTurn) {
      this.#onCut?.("silent");
      return this.#wire.abort();
    }
    this.#isAlive = false;
    this.#say([PING]);
  }

  /** With what has come, until more has to come or somebody needs time. */
  #goOn(): void {
    try {
      while (!this.#isOver) {
        const input = this.#receiver.next();
        if (!input) return this.#readOn();
        if (input.kind === "message" || input.kind === "pong") {
          this.#isAlive = true;
        }
        if (input.kind === "message" && !this.#isClosing && !this.#listener) {
          return this.#give(input.message);
        }
        const pending = this.#dealtWith(input);
        if (pending) {
          return void pending.then(
            () => this.#goOnInTurn(),
            () => this.#leave(),
          );
        }
        const end = turnEnd();
        if (end) return void end.then(() => this.#goOn());
      }
      this.#leave();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** However much a peer sends at once, the others are served meanwhile. */
  #goOnInTurn(): void {
    const end = turnEnd();
    if (end) void end.then(() => this.#goOn());
    else this.#goOn();
  }

  /** undefined if nobody needs time. */
  #dealtWith(input: WebSocketInput): Promise<void> | undefined {
    if (input.kind === "pong") return undefined;
    if (input.kind !== "message") return this.#answer(input);
    return this.#isClosing ? undefined : this.#listener?.take(input.message);
  }

  /** undefined: nothing comes any more. */
  #give(message: string | Uint8Array | undefined): void {
    const receiving = this.#receiving;
    this.#receiving = undefined;
    receiving?.(message);
  }

  #readOn(): void {
    if (this.#lent) this.#wire.release(this.#lent);
    this.#lent = undefined;
    const room = this.#listener?.room?.(this.#receiver.unfinishedOctets);
    if (room) void room.then(() => this.#read());
    else this.#read();
  }

  #read(): void {
    this.#isReading = true;
    this.#wire = belowResumed(this.#wire);
    this.#wire.read().then(
      (octets) => this.#arrived(octets),
      () => this.#leave(),
    );
  }

  #arrived(octets: Uint8Array | undefined): void {
    this.#isReading = false;
    if (octets === undefined) return this.#leave();
    this.#lent = octets;
    this.#sends = true;
    this.#receiver.push(octets);
    this.#goOn();
  }

  /** Nothing comes any more. */
  #leave(): void {
    this.#isReading = false;
    this.#end();
    this.#give(undefined);
    this.#over();
  }

  /** Of whom it was served for. */
  #fail(error: unknown): void {
    const isOurs = !this.#isOver;
    this.abort();
    this.#over(isOurs ? Promise.reject(error) : undefined);
  }

  #over(result?: Promise<never>): void {
    const listener = this.#listener;
    const served = this.#served;
    this.#listener = this.#served = undefined;
    listener?.end();
    served?.(result);
  }

  /** @throws {Error} when the connection is lost */
  async #answer(
    input: Exclude<WebSocketInput, { readonly kind: "message" | "pong" }>,
  ): Promise<void> {
    switch (input.kind) {
      case "ping": // its answer first: who asks and takes nothing waits
        if (this.#isClosing) return;
        return await this.#write(encodeFrame(OPCODES.pong, input.octets));
      case "close":
        if (!this.#isClosing) this.#close(encodeClose(input.code));
        await this.#batch?.promise;
        return this.#end();
      case "fault": // what it still sends would reset the connection, and the close be lost
        if (!this.#isClosing) this.#onCut?.(input.fault);
        this.close(WEB_SOCKET_FAULTS[input.fault]);
        await this.#batch?.promise;
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
    this.#watch?.remove(this);
    this.#wire.close();
  }

  /** Whether it arrives shows elsewhere. */
  #say(frame: readonly Uint8Array[]): void {
    this.#write(frame).catch(() => {});
  }

  #write(frame: readonly Uint8Array[]): Promise<void> {
    const batch = this.#batch ??= {
      ...Promise.withResolvers<void>(),
      pieces: [],
    };
    batch.pieces.push(...frame);
    if (!this.#isWriting) {
      this.#isWriting = true;
      // what is sent in the same turn goes out together
      queueMicrotask(() => void this.#flush());
    }
    return batch.promise;
  }

  async #flush(): Promise<void> {
    while (this.#batch) {
      const { pieces, resolve, reject } = this.#batch;
      this.#batch = undefined;
      try {
        for (const batch of batchesOf(pieces)) {
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
