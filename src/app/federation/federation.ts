/**
 * Federation without its sockets: with whom mail is exchanged, what becomes of
 * mail for elsewhere, what is known of names. `sender.ts` has who sends.
 *
 * @module
 */
import type { QueueFacts } from "../../admin/condition_facts.ts";
import type { FederationAdmin } from "../../admin/context.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { days } from "../../base/durations.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Config } from "../../config/schema.ts";
import type { Dns } from "../../dns/answers.ts";
import type { Resolver } from "../../dns/resolver.ts";
import { RuleBook } from "../../federation/policy/rule_book.ts";
import { FirstAttempts } from "../../federation/queue/first_attempts.ts";
import type { QueueOptions } from "../../federation/queue/options.ts";
import { RelayOutbound } from "../../federation/relay_outbound.ts";
import type { Exchange } from "../../federation/exchange/exchange.ts";
import { FederationStatistics } from "../../federation/statistics/statistics.ts";
import type { Signer } from "../../federation/signer.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import { federationSize } from "../../settings/federation_size.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Store } from "../../store/store.ts";
import { buildServerMail, type BuiltServerMail } from "../server_mail.ts";

export interface FederationParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly domains: LocalDomains;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly dns: Pick<Resolver, "for">;
  readonly signer: Signer;
  readonly exchange: Exchange;
  config(): Config;
  /** A value of a collection that cannot be read, and counts as none. */
  onUnreadable(collection: string): void;
  reportBug(error: unknown): void;
}

export interface Federation extends FederationAdmin {
  readonly dns: Dns;
  readonly outbound: RelayOutbound;
  readonly firstAttempts: FirstAttempts;
  readonly serverMail: BuiltServerMail;
  readonly signer: Signer;
  /** As they were not long ago. */
  queueFacts(): Promise<QueueFacts>;
  onUnreadable(collection: string): void;
  /** Writes what was only counted. @throws {Refusal} if the store takes nothing */
  write(): Promise<void>;
  /** Writes it, too; a store that takes nothing loses a minute of counting. */
  close(): Promise<void>;
}

/** What is counted over the whole queue is counted no more often. */
const FACTS_MS = 30_000;

export async function buildFederation(
  parts: FederationParts,
): Promise<Federation> {
  const { store, settings, config, clock, timers, signer } = parts;
  const dns = parts.dns.for("outbound");
  const rules = await RuleBook.open({
    ...parts,
    enabled: () => settings.get("federation_enabled"),
    mode: () => settings.get("federation_policy"),
  });
  const statistics = await FederationStatistics.open({
    ...parts,
    options() {
      const { statsPerDomain, statsRetentionDays } = config().federation;
      return {
        isOn: config().privacy.counters,
        perDomain: statsPerDomain,
        retentionSeconds: days(statsRetentionDays),
      };
    },
  });
  const serverMail = await buildServerMail({
    ...parts,
    dns: parts.dns.for("inbound"),
    policy: () => rules.policy(),
    statistics,
  });
  const firstAttempts = new FirstAttempts({
    clock,
    timers,
    waitMs: () => config().federation.firstAttemptWait,
  });
  const outbound = new RelayOutbound({
    policy: () => rules.policy(),
    settings: () => ({
      maxOctets: federationSize(settings),
      lifetimeSeconds: config().queue.lifetime,
      rejectAt: config().federation.rejectAtRcpt,
      signs: config().dkim.enabled,
      mtaSts: config().federation.mtaSts,
    }),
    dns,
    isRouted: (domain) => parts.exchange.isRouted(domain),
    queue: store.queue,
    statistics,
    firstAttempts,
    timers,
    reportBug: parts.reportBug,
  });
  return {
    rules,
    statistics,
    dns,
    outbound,
    firstAttempts,
    serverMail,
    signer,
    queueOptions: () => queueOptions(config()),
    queueFacts: rarely(clock, () => queueFacts(parts)),
    onUnreadable: parts.onUnreadable,
    write: () => rules.writeHits(),
    async close() {
      try {
        await rules.writeHits();
      } catch (error) {
        if (!(error instanceof Refusal)) parts.reportBug(error);
      } finally {
        rules.close();
        serverMail.close();
      }
    },
  };
}

function queueOptions({ queue }: Config): QueueOptions {
  return {
    lifetimeSeconds: queue.lifetime,
    retrySeconds: queue.retry,
    maxParallel: queue.maxParallel,
    perDestination: queue.perDestination,
    startDelaySeconds: queue.startupDelay,
  };
}

async function queueFacts(
  { store, settings, config }: FederationParts,
): Promise<QueueFacts> {
  const summary = await store.queue.summary();
  const { messages, held, heldDestinations, unreached } = summary;
  const { firstExpiryInSeconds } = summary;
  return {
    paused: !settings.get("federation_enabled"),
    messages,
    held,
    heldDestinations,
    unreached,
    lifetimeSeconds: config().queue.lifetime,
    ...(firstExpiryInSeconds !== undefined && { firstExpiryInSeconds }),
  };
}

/** The last answer, until it is old. */
function rarely<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly atMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const nowMs = clock.monotonic();
    if (!asked || nowMs - asked.atMs >= FACTS_MS) {
      const answer = ask();
      asked = { atMs: nowMs, answer };
      answer.catch(() => asked = undefined);
    }
    return asked.answer;
  };
}
