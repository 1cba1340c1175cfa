/** What other servers bring: whether it is taken, from whom, and who is believed. @module */
import type { Clock } from "../../base/clock.ts";
import type {
  Examination,
  Inbound,
  ReceivedReport,
} from "../../delivery/inbound.ts";
import type { ForeignOrigin } from "../../delivery/origin.ts";
import type { Dns } from "../../dns/answers.ts";
import type { QueueStore } from "../../store/queue.ts";
import type { FederationPolicy } from "../policy/policy.ts";
import { ServerMailExamination } from "./examination.ts";
import type { KnownSigners } from "./known_signers.ts";
import type { FederationStatistics } from "../statistics/statistics.ts";
import { type InboundAuth, SenderCheck } from "./sender_check.ts";

/** Read at each use. */
export interface InboundSettings {
  readonly auth: InboundAuth;
  readonly checkLiterals: boolean;
  /** Who is not authenticated learns nothing of accounts over HTTP. */
  readonly antiEnumeration: boolean;
  /** Reports are taken only of mail that was sent lately. */
  readonly requireKnown: boolean;
}

export interface ServerMailParts {
  readonly dns: Dns;
  readonly clock: Clock;
  readonly signers: KnownSigners;
  readonly queue: Pick<QueueStore, "hasSent">;
  readonly statistics: Pick<FederationStatistics, "received" | "rejected">;
  policy(): Pick<FederationPolicy, "enabled" | "inbound">;
  settings(): InboundSettings;
  /** A domain that has signed mail for a day or longer has brought some again. */
  onTrusted(peerAddress: string): void;
}

export class ServerMail implements Inbound {
  readonly #parts: ServerMailParts;
  readonly #senders: SenderCheck;

  constructor(parts: ServerMailParts) {
    this.#parts = parts;
    this.#senders = new SenderCheck(parts);
  }

  refusal(): "federation_off" | undefined {
    return this.#parts.policy().enabled ? undefined : "federation_off";
  }

  admits(domain: string): boolean {
    return this.#parts.policy().inbound(domain).kind !== "refused";
  }

  hidesAccounts(): boolean {
    return this.#parts.settings().antiEnumeration;
  }

  examine(origin: ForeignOrigin): Examination {
    const { dns, clock, statistics } = this.#parts;
    return new ServerMailExamination({
      origin,
      dns,
      clock,
      senders: this.#senders,
      admits: (domain) => this.admits(domain),
      onTaken: (domain, sizeOctets) => statistics.received(domain, sizeOctets),
      onRefused: (domain) => statistics.rejected(domain),
      onSigned: (domain) => this.#onSigned(domain, origin),
    });
  }

  /** Servers report in the name of the domain, or of a host of it. */
  async isAwaited(
    { account, domain, messageId }: ReceivedReport,
  ): Promise<boolean> {
    const { queue, settings } = this.#parts;
    if (!settings().requireKnown) return true;
    if (messageId === undefined) return false;
    for (const destination of domainAndParents(domain)) {
      if (await queue.hasSent({ account, destination, messageId })) return true;
    }
    return false;
  }

  #onSigned(domain: string, origin: ForeignOrigin): void {
    const { signers, onTrusted } = this.#parts;
    if (signers.isOld(domain) && "peer" in origin) {
      onTrusted(origin.peer.address);
    }
    signers.note(domain);
  }
}

const MAX_PARENTS = 8;

/** Of `mx.a.example` also `a.example`, but not `example`. */
function domainAndParents(domain: string): string[] {
  if (domain.startsWith("[")) return [domain];
  const labels = domain.split(".");
  const longest = Math.max(labels.length, 2);
  return Array.from(
    { length: Math.min(longest - 1, MAX_PARENTS) },
    (_, i) => labels.slice(i).join("."),
  );
}
