/**
 * All of federation, built in one place: with whom mail is exchanged, what
 * becomes of mail for elsewhere, who sends it.
 *
 * @module
 */
import type { FederationAdmin } from "../admin/context.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import type { Dns } from "../dns/answers.ts";
import { RuleBook } from "../federation/policy/rule_book.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { Settings } from "../settings/settings.ts";
import type { Store } from "../store/store.ts";
import { buildServerMail, type BuiltServerMail } from "./server_mail.ts";

export interface FederationParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly domains: LocalDomains;
  readonly clock: Clock;
  readonly dns: Dns;
  config(): Config;
  /** A value of a collection that cannot be read, and counts as none. */
  onUnreadable(collection: string): void;
  reportBug(error: unknown): void;
}

export interface Federation extends FederationAdmin {
  readonly serverMail: BuiltServerMail;
  close(): void;
}

export async function buildFederation(
  parts: FederationParts,
): Promise<Federation> {
  const { settings, config } = parts;
  const rules = await RuleBook.open({
    ...parts,
    enabled: () => settings.get("federation_enabled"),
    mode: () => settings.get("federation_policy"),
  });
  const serverMail = await buildServerMail({
    ...parts,
    policy: () => rules.policy(),
  });
  return {
    rules,
    serverMail,
    queueOptions() {
      const { queue } = config();
      return {
        lifetimeSeconds: queue.lifetime,
        retrySeconds: queue.retry,
        maxParallel: queue.maxParallel,
        perDestination: queue.perDestination,
        startDelaySeconds: queue.startupDelay,
      };
    },
    close() {
      rules.close();
      serverMail.close();
    },
  };
}
