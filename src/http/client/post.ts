/**
 * One POST over a connection (RFC 9112). Our own, since `fetch` joins repeated
 * header fields into one line, and `/mxdeliv` has one field for each recipient.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";
import { concat } from "../../base/octets.ts";
import {
  type HttpResponse,
  RESPONSE_FAULTS,
  ResponseReceiver,
} from "./response_receiver.ts";

/** What a request needs of a connection; net/ has the real ones. */
export interface HttpWire {
  /** The next octets, or undefined when the peer has closed. @throws when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Resolves when the octets are handed to the kernel. @throws when the connection is lost */
  write(octets: Uint8Array): Promise<void>;
  /** Ends the connection at once. Safe to repeat. */
  close(): void;
}

export interface PostRequest {
  /** Host, with the port where it is not the scheme's own (RFC 9110 §7.2). */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  /** Written in this order, repeated names in lines of their own. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly sizeOctets: number;
  content(): AsyncIterable<Uint8Array>;
}

export interface PostOptions {
  readonly timers: Timers;
  /** Longest wait for the peer to take a piece, or for its response. */
  readonly stallMs: number;
  readonly responseMs: number;
}

/** The connection did not bring a response. Nobody knows whether the peer has the message. */
export class HttpTrouble extends Error {
  override readonly name = "HttpTrouble";
  constructor(
    readonly kind: "timeout" | "lost" | "protocol",
    message: string,
    /** Nothing of the request can have been acted on: it may be sent again at once. */
    readonly untouched: boolean,
  ) {
    super(message);
  }
}

const MAX_RESPONSE_OCTETS = 4096;
const FIELD_NAME = /^[A-Za-z0-9-]{1,64}$/;
// Visible octets and blanks: no line can end in a value (RFC 9110 §5.5).
// deno-lint-ignore no-control-regex
const FIELD_VALUE = /^[^\x00-\x1f\x7f]*$/;

/**
 * Sends the request and reads its response; the peer may answer, and stop
 * reading, before it has all of the content.
 *
 * @throws {HttpTrouble}
 * @throws {TypeError} if a field could end its line
 * @throws {Error} what `content` threw
 */
export async function post(
  wire: HttpWire,
  request: PostRequest,
  options: PostOptions,
): Promise<HttpResponse> {
  const exchange = new Exchange(wire, options);
  try {
    return await exchange.run(request);
  } catch (error) {
    wire.close();
    throw error;
  }
}

class Exchange {
  readonly #receiver = new ResponseReceiver(MAX_RESPONSE_OCTETS);
  readonly #reading: Promise<void>;
  #heard = false;
  #over = false;
  /** Not all of the request was sent: whatever follows on it is out of step. */
  #isPartial = false;
  #failure: HttpTrouble | undefined;

  constructor(readonly wire: HttpWire, readonly options: PostOptions) {
    this.#reading = this.#read();
  }

  async run(request: PostRequest): Promise<HttpResponse> {
    let head: Uint8Array | undefined = headOf(request);
    for await (const piece of request.content()) {
      if (this.#over) { // it has answered, or is gone
        this.#isPartial = true;
        break;
      }
      await this.#write(head ? concat([head, piece]) : piece);
      head = undefined;
    }
    if (head) await this.#write(head);
    await this.#within(this.options.responseMs, this.#reading);
    const input = this.#receiver.next();
    if (input?.kind === "response") {
      const { response } = input;
      const { status } = response;
      if (this.#isPartial && status >= 200 && status < 300) {
        throw this.#trouble("protocol", "accepted before it was sent");
      }
      const reusable = response.reusable && !this.#isPartial;
      return { ...response, reusable };
    }
    if (this.#failure) throw this.#failure;
    throw this.#heard
      ? this.#trouble(
        "protocol",
        RESPONSE_FAULTS[input?.fault ?? "no_response"],
      )
      : this.#trouble("lost", "the peer hung up");
  }

  async #read(): Promise<void> {
    try {
      while (!this.#receiver.next()) {
        const octets = await this.wire.read();
        if (!octets) this.#receiver.finish();
        else {
          this.#heard ||= octets.length > 0;
          this.#receiver.push(octets);
        }
      }
    } catch (error) {
      this.#failure = this.#trouble("lost", messageOf(error));
    } finally {
      this.#over = true;
    }
  }

  /** A peer that answered early may have stopped reading: then its answer counts. */
  async #write(octets: Uint8Array): Promise<void> {
    try {
      await this.#within(this.options.stallMs, this.wire.write(octets));
    } catch (error) {
      if (error instanceof HttpTrouble && error.kind === "timeout") throw error;
      await this.#within(this.options.responseMs, this.#reading);
      if (this.#receiver.next()?.kind !== "response") {
        throw this.#trouble("lost", messageOf(error));
      }
      this.#isPartial = true;
    }
  }

  async #within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const stop = this.options.timers.every(deadlineMs, () => {
      late.reject(this.#trouble("timeout", "no answer in time"));
      this.wire.close(); // by which what waits fails too, for a lesser reason
    });
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      stop();
    }
  }

  #trouble(kind: HttpTrouble["kind"], message: string): HttpTrouble {
    return new HttpTrouble(kind, message, !this.#heard && kind === "lost");
  }
}

function headOf(request: PostRequest): Uint8Array {
  const fields = [
    ["Host", request.host],
    ["Content-Length", String(request.sizeOctets)],
    ...request.fields,
  ] as const;
  const lines = fields.map(([name, value]) => {
    if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) {
      throw new TypeError("Not a header field");
    }
    return `${name}: ${value}\r\n`;
  });
  if (!/^\/[!-~]*$/.test(request.target)) throw new TypeError("Not a target");
  return new TextEncoder().encode(
    `POST ${request.target} HTTP/1.1\r\n${lines.join("")}\r\n`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
