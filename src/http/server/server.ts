/**
 * HTTP/1.1 on the ports that belong to it, answered by one function from request
 * to response. What comes to the HTTPS port and asks for mail by ALPN (RFC 7301)
 * is handed on.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import { hasLeft } from "../../base/system_errors.ts";
import {
  ConnectionCounts,
  type ConnectionLimits as CountLimits,
  type ConnectionsSinceStart,
} from "../../net/connection_counts.ts";
import type { NativeConnection } from "../../net/native_connection.ts";
import type { Meter } from "../../observe/traffic.ts";
import { NativeWire } from "../../net/native_wire.ts";
import type { Wire } from "../../net/wire.ts";
import type { HttpHandler } from "../peer.ts";
import { TrustedProxies } from "../trusted_proxies.ts";
import { HttpConnection } from "./connection.ts";
import type {
  ConnectionLimits,
  ConnectionSurroundings,
} from "./surroundings.ts";
import type { HttpCut } from "./cut.ts";
import type { OpenTunnel } from "./connect.ts";
import { FIXED_ANSWERS, type FixedAnswers } from "./fixed_answers.ts";
import type { Handover, UpgradeRoute } from "./upgrade.ts";

export interface HttpLimits extends ConnectionLimits, CountLimits {
  readonly handshakeMs: number;
}

/** Protocols that a client may ask for instead of HTTP. */
export type MailProtocol = "imap" | "smtp";

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  readonly upgrades?: readonly UpgradeRoute[];
  /** Absent: CONNECT is no method here. */
  readonly openTunnel?: OpenTunnel;
  /** Absent: the usual ones. */
  readonly answers?: FixedAnswers;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every" | "sleep">;
  /** Of requests and answers. */
  readonly meter?: Meter;
  /** Asked at each use. */
  limits(): HttpLimits;
  /** Networks whose X-Forwarded-For counts; asked at each use. */
  trustedProxies(): readonly string[];
  /** A connection whose handshake is done; it counts no longer here. */
  onMail(protocol: MailProtocol, connection: NativeConnection): void;
  /** One connection was too many. */
  onRefused(): void;
  /** A connection is ended for what its peer did. */
  onCut?(reason: HttpCut): void;
  reportBug(error: unknown): void;
}

/** A connection. */
interface Open {
  /** What serves it; undefined once it was taken over. */
  http: HttpConnection | undefined;
  isCounted: boolean;
}

