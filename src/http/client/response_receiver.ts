/**
 * Responses of an HTTP/1.1 server (RFC 9112): octets in, one response out, its
 * body cut to what we care to read. What breaks the rules is a fault, and final.
 *
 * @module
 */
import { concat, LF } from "../../base/octets.ts";

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; of repeated ones the first. */
  readonly fields: ReadonlyMap<string, string>;
  /** Its first octets, at most as many as were asked for. */
  readonly body: Uint8Array;
  /** The body was longer. */
  readonly cut: boolean;
  /** The connection may serve another request (RFC 9112 §9.3). */
  readonly reusable: boolean;
}

export type ResponseInput =
  | { readonly kind: "response"; readonly response: HttpResponse }
  | { readonly kind: "fault"; readonly fault: ResponseFault };

export type ResponseFault =
  | "head_too_large"
  | "no_response"
  | "bad_framing"
  | "too_long"
  | "ended_early";

/** For people. */
export const RESPONSE_FAULTS: Readonly<Record<ResponseFault, string>> = {
  head_too_large: "the header of the response is too large",
  no_response: "what was answered is no response of a web server",
  bad_framing: "the response contradicts itself about its length",
  too_long: "the response is too long",
  ended_early: "the response ended early",
};

const MAX_HEAD_OCTETS = 32 * 1024;
const MAX_FIELDS = 100;
const MAX_CHUNK_LINE_OCTETS = 1024;
/** Of heads, of chunks, and of a body that is longer than it may be. */
const MAX_OVERHEAD_OCTETS = 128 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: |$)/; // RFC 9112 §4
const DECIMAL = /^[0-9]{1,15}$/;
const HEX = /^[0-9A-Fa-f]{1,8}$/;

interface Head {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly keepsAlive: boolean;
}

/** Where the body ends: after so many octets, after the last chunk, or with the connection. */
type Framing =
  | { readonly kind: "length"; left: number }
  | { readonly kind: "chunked"; left: number; state: ChunkState }
  | { readonly kind: "until_close" };

type ChunkState = "size" | "data" | "data_end" | "trailer";

export class ResponseReceiver {
  readonly #maxBodyOctets: number;
  #buffer: Uint8Array = new Uint8Array();
  #head: Head | undefined;
  #framing: Framing | undefined;
  readonly #body: Uint8Array[] = [];
  #bodyOctets = 0;
  /** Of these, how many are not held any more. */
  #taken = 0;
  #cut = false;
  #cameOctets = 0;
  #outcome: ResponseInput | undefined;

  constructor(maxBodyOctets: number) {
    this.#maxBodyOctets = maxBodyOctets;
  }

  /** Octets that are held. */
  get pending(): number {
    return this.#buffer.length + this.#bodyOctets - this.#taken;
  }

  /** What has come of the body, which is not held any more. */
  takeBody(): Uint8Array[] {
    const taken = this.#body.splice(0);
    this.#taken += taken.reduce((sum, { length }) => sum + length, 0);
    return taken;
  }

