/** What a handler knows of a request besides the request itself. @module */

import type { Meter } from "../observe/traffic.ts";

/** Who asks. */
export interface HttpPeer {
  /** IP address without brackets. */
  readonly address: string;
  /** The request came through TLS, to us or to a proxy that we trust. */
  readonly secure: boolean;
  /** Whoever is connected says to ask for somebody else, and is no proxy that we trust. */
  readonly forwarded?: true;
}

/** How much a route takes, and how long: a value beside the route. */
export interface RouteLimits {
  /** Largest body. */
  readonly bodyOctets: number;
  /** For the whole body to arrive. */
  readonly bodyMs: number;
  /** From the end of the body, or from the head, to the answer. */
  readonly answerMs: number;
  /** For the answer to be taken; Infinity for a stream of events. */
  readonly sendMs: number;
}

export interface HttpExchange extends HttpPeer {
  /** Instead of the default limits; before the body is read. */
  limit(limits: Partial<RouteLimits>): void;
  /** From now on what passes on the connection is of this meter. */
  countAs?(meter: Meter): void;
  /** Aborted when the peer has left or the server stops: an endless answer ends then. */
  readonly ending: AbortSignal;
}

/** `Response.error()` is no answer: the connection ends. */
export type HttpHandler = (
  request: Request,
  exchange: HttpExchange,
) => Response | Promise<Response>;

/** The body of an answer ends before its end, and the peer is to see that; no bug. */
export class BrokenOff extends Error {
  override readonly name = "BrokenOff";
}

export const DEFAULT_LIMITS: RouteLimits = {
  bodyOctets: 64 * 1024,
  bodyMs: 60_000,
  answerMs: 60_000,
  sendMs: 120_000,
};
