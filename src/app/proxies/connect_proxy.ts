/**
 * CONNECT on the ports of HTTP: to our own services, for who knows the user name
 * and the password. Everybody else hears that there is no such method.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { ensureCredentials } from "../../admin/operations/tunnels/access.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import { type Random, systemRandom } from "../../base/random.ts";
import { Refusal } from "../../base/refusal.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import type { Config } from "../../config/schema.ts";
import type { Tunnel, TunnelRequest } from "../../http/server/connect.ts";
import { ConnectionCounts } from "../../net/connection_counts.ts";
import { joinWires } from "../../net/joined_wires.ts";
import type { Settings } from "../../settings/settings.ts";
import type { RelayCap } from "../bandwidth/relay_cap.ts";
import type { OwnServices } from "./own_services.ts";

/** Of one address. */
const FAILURES = { burst: 10, perSecond: 10 / 60 };
const AUTHORITY =
  /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[^:/?#@\s]{1,253}):([0-9]{1,5})$/;

export interface ConnectProxyParts {
  readonly settings: Settings;
  readonly services: OwnServices;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  readonly cap: Pick<RelayCap, "isReached" | "onChange">;
  readonly random?: Random;
  config(): Config;
  reportBug(error: unknown): void;
}

export class ConnectProxy {
  /** Since the start; "limited": too many failures or connections of one address. */
  readonly figures = {
    streams: 0,
    octetsIn: 0,
    octetsOut: 0,
    refused: { stranger: 0, limited: 0, port: 0 },
  };
  readonly #parts: ConnectProxyParts;
  readonly #failures: TokenBuckets;
  readonly #counts: ConnectionCounts;
  /** Ends what is open. */
  readonly #open = new Set<() => void>();

  constructor(parts: ConnectProxyParts) {
    const { settings, clock } = parts;
    this.#parts = parts;
    this.#failures = new TokenBuckets(clock, () => FAILURES);
    this.#counts = new ConnectionCounts(() => {
      const { maxConnections, maxConnectionsPerIp } = parts.config()
        .shadowsocks;
      return { total: maxConnections, perAddress: maxConnectionsPerIp };
    });
    const cut = () => {
      for (const end of this.#open) end();
    };
    parts.cap.onChange(cut);
    for (
      const name of [
        "http_proxy_enabled",
        "http_proxy_username",
        "http_proxy_password",
      ] as const
    ) {
      settings.onChange(name, () => {
        cut();
        this.#wantCredentials();
      });
    }
    this.#wantCredentials();
  }

  get connections(): number {
    return this.#counts.total;
  }

  /** undefined: it is refused, and nobody shall see why. */
  async open(
    { target, authorization, peerAddress }: TunnelRequest,
  ): Promise<Tunnel | undefined> {
    const { settings, services, cap } = this.#parts;
    const { refused } = this.figures;
    if (!settings.get("http_proxy_enabled") || cap.isReached) return undefined;
    const key = limitKey(peerAddress);
    if (this.#failures.wait(key) > 0) {
      refused.limited++;
      return undefined;
    }
    if (!this.#isKnown(authorization)) {
      this.#failures.take(key);
      refused.stranger++;
      return undefined;
    }
    if (!this.#counts.enter(peerAddress)) {
      refused.limited++;
      return undefined;
    }
    const port = Number(AUTHORITY.exec(target)?.[1] ?? 0);
    const service = await services.reach(port, peerAddress);
    if (!service) {
      this.#counts.leave(peerAddress);
      refused.port++;
      return undefined;
    }
    this.figures.streams++;
    const { config, clock, timers } = this.#parts;
    return async (wire) => {
      const end = () => {
        wire.abort();
        service.abort();
      };
      this.#open.add(end);
      await joinWires(wire, service, {
        idleMs: config().shadowsocks.idleTimeout * 1000,
        clock,
        timers,
        onPassed: (direction, octets) => {
          if (direction === "up") this.figures.octetsIn += octets;
          else this.figures.octetsOut += octets;
        },
      });
      this.#open.delete(end);
      await service.gone;
      this.#counts.leave(peerAddress);
    };
  }

  /** Behind the change that it follows from: a change waits for those who are told of it. */
  #wantCredentials(): void {
    const { settings, random = systemRandom } = this.#parts;
    if (!settings.get("http_proxy_enabled")) return;
    void ensureCredentials(settings, random).catch((error) => {
      // locked by the file, or a full disk: then nobody comes
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    });
  }

  /** In the same time, whatever of it is wrong. */
  #isKnown(authorization: string | undefined): boolean {
    const { settings } = this.#parts;
    const user = settings.get("http_proxy_username");
    const password = settings.get("http_proxy_password");
    const wanted = new TextEncoder().encode(`${user}:${password}`);
    const given = /^basic +([A-Za-z0-9+/=]{1,8192})$/i
      .exec(authorization ?? "")?.[1] ?? "";
    const isSame = timingSafeEqual(
      digest(wanted),
      digest(decoded(given)),
    );
    return isSame && user !== "" && password !== "";
  }
}

function decoded(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return new Uint8Array(0);
  }
}

function digest(octets: Uint8Array): Uint8Array {
  return createHash("sha256").update(octets).digest();
}
