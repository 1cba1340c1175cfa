/**
 * The body of one request, read as its handler asks for it, and no further than
 * its route allows.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { turnEnd } from "../../net/loop/event_loop.ts";
import { Refusal } from "../../base/refusal.ts";
import type { RouteLimits } from "../peer.ts";
import type { BodyFraming, RequestFault } from "../proto/request_head.ts";
import type { RequestReceiver } from "../proto/request_receiver.ts";

/** At once, of a body in chunks. */
const MOST_PIECES = 1000;

/** What the peer sent is no body; a handler lets it pass. */
export class BodyFault extends Error {
  override readonly name = "BodyFault";
  constructor(readonly fault: RequestFault) {
    super(fault);
  }
}

export interface BodySource {
  /** Live: a handler may change them before it reads. */
  readonly limits: RouteLimits;
  readonly receiver: RequestReceiver;
  /** More octets, undefined at the end. @throws {Error} when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Called before the first read: tells a client that waits to go on. */
  askFor(): Promise<void>;
  onComplete(): void;
}

export class RequestBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #source: BodySource;
  #complete: boolean;
  #lost = false;
  #asked = false;
  #sizeOctets = 0;
  /** Its handler has answered without the rest. */
  #isUnwanted = false;

  constructor(framing: BodyFraming, source: BodySource) {
    this.#source = source;
    this.#complete = framing.kind === "none";
    this.stream = new ReadableStream({
      pull: async (controller) => {
        const declared = framing.kind === "length" ? framing.sizeOctets : 0;
        this.#check(declared);
        const octets = await this.#next();
        if (octets.length > 0) controller.enqueue(octets);
        if (this.#complete) controller.close();
      },
      cancel: () => void (this.#isUnwanted = true),
    }, { highWaterMark: 0 });
  }

  /** Nothing of it is left on the connection. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** The peer left before its end. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** Throws away what has arrived of it: after that, another request may follow. */
  skipReceived(): void {
    while (!this.#complete) {
      const input = this.#source.receiver.next();
      if (input?.kind !== "body") return;
      this.#complete = input.last;
    }
  }

  async #next(): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      await turnEnd();
      const octets = this.#received();
      if (octets.length > 0 || this.#complete) return octets;
      const more = await this.#read();
      if (this.#isUnwanted) throw new Error("Nobody wants the rest");
      this.#source.receiver.push(more);
    }
  }

  /** Of what was read, all that belongs to it: of chunks there may be one for each octet. */
  #received(): Uint8Array<ArrayBuffer> {
    const pieces: Uint8Array[] = [];
    while (!this.#complete && pieces.length < MOST_PIECES) {
      const input = this.#source.receiver.next();
      if (input?.kind === "fault") throw new BodyFault(input.fault);
      if (input?.kind !== "body") break;
      this.#check(this.#sizeOctets += input.octets.length);
      pieces.push(input.octets);
      if (!input.last) continue;
      this.#complete = true;
      this.#source.onComplete();
    }
    return concat(pieces); // the handler's to keep
  }

  async #read(): Promise<Uint8Array> {
    if (!this.#asked) await this.#source.askFor();
    this.#asked = true;
    try {
      const octets = await this.#source.read();
      if (octets) return octets;
    } catch {
      // lost
    }
    this.#lost = true;
    throw new Error("The peer left before the end of its body");
  }

  #check(sizeOctets: number): void {
    if (sizeOctets > this.#source.limits.bodyOctets) {
      throw new Refusal("message_too_large");
    }
  }
}
