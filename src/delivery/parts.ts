/** What delivery works with, and what an admin may change while it does. @module */
import type { Clock, Timers } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { ContentStaging } from "../store/content.ts";
import type { Counters } from "../observe/counters.ts";
import type { MailStore, QuotaPolicy } from "../store/mail.ts";
import type { QueueStore } from "../store/queue.ts";
import type { Directory } from "./directory.ts";
import type { Inbound } from "./inbound.ts";
import type { Outbound } from "./outbound.ts";

/** Read at each use. */
export interface DeliverySettings {
  /** Messages a minute from one account; 0 is no limit. */
  readonly sendPerMinute: number;
  /** Messages at once from one account. */
  readonly sendBurst: number;
  /** 0 is no limit. */
  readonly recipientsPerHour: number;
  /** How long a fast sender is slowed down before it is refused; 0 refuses at once. */
  readonly maxDelayMs: number;
  readonly rewriteSubject: boolean;
  readonly stripHeaders: boolean;
  readonly acceptOldPacketFormat: boolean;
  readonly allowAutocryptSetup: boolean;
  readonly maxHeaderOctets: number;
  /** What APPEND takes. */
  readonly appendPolicy: "encrypted" | "any" | "deny";
  readonly quota: QuotaPolicy;
}

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
  /** Name of this server, as reports give it. */
  readonly hostname: string;
  readonly counters: Pick<Counters, "add" | "refused">;
  settings(): DeliverySettings;
  /** An error that is ours, and that no peer is told of. */
  reportBug(error: unknown): void;
}

/** Why a recipient does not get a message although others may. */
export type RecipientRefusal =
  | "no_such_user"
  | "quota_exceeded"
  | "federation_off"
  | "policy_rejection";
