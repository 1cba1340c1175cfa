/**
 * `/mxdeliv`: mail as the body of a request, its envelope in header fields, one
 * for each recipient. Redirects are not followed.
 *
 * @module
 */
import { HttpTrouble, post, type PostRequest } from "../../http/client/post.ts";
import type { DialledWire } from "../../net/dial.ts";
import type { LeasedRecipient, LeasedUnit } from "../../store/queue.ts";
import {
  httpTroubleVerdict,
  type HttpVerdict,
  httpVerdict,
} from "../verdicts/http_verdict.ts";
import {
  type Connections,
  isVerified,
  type Kept,
  NoConnection,
  type Pool,
  using,
} from "./connections.ts";
import type { Outgoing } from "./outgoing.ts";
import type { RelayTransportParts } from "./parts.ts";
import type { Pins } from "./pins.ts";
import { Turns } from "./turns.ts";
import type { Stop, Way } from "./ways.ts";

/** What one attempt is about. */
export interface Load {
  readonly unit: LeasedUnit;
  readonly outgoing: Outgoing;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly verdict: HttpVerdict;
  /** A response has come. */
  readonly isHeard: boolean;
  readonly tlsVerified?: boolean;
}

const MAX_RECIPIENTS = 50;
/** Relays of our kind take thirty requests at once of somebody they do not know. */
const MOST_AT_HOST = 20;
/** Of the fields that name recipients: web servers take little more. */
const MAX_FIELDS_OCTETS = 14 * 1024;

/** As many at once as one request may name. */
export function requestBatches(
  recipients: readonly LeasedRecipient[],
): LeasedRecipient[][] {
  const batches: LeasedRecipient[][] = [];
  let octets = 0;
  for (const recipient of recipients) {
    const size = fieldOctets(recipientField(recipient));
    const last = batches.at(-1);
    if (
      !last || last.length === MAX_RECIPIENTS ||
      octets + size > MAX_FIELDS_OCTETS
    ) {
      batches.push([recipient]);
      octets = 0;
    } else last.push(recipient);
    octets += size;
  }
  return batches;
}

export class HttpWay {
  readonly #parts: RelayTransportParts;
  readonly #connections: Connections;
  readonly #pins: Pins;
  readonly #pool: Pool<Kept>;
  readonly #turns = new Turns(MOST_AT_HOST);

  constructor(
    parts: RelayTransportParts,
    connections: Connections,
    pins: Pins,
  ) {
    this.#parts = parts;
    this.#pins = pins;
    this.#connections = connections;
    this.#pool = connections.pool();
  }

  /**
   * One request.
   *
   * @throws {NoConnection} also when nothing was answered in time
   * @throws {Aborted}
   * @throws {ContentGone}
   */
  async send(
    stop: Stop,
    way: Way,
    recipients: readonly LeasedRecipient[],
    load: Load,
  ): Promise<HttpAnswer> {
    const end = await this.#turns.take(stop.host.name, load.signal);
    try {
      return await this.#send(stop, way, recipients, load);
    } finally {
      end();
    }
  }

  async #send(
    stop: Stop,
    way: Way,
    recipients: readonly LeasedRecipient[],
    { unit, outgoing, signal }: Load,
  ): Promise<HttpAnswer> {
    const { host, isNamed } = stop;
    const { timers, clock, settings } = this.#parts;
    const speaker = { transport: way.name, host: host.name };
    const request = requestOf(way, recipients, unit, outgoing);
    const { httpMs } = settings();
    const options = { timers, stallMs: httpMs, responseMs: httpMs };
    const key = `${way.name} ${way.port} ${isNamed} ${host.name}`;
    for (;;) {
      const kept = this.#take(key, way);
      const wire = kept?.wire ??
        await this.#open(way, stop, signal);
      const verified = isVerified(wire);
      const seen = verified === undefined ? {} : { tlsVerified: verified };
      try {
        const response = await using(
          wire,
          signal,
          () => post(wire, request, options),
        );
        // it was about to close what nobody used (RFC 9110 §15.5.9)
        const wasClosing = response.status === 408 && !response.reusable;
        if (response.reusable) {
          this.#pool.give(key, { wire, end: () => wire.close() });
        } else wire.close();
        if (kept && wasClosing) continue;
        const verdict = httpVerdict(response, speaker, clock.now());
        return { verdict, isHeard: true, ...seen };
      } catch (error) {
        if (!(error instanceof HttpTrouble)) throw error;
        if (kept && error.untouched) continue;
        const verdict = httpTroubleVerdict(error, speaker);
        if (error.kind === "timeout" && verdict.kind === "elsewhere") {
          throw new NoConnection(verdict.note);
        }
        return { verdict, isHeard: false, ...seen };
      }
    }
  }

  async #open(way: Way, stop: Stop, signal: AbortSignal): Promise<DialledWire> {
    const wire = await this.#connections.open(way, stop, signal);
    try {
      this.#pins.check(stop, way, wire);
      return wire;
    } catch (error) {
      wire.abort();
      throw error;
    }
  }

  /** One that is as secure as it has to be. */
  #take(key: string, { tls }: Way): Kept | undefined {
    for (;;) {
      const kept = this.#pool.take(key);
      if (!kept || tls !== "verified" || isVerified(kept.wire)) return kept;
      kept.end();
    }
  }
}

function requestOf(
  { http }: Way,
  recipients: readonly LeasedRecipient[],
  { reversePath, mailId }: LeasedUnit,
  { sizeOctets, content }: Outgoing,
): PostRequest {
  const { host, target, token } = http!;
  return {
    host,
    target,
    fields: [
      ["User-Agent", "chatmail-relay"],
      ...(token === undefined
        ? []
        : [["Authorization", `Bearer ${token}`] as const]),
      // without it the path is null (RFC 5321 §4.5.5)
      ...(reversePath === "" ? [] : [["X-Mail-From", reversePath] as const]),
      ...recipients.map(recipientField),
      ["X-Mail-Id", mailId],
      ["Content-Type", "message/rfc822"],
    ],
    sizeOctets,
    content,
  };
}

function fieldOctets(field: readonly [name: string, value: string]): number {
  return encoder.encode(`${field.join(": ")}\r\n`).length;
}

const encoder = new TextEncoder();

function recipientField(
  { address }: LeasedRecipient,
): readonly [name: string, value: string] {
  return ["X-Mail-To", address];
}
