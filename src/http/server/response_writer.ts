/** Writes answers at the speed of the peer. @module */
import type { Clock } from "../../base/clock.ts";
import { concat } from "../../base/octets.ts";
import type { Wire } from "../../net/wire.ts";
import { BrokenOff } from "../peer.ts";
import {
  encodeChunk,
  encodeResponseHead,
  LAST_CHUNK,
  type ResponseFraming,
} from "../proto/response_head.ts";
import type { Outgoing } from "./response_body.ts";

/** Who has to do something for a connection to go on. */
export type Awaited = "peer" | "us";

export interface WriterSurroundings {
  readonly clock: Clock;
  /** Told when the connection is to end if the piece is not taken, or not there, by then. */
  waitUntil(whom: Awaited, deadline: number): void;
  /** For one piece. */
  stallMs(): number;
  reportBug(error: unknown): void;
}

export interface SendOptions {
  /** The client knows chunks: HTTP/1.1. */
  readonly chunks: boolean;
  readonly last: boolean;
  /** Monotonic; for the whole answer. */
  readonly until: number;
}

const PIECE_OCTETS = 64 * 1024;

export class ResponseWriter {
  readonly #wire: Wire;
  readonly #around: WriterSurroundings;

  constructor(wire: Wire, around: WriterSurroundings) {
    this.#wire = wire;
    this.#around = around;
  }

  /** False if the answer broke off and the peer cannot know. @throws {Error} when the connection is lost */
  async send(answer: Outgoing, options: SendOptions): Promise<boolean> {
    const framing = framingOf(answer, options);
    const head = encodeResponseHead({
      status: answer.status,
      headers: answer.headers,
      framing,
      last: options.last || framing.kind === "close",
      nowMs: this.#around.clock.now(),
    });
    const { body } = answer;
    if (body.kind !== "stream") {
      const octets = body.kind === "whole" ? [head, body.octets] : [head];
      await this.#write(octets, options.until);
      return true;
    }
    return await this.#stream(head, { body, framing, until: options.until });
  }

  async #stream(head: Uint8Array, { body, framing, until }: Streamed) {
    const { rest, sizeOctets } = body;
    const { waitUntil, reportBug } = this.#around;
    let parts = [head];
    let sent = 0;
    const add = (octets: Uint8Array) => {
      sent += octets.length;
      if (framing.kind === "chunked") parts.push(...encodeChunk(octets));
      else parts.push(octets);
    };
    try {
      body.first.filter(({ length }) => length > 0).forEach(add);
      for (;;) {
        await this.#write(parts, until);
        waitUntil("us", until); // for the source
        parts = [];
        const next = await rest.read().catch((error) => {
          if (!(error instanceof BrokenOff)) reportBug(error);
          return undefined;
        });
        if (!next) return false;
        if (next.done) break;
        if (next.value.length > 0) add(next.value);
        if (sizeOctets !== undefined && sent > sizeOctets) return false;
      }
    } finally {
      void rest.cancel().catch(() => {});
    }
    if (framing.kind === "chunked") await this.#write([LAST_CHUNK], until);
    return sizeOctets === undefined || sent === sizeOctets;
  }

  async #write(parts: readonly Uint8Array[], until: number): Promise<void> {
    const octets = concat(parts);
    for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
      const { clock, stallMs, waitUntil } = this.#around;
      waitUntil("peer", Math.min(clock.monotonic() + stallMs(), until));
      await this.#wire.write(octets.subarray(at, at + PIECE_OCTETS));
    }
  }
}

interface Streamed {
  readonly body: Extract<Outgoing["body"], { readonly kind: "stream" }>;
  readonly framing: ResponseFraming;
  readonly until: number;
}

function framingOf(
  { body }: Outgoing,
  { chunks }: SendOptions,
): ResponseFraming {
  switch (body.kind) {
    case "none":
      return { kind: "none" };
    case "whole":
      return { kind: "length", sizeOctets: body.octets.length };
    case "stream": {
      const { sizeOctets } = body;
      if (sizeOctets !== undefined) return { kind: "length", sizeOctets };
      return { kind: chunks ? "chunked" : "close" };
    }
  }
}
