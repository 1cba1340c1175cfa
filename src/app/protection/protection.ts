/**
 * Gives up what nobody has yet to keep what people have: sign-ups first, then
 * mail of other servers, then large messages; never a session, or a message of
 * ordinary size of our own users.
 *
 * @module
 */
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { ProtectionShape } from "../../admin/live_server.ts";
import type { Clock } from "../../base/clock.ts";
import type { Shed } from "../../delivery/settings.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import { Pressure, REFUSED } from "./pressure.ts";
import type { Probe } from "./probe.ts";

export interface ProtectionParts {
  readonly probe: Probe;
  readonly clock: Pick<Clock, "monotonic">;
  readonly reported: Pick<ReportedConditions, "report" | "clear">;
  /** Off: nothing is given up. */
  isOn(): boolean;
  /** From which a message is large. */
  largeOctets(): number;
}

const NOTHING_SHED: Shed = { strangers: false, overOctets: Infinity };

export class Protection {
  readonly #parts: ProtectionParts;
  readonly #pressure = new Pressure();

  constructor(parts: ProtectionParts) {
    this.#parts = parts;
  }

  /** Reads how it is, and tells what changes by it. */
  async look(): Promise<void> {
    const { probe, clock, reported } = this.#parts;
    this.#pressure.take(await probe.read(), clock.monotonic());
    const why = this.#why();
    if (why === undefined) reported.clear("overload");
    else reported.report("overload", why);
  }

  noteLag(lateMs: number): void {
    this.#parts.probe.noteLag(lateMs);
  }

  /** Why nobody can sign up now; undefined: for this, everybody can. */
  get signUpObstacle(): string | undefined {
    return this.#stage >= 1 ? this.#why() : undefined;
  }

  /** What is not taken of mail. */
  get shed(): Shed {
    const stage = this.#stage;
    if (stage < 2) return NOTHING_SHED;
    return {
      strangers: true,
      overOctets: stage < 3 ? Infinity : this.#parts.largeOctets(),
    };
  }

  get shape(): ProtectionShape {
    return {
      enabled: this.#parts.isOn(),
      refused: this.#refused,
      budgets: this.#pressure.readings,
    };
  }

  provide(metrics: Metrics): void {
    metrics.provide("shed_stage", () => [[this.#stage]]);
    metrics.provide(
      "budget_used_ratio",
      () => Object.entries(this.#pressure.readings),
    );
  }

  get #stage(): number {
    return this.#parts.isOn() ? this.#pressure.stage : 0;
  }

  /** Numbers are left out, that it is told once. */
  #why(): string | undefined {
    const { worst } = this.#pressure;
    const stage = this.#stage;
    if (stage === 0 || !worst) return undefined;
    return `short of ${worst[0]}; refused: ${this.#refused.join(", ")}`;
  }

  get #refused(): readonly string[] {
    return REFUSED.slice(0, this.#stage);
  }
}
