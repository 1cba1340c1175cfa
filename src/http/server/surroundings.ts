/** What a connection works with. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { Wire } from "../../net/wire.ts";
import type { HttpHandler } from "../peer.ts";
import type { TrustedProxies } from "../trusted_proxies.ts";
import type { OpenTunnel } from "./connect.ts";
import type { HttpCut } from "./cut.ts";
import type { FixedAnswers } from "./fixed_answers.ts";
import type { UpgradeRoute } from "./upgrade.ts";

/** Of connections, whatever the route; asked at each use. */
export interface ConnectionLimits {
  /** For a request head to arrive, from its first octet or from the connection. */
  readonly headMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  /** Between two reads of a body. */
  readonly bodyStallMs: number;
  /** For a piece of the answer to be taken. */
  readonly sendStallMs: number;
}

export interface ConnectionSurroundings {
  readonly handler: HttpHandler;
  readonly upgrades: readonly UpgradeRoute[];
  readonly proxies: TrustedProxies;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "sleep">;
  readonly openTunnel?: OpenTunnel;
  readonly answers: FixedAnswers;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  limits(): ConnectionLimits;
  /** Somebody else counts the connection from now on. */
  onCountedElsewhere(wire: Wire): void;
  /** A connection is ended before its time. */
  readonly onCut: (reason: HttpCut) => void;
  reportBug(error: unknown): void;
}
