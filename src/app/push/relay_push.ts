/**
 * Push notifications as a service of the relay. Mail never waits for it, nor
 * does it stop when this does.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { LivePush, PushStatusShape } from "../../admin/live_server.ts";
import type { AccountId } from "../../base/ids.ts";
import { Refusal } from "../../base/refusal.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { hours } from "../../base/durations.ts";
import type { Config } from "../../config/schema.ts";
import type { Resolver } from "../../dns/resolver.ts";
import type { ImapLimits } from "../../imap/server/backend.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import { BREAKER_FAILURES } from "../../push/breaker.ts";
import { Notifier } from "../../push/notifier.ts";
import type { PushResult } from "../../push/parts.ts";
import { HttpProxy, type ProxyPlace } from "../../push/proxy.ts";
import { PushTotals } from "../../push/totals.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Store } from "../../store/store.ts";
import { type OptionalService, ServiceFailure } from "../services/service.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";

export interface RelayPushParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly dns: Resolver;
  readonly reported: ReportedConditions;
  readonly metrics: Metrics;
  config(): Config;
  reportBug(error: unknown): void;
}

const TOTALS_MS = 30_000;
/** After so long in automatic mode clients are not told of it any more. */
const QUIET_AFTER_MS = hours(24) * 1000;
const ROOTS_KEPT_MS = 10_000;

export class RelayPush implements OptionalService, LivePush {
  readonly name = "push";
  readonly optional = true;
  readonly condition = "push_stopped";
  readonly #parts: RelayPushParts;
  readonly #totals: PushTotals;
  #notifier: Notifier | undefined;
  #proxy: HttpProxy | undefined;
  #stops: (() => void)[] = [];
  #roots: { file: string; readMs: number; pem: string } | undefined;

  constructor(parts: RelayPushParts) {
    this.#parts = parts;
    this.#totals = new PushTotals(
      parts.store.records,
      () => parts.config().privacy.counters,
    );
    parts.metrics.provide("push_queue_length", () => [[this.#length]]);
  }

  /** @throws {ServiceFailure} */
  async start(): Promise<void> {
    const { store, settings, reported, dns, reportBug } = this.#parts;
    const proxy = new HttpProxy({
      dns,
      clock: SYSTEM_CLOCK,
      timers: SYSTEM_TIMERS,
      place: () => this.#place(),
    });
    const notifier = new Notifier({
      store,
      proxy,
      clock: SYSTEM_CLOCK,
      timers: SYSTEM_TIMERS,
      lot: Math.random,
      mode: () => settings.get("push_mode"),
      count: (result) => this.#count(result),
      onBreaker(isOpen) {
        if (!isOpen) return reported.clear("push_suspended");
        reported.report("push_suspended", notifier.lastError ?? "it fails");
      },
      reportBug,
    });
    try {
      await this.#totals.load();
      await notifier.start();
    } catch (error) {
      proxy.close();
      throw error instanceof Refusal
        ? new ServiceFailure(reasonOf(error))
        : error;
    }
    this.#proxy = proxy;
    this.#notifier = notifier;
    this.#stops = [
      settings.onChange("push_mode", () => notifier.retryNow()),
      SYSTEM_TIMERS.every(TOTALS_MS, () => void this.#keepTotals()),
    ];
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#notifier?.stop();
    this.#proxy?.close();
    this.#notifier = undefined;
    this.#proxy = undefined;
    await this.#keepTotals();
  }

  /** Mail has come for them. */
  arrived(accounts: readonly AccountId[]): void {
    this.#notifier?.arrived(accounts);
  }

  /** What IMAP clients are told. */
  get offer(): ImapLimits["push"] {
    const mode = this.#parts.settings.get("push_mode");
    if (mode !== "auto") return mode === "off" ? "off" : "advertised";
    const openMs = this.#notifier?.breaker.openForMs ?? 0;
    return openMs > QUIET_AFTER_MS ? "taken" : "advertised";
  }

  status(): PushStatusShape {
    const { settings, config } = this.#parts;
    const mode = settings.get("push_mode");
    const notifier = this.#notifier;
    const isSuspended = notifier?.breaker.openForMs !== undefined;
    const lastMs = notifier?.lastSuccessMs;
    return {
      mode,
      status: mode === "off" || !notifier
        ? "disabled"
        : isSuspended
        ? "suspended"
        : "enabled",
      advertised: this.offer === "advertised",
      url: config().push.url,
      queue_length: this.#length,
      successful_notifications: this.#totals.sent,
      failed_notifications: this.#totals.failed,
      consecutive_failures: notifier?.breaker.inARow ?? 0,
      auto_disable_after: BREAKER_FAILURES,
      last_success_at: lastMs === undefined ? null : Math.floor(lastMs / 1000),
      last_error: notifier?.lastError ?? null,
    };
  }

  async test(): Promise<{ readonly ok: boolean; readonly detail: string }> {
    const proxy = this.#proxy;
    if (!proxy) return { ok: false, detail: "Notifications do not run" };
    const { host } = new URL(this.#parts.config().push.url);
    try {
      await proxy.reach();
      return { ok: true, detail: `${host} can be reached` };
    } catch (error) {
      return {
        ok: false,
        detail: `${host} cannot be reached: ${reasonOf(error)}`,
      };
    }
  }

  get #length(): number {
    return this.#notifier?.length ?? 0;
  }

  #count(result: PushResult): void {
    this.#parts.metrics.count("push_notifications_total", result);
    this.#totals.add(result);
  }

  async #keepTotals(): Promise<void> {
    try {
      await this.#totals.keep();
    } catch (error) {
      // the store tells of its own faults
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    }
  }

  async #place(): Promise<ProxyPlace> {
    const { url, caFile } = this.#parts.config().push;
    if (caFile === "") return { url, roots: [] };
    const now = SYSTEM_CLOCK.monotonic();
    const known = this.#roots;
    if (!known || known.file !== caFile || known.readMs + ROOTS_KEPT_MS < now) {
      const pem = await readRoots(caFile);
      this.#roots = { file: caFile, readMs: now, pem };
    }
    return { url, roots: [this.#roots!.pem] };
  }
}

async function readRoots(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`push.ca_file: ${reasonOf(error)}`);
  }
}