const SWEEP_MS = 1000;
/** Handshakes at once, before it is known what the connection is for. */
export const HANDSHAKE_LIMITS: CountLimits = { total: 1000, perAddress: 100 };

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #proxies: TrustedProxies;
  readonly #counts: ConnectionCounts;
  readonly #handshakes = new ConnectionCounts(() => HANDSHAKE_LIMITS);
  /** Of all connections. */
  readonly #around: ConnectionSurroundings;
  readonly #open = new Map<Wire, Open>();
  readonly #handshaking = new Map<NativeConnection, number>(); // deadlines
  readonly #stopSweeping: () => void;
  readonly #stopping = new AbortController();
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#proxies = new TrustedProxies(() => options.trustedProxies());
    this.#counts = new ConnectionCounts((address) => {
      const { total, perAddress } = options.limits();
      const isProxy = this.#proxies.includes(address);
      return { total, perAddress: isProxy ? total : perAddress };
    });
    const { handler, upgrades = [], openTunnel, answers, clock, timers } =
      options;
    this.#around = {
      handler,
      upgrades,
      ...(openTunnel ? { openTunnel } : {}),
      answers: answers ?? FIXED_ANSWERS,
      clock,
      timers,
      proxies: this.#proxies,
      stopping: this.#stopping.signal,
      limits: () => options.limits(),
      onCountedElsewhere: (wire) => this.#leave(wire),
      onCut: (reason) => options.onCut?.(reason),
      reportBug: (error) => options.reportBug(error),
    };
    this.#stopSweeping = options.timers.every(SWEEP_MS, () => this.#sweep());
  }

  get connections(): number {
    return this.#counts.total;
  }

  get addresses(): number {
    return this.#counts.addresses;
  }

  /** Connections that were too many, since the start. */
  get refused(): number {
    return this.#counts.refused + this.#handshakes.refused;
  }

  /** Since the start; those that were too many by which limit. */
  get sinceStart(): ConnectionsSinceStart {
    const { accepted, overTotal, overAddress } = this.#counts.sinceStart;
    const early = this.#handshakes.sinceStart;
    return {
      accepted,
      overTotal: overTotal + early.overTotal,
      overAddress: overAddress + early.overAddress,
    };
  }

  /** A connection to the HTTPS port, whose handshake may still be under way; resolves when it is over. */
  async serveTls(connection: NativeConnection): Promise<void> {
    const { address } = connection.remote;
    if (!this.#handshakes.enter(address)) {
      this.#options.onRefused();
      return connection.abort();
    }
    const protocol = await this.#handshake(connection);
    this.#handshakes.leave(address);
    switch (protocol) {
      case "failed":
        return;
      case "imap":
      case "smtp":
        return this.#options.onMail(protocol, connection);
      default:
        void this.serve(
          new NativeWire(connection, undefined, this.#options.meter),
        );
    }
  }

  /** A connection that speaks HTTP, until it is no more. Never rejects. */
  serve(wire: Wire): Promise<void> {
    const isStopping = this.#stopping.signal.aborted;
    if (isStopping || !this.#counts.enter(wire.peerAddress)) {
      if (!isStopping) this.#options.onRefused();
      wire.abort();
      return Promise.resolve();
    }
    this.#begin(wire);
    return wire.gone.then(() => this.#end(wire));
  }

  #begin(wire: Wire): void {
    const http = new HttpConnection(wire, this.#around);
    this.#open.set(wire, { http, isCounted: true });
    void http.serve().then((handover) =>
      handover && this.#handOver(wire, handover)
    );
  }

  /** To what is no HTTP; of what led to it nothing is held meanwhile. */
  #handOver(wire: Wire, { run, wire: resumed }: Handover): void {
    const open = this.#open.get(wire);
    if (open) open.http = undefined;
    const failed = (error: unknown) => {
      if (!resumed.isLost) this.#options.reportBug(error);
      wire.abort();
    };
    try {
      // one promise, not one for each thing to be done: it lasts for as long
      run(resumed).then(() => wire.close(), failed);
    } catch (error) {
      failed(error);
    }
  }

  #leave(wire: Wire): void {
    const open = this.#open.get(wire);
    if (open?.isCounted) this.#counts.leave(wire.peerAddress);
    if (open) open.isCounted = false;
  }

  #end(wire: Wire): void {
    this.#open.get(wire)?.http?.lose();
    this.#leave(wire);
    this.#open.delete(wire);
    this.#noticeEnd();
  }

  /**
   * Takes no further requests; what is under way is finished and says that the
   * connection ends. Resolves when all have.
   */
  stop(): Promise<void> {
    this.#stopping.abort();
    for (const connection of this.#handshaking.keys()) connection.abort();
    for (const { http } of this.#open.values()) http?.stop();
    this.#noticeEnd();
    return this.#ended.promise;
  }

  /** Ends what stop() left. */
  destroy(): void {
    this.#stopSweeping();
    for (const wire of this.#open.keys()) wire.abort();
  }

  /** What was agreed on; undefined if nothing was. Counts until the descriptor is free. */
  async #handshake(
    connection: NativeConnection,
  ): Promise<string | undefined | "failed"> {
    const { clock, limits } = this.#options;
    this.#handshaking.set(connection, clock.monotonic() + limits().handshakeMs);
    try {
      return await connection.handshake();
    } catch (error) {
      const isOurs = !this.#handshaking.has(connection) || // that was told
        this.#stopping.signal.aborted;
      if (!isOurs && !hasLeft(error)) this.#options.onCut?.("handshake");
      connection.abort(); // its own problem
      await connection.gone;
      return "failed";
    } finally {
      this.#handshaking.delete(connection);
    }
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const [connection, deadline] of this.#handshaking) {
      if (now <= deadline) continue;
      this.#handshaking.delete(connection);
      this.#options.onCut?.("handshake");
      connection.abort();
    }
    for (const { http } of this.#open.values()) http?.checkDeadline(now);
  }

  #noticeEnd(): void {
    if (this.#stopping.signal.aborted && this.#open.size === 0) {
      this.#ended.resolve();
    }
  }
}
