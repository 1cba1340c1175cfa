/**
 * Parts of the running relay that are started and stopped, as values. What
 * mail cannot do without is `optional: false`; without it nothing starts. An
 * optional one never keeps mail from starting: while it does not run, its
 * condition is reported, and it is tried again.
 *
 * @module
 */
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { ReportedCode } from "../../admin/conditions.ts";

interface Named {
  readonly name: string;
  /** Of one that has started. */
  stop(): Promise<void> | void;
}

export interface RequiredService extends Named {
  readonly optional: false;
  /** Leaves nothing behind when it fails. */
  start(): Promise<void> | void;
}

export interface OptionalService extends Named {
  readonly optional: true;
  readonly condition: ReportedCode;
  /**
   * Leaves nothing behind when it fails.
   *
   * @param lost Called when it has ended by itself; it is stopped and started anew.
   * @throws {ServiceFailure | Error} of the system, in words for operators; others are bugs
   */
  start(lost: (error: unknown) => void): Promise<void> | void;
}

export type Service = RequiredService | OptionalService;

/** Why an optional service does not run, in words for operators, without user data. */
export class ServiceFailure extends Error {
  override readonly name = "ServiceFailure";
}

export interface SupervisorParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly reported: ReportedConditions;
  reportBug(error: unknown): void;
}