  push(octets: Uint8Array): void {
    if (this.#outcome) return;
    this.#buffer = this.#buffer.length === 0
      ? octets
      : concat([this.#buffer, octets]);
    this.#advance();
    this.#cameOctets += octets.length;
    const most = 2 * this.#maxBodyOctets + MAX_OVERHEAD_OCTETS;
    if (this.#outcome || this.#cameOctets <= most) return;
    // of who never comes to an end no more is read
    if (this.#cut) this.#complete("unfinished");
    else this.#fail("too_long");
  }

  /** The peer has closed: that ends a body of unknown length. */
  finish(): void {
    if (this.#outcome) return;
    if (this.#framing?.kind === "until_close") this.#complete();
    else this.#fail("ended_early");
  }

  /** The response, once it is whole, or why there will be none. */
  next(): ResponseInput | undefined {
    return this.#outcome;
  }

  #advance(): void {
    while (!this.#outcome) {
      const before = this.#buffer.length;
      if (!this.#framing) this.#readHead();
      else this.#readBody(this.#framing);
      if (this.#buffer.length === before) return;
    }
  }

  #readHead(): void {
    const line = this.#headEnd();
    if (line === undefined) {
      if (this.#buffer.length > MAX_HEAD_OCTETS) this.#fail("head_too_large");
      return;
    }
    if (line > MAX_HEAD_OCTETS) return this.#fail("head_too_large");
    const head = parseHead(this.#buffer.subarray(0, line));
    this.#buffer = this.#buffer.subarray(line);
    if (!head) return this.#fail("no_response");
    if (head.status < 200) return; // RFC 9110 §15.2: another one follows
    this.#head = head;
    this.#framing = framingOf(head);
    if (!this.#framing) return this.#fail("bad_framing");
    if (this.#framing.kind === "length" && this.#framing.left === 0) {
      this.#complete();
    }
  }

  /** First octet after the empty line, undefined until it has come. */
  #headEnd(): number | undefined {
    let start = 0;
    for (
      let end = this.#buffer.indexOf(LF);
      end >= 0;
      end = this.#buffer.indexOf(LF, start)
    ) {
      const length = end - start;
      if (
        start > 0 &&
        (length === 0 || (length === 1 && this.#buffer[start] === 13))
      ) {
        return end + 1;
      }
      start = end + 1;
    }
    return undefined;
  }

  #readBody(framing: Framing): void {
    switch (framing.kind) {
      case "until_close":
        return this.#keep(this.#take(this.#buffer.length));
      case "length": {
        const octets = this.#take(Math.min(framing.left, this.#buffer.length));
        this.#keep(octets);
        framing.left -= octets.length;
        if (framing.left === 0) this.#complete();
        return;
      }
      case "chunked":
        return this.#readChunk(framing);
    }
  }

  #readChunk(framing: Extract<Framing, { kind: "chunked" }>): void {
    if (framing.state === "data") {
      const octets = this.#take(Math.min(framing.left, this.#buffer.length));
      this.#keep(octets);
      framing.left -= octets.length;
      if (framing.left === 0) framing.state = "data_end";
      return;
    }
    const line = this.#line();
    if (line === undefined) return;
    switch (framing.state) {
      case "data_end":
        if (line !== "") return this.#fail("bad_framing");
        framing.state = "size";
        return;
      case "trailer":
        if (line === "") this.#complete();
        return;
      case "size": {
        const size = line.split(";", 1)[0]!.trim();
        if (!HEX.test(size)) return this.#fail("bad_framing");
        framing.left = parseInt(size, 16);
        framing.state = framing.left === 0 ? "trailer" : "data";
      }
    }
  }

  /** The next line of chunked framing, without its end. */
  #line(): string | undefined {
    const end = this.#buffer.indexOf(LF);
    if ((end < 0 ? this.#buffer.length : end) > MAX_CHUNK_LINE_OCTETS) {
      this.#fail("bad_framing");
      return undefined;
    }
    if (end < 0) return undefined;
    const text = new TextDecoder().decode(this.#take(end + 1));
    return text.replace(/\r?\n$/, "");
  }

  #take(count: number): Uint8Array {
    const octets = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return octets;
  }

  #keep(octets: Uint8Array): void {
    const room = this.#maxBodyOctets - this.#bodyOctets;
    this.#cut ||= octets.length > room;
    const kept = octets.slice(0, room);
    this.#bodyOctets += kept.length;
    if (kept.length > 0) this.#body.push(kept);
  }

  #complete(end: "whole" | "unfinished" = "whole"): void {
    const { status, fields, keepsAlive } = this.#head!;
    const isFramed = this.#framing?.kind !== "until_close";
    this.#outcome = {
      kind: "response",
      response: {
        status,
        fields,
        body: concat(this.#body),
        cut: this.#cut,
        reusable: end === "whole" && keepsAlive && isFramed &&
          this.#buffer.length === 0,
      },
    };
  }

  #fail(fault: ResponseFault): void {
    this.#buffer = new Uint8Array();
    this.#outcome = { kind: "fault", fault };
  }
}

function parseHead(octets: Uint8Array): Head | undefined {
  const text = new TextDecoder("latin1").decode(octets);
  const [statusLine = "", ...lines] = text.split(/\r?\n/, MAX_FIELDS + 1);
  const [, minor, status] = STATUS_LINE.exec(statusLine) ?? [];
  if (status === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  const connection = fields.get("connection")?.toLowerCase() ?? "";
  const keepsAlive = minor === "1"
    ? !connection.includes("close")
    : connection.includes("keep-alive");
  return { status: Number(status), fields, keepsAlive };
}

/** RFC 9112 §6.3; undefined when the fields contradict each other. */
function framingOf({ status, fields }: Head): Framing | undefined {
  if (status === 204 || status === 304) return { kind: "length", left: 0 };
  const coding = fields.get("transfer-encoding")?.toLowerCase();
  const length = fields.get("content-length");
  if (coding !== undefined) {
    if (coding !== "chunked" || length !== undefined) return undefined;
    return { kind: "chunked", left: 0, state: "size" };
  }
  if (length === undefined) return { kind: "until_close" };
  if (!DECIMAL.test(length)) return undefined;
  return { kind: "length", left: Number(length) };
}
