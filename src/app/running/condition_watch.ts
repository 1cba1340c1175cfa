/**
 * Looks at the relay from time to time and whenever a part reports something;
 * what begins or ends to be wrong is one line of the log.
 *
 * @module
 */
import { LiveOptions } from "../../accounts/live_options.ts";
import { shortages } from "../../accounts/limits/resource_guard.ts";
import { listed } from "../../admin/condition_details.ts";
import type { Facts } from "../../admin/condition_facts.ts";
import {
  type ConditionCode,
  type Degraded,
  degradedBy,
} from "../../admin/conditions.ts";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Log } from "../../observe/log.ts";
import { redact } from "../../observe/redact.ts";
import { effectiveListeners } from "../../settings/listeners.ts";
import { endsBelow, rootOf } from "../../tls/acme/chain_choice.ts";
import type { CertificateStore } from "../../tls/certificate_store.ts";
import type { RelayCap } from "../bandwidth/relay_cap.ts";
import { bandwidthFacts } from "../bandwidth/relay_ledger.ts";
import { certificateNames, withCertificateSettings } from "../certificates.ts";
import { resources } from "../protection/build.ts";
import {
  diskFacts,
  openFileFacts,
  refusedLookUps,
  stealthGaps,
} from "./facts.ts";
import type { Relay } from "../relay.ts";

export const LOOK_MS = 5_000;

export interface ConditionParts {
  readonly log: Log;
  readonly relay: Relay;
  readonly cap: Pick<RelayCap, "isReached">;
  readonly certificates: CertificateStore;
  readonly clock: Clock;
  /** Undefined where it cannot be read. */
  readonly fileLimit: number | undefined;
  config(): Config;
}

export class ConditionWatch {
  readonly #parts: ConditionParts;
  #told: ReadonlyMap<ConditionCode, string> = new Map();
  /** Looks are told in the order in which they began. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: ConditionParts) {
    this.#parts = parts;
    parts.relay.reported.onChange = () => void this.tell();
  }

  /** What is wrong now. */
  async look(): Promise<readonly Degraded[]> {
    return degradedBy(await this.#facts());
  }

  /** What was wrong when it was told last. */
  get told(): ReadonlySet<ConditionCode> {
    return new Set(this.#told.keys());
  }

  /** Looks, and writes to the log what has begun or ended. Never rejects. */
  tell(): Promise<void> {
    this.#turn = this.#turn.then(async () => this.#write(await this.look()))
      .catch((error) => this.#parts.relay.reportBug(error));
    return this.#turn;
  }

  #write(now: readonly Degraded[]): void {
    const { log } = this.#parts;
    const before = this.#told;
    this.#told = new Map(now.map(({ code, message }) => [code, message]));
    for (const { code, message } of now) {
      if (before.has(code)) continue;
      log.operational({ event: "degraded", part: code, message });
    }
    for (const code of before.keys()) {
      if (!this.#told.has(code)) {
        log.operational({ event: "recovered", part: code });
      }
    }
  }

  async #facts(): Promise<Facts> {
    const { relay, log, clock, certificates, fileLimit, cap } = this.#parts;
    const config = this.#parts.config();
    return {
      nowMs: clock.now(),
      ...await diskFacts(config.server.stateDir, config.storage.minFree),
      storeState: relay.store.health().state,
      durability: config.storage.sync,
      refusedAt: this.#refusedAt(config),
      signUpObstacles: await this.#signUpObstacles(config),
      stealthGaps: await stealthGaps(relay.settings, config),
      certificates: new Map(
        certificateNames(config).map((name) => [name, certificates.for(name)]),
      ),
      otherChain: this.#otherChain(config),
      ...openFileFacts(config, fileLimit),
      clockJump: relay.store.clock.recentJump(),
      stoppedTasks: relay.tasks.stopped(),
      failedTasks: await failedTasks(relay),
      logLevel: log.level,
      queue: await relay.federation.queueFacts(),
      refusedLookUps: refusedLookUps(relay.dns.places),
      bandwidth: bandwidthFacts(relay.bandwidth, cap),
      reported: relay.reported.details,
    };
  }

  #otherChain(config: Config): string | undefined {
    const { certificates, relay } = this.#parts;
    const { tls, acme } = withCertificateSettings(config, relay.settings);
    if (tls.mode !== "autocert" || acme.preferredChain === "") return undefined;
    const others = certificates.all.flatMap(({ selfSigned, chainPem }) =>
      selfSigned || endsBelow(chainPem, acme.preferredChain)
        ? []
        : [rootOf(chainPem)]
    );
    return listed([...new Set(others)]);
  }

  #refusedAt(config: Config): string[] {
    const { settings, inbound } = this.#parts.relay;
    if (inbound.refusal() === undefined) return [];
    const { smtp } = effectiveListeners(config, settings);
    return [...new Set(smtp.map(({ port }) => String(port)))];
  }

  async #signUpObstacles(config: Config): Promise<string[]> {
    const { relay } = this.#parts;
    const options = new LiveOptions(relay.settings, () => config);
    if (!options.registrationOpen) return [];
    const obstacles = shortages(
      await resources(config.server.stateDir, relay.protection),
      options,
    );
    const { maxAccounts } = options;
    if (
      maxAccounts > 0 && await relay.store.accounts.countAbout() >= maxAccounts
    ) {
      obstacles.push(
        `there are as many accounts as registration.max_accounts allows, ${maxAccounts}`,
      );
    }
    return obstacles;
  }
}

async function failedTasks({ store, tasks }: Relay): Promise<string[]> {
  const runs = await store.maintenance.taskRuns();
  const stopped = new Set(tasks.stopped().map(({ task }) => task));
  return runs.flatMap(({ task, error, startedAt }) => {
    if (error === undefined || stopped.has(task)) return [];
    const when = new Date(startedAt * 1000).toISOString().slice(0, 16);
    return [`${task} on ${when.replace("T", " ")}Z: ${redact(error)}`];
  });
}
