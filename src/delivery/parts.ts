/** What delivery works with, and what an admin may change while it does. @module */
import type { AccountId } from "../base/ids.ts";
import type { Clock, Timers } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { ContentStaging } from "../store/content.ts";
import type { Counters } from "../observe/counters.ts";
import type { MailStore } from "../store/mail.ts";
import type { QueueStore } from "../store/queue.ts";
import type { Directory } from "./directory.ts";
import type { Inbound } from "./inbound.ts";
import type { Outbound } from "./outbound.ts";
import type { OwnKeys } from "./notices/own_keys.ts";
import type { DeliverySettings } from "./settings.ts";

export interface DeliveryParts {
  readonly mail: Pick<MailStore, "accept" | "append">;
  readonly queue: Pick<QueueStore, "failures">;
  readonly staging: ContentStaging;
  readonly directory: Directory;
  readonly domains: LocalDomains;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly ownKeys: Pick<OwnKeys, "saw">;
  /** Name of this server, as reports give it. */
  readonly hostname: string;
  readonly counters: Pick<Counters, "add" | "refused">;
  settings(): DeliverySettings;
  /** Mail has come to their INBOXes, from others, and is committed. May not throw. */
  arrived(accounts: readonly AccountId[]): void;
  /** An error that is ours, and that no peer is told of. */
  reportBug(error: unknown): void;
}
