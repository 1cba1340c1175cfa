/**
 * What becomes of mail for other servers when it is accepted here: whether it
 * may go, and what can be known of it before anybody is asked to take it.
 *
 * @module
 */
import type { Timers } from "../base/clock.ts";
import type { QueueId } from "../base/ids.ts";
import { Refusal } from "../base/refusal.ts";
import { formatSize } from "../base/sizes.ts";
import type { Origin } from "../delivery/origin.ts";
import type {
  BodyHash,
  Outbound,
  QueuedNow,
  RefusedRoute,
  RejectAt,
  RemoteRoute,
} from "../delivery/outbound.ts";
import { type Dns, DnsFailure, type MailExchanger } from "../dns/answers.ts";
import { type Address, domain } from "../mail/address.ts";
import type { FailedRecipient, QueueStore } from "../store/queue.ts";
import type { FederationStatistics } from "./statistics/statistics.ts";
import { type FederationPolicy, policyNote } from "./policy/policy.ts";
import type { FirstAttempts } from "./queue/first_attempts.ts";

export interface OutboundSettings {
  readonly maxOctets: number;
  readonly lifetimeSeconds: number;
  readonly rejectAt: RejectAt;
  /** Whether anything is signed. */
  readonly signs: boolean;
  /** Whether policies of other domains count (RFC 8461). */
  readonly mtaSts: boolean;
}

export interface RelayOutboundParts {
  /** As they are now. */
  policy(): FederationPolicy;
  settings(): OutboundSettings;
  readonly dns: Pick<Dns, "mailExchangers" | "texts" | "ipv4" | "ipv6">;
  /** Mail to a canonical domain goes by what an admin has said, not by its DNS. */
  isRouted(domain: string): boolean;
  readonly queue: Pick<QueueStore, "withdraw" | "isHeld">;
  readonly firstAttempts: FirstAttempts;
  readonly statistics: Pick<FederationStatistics, "ended">;
  readonly timers: Timers;
  reportBug(error: unknown): void;
}

/** Nobody who sends a message waits longer for the DNS. */
const DNS_WAIT_MS = 500;
/** Of how many domains of one message anything is asked. */
const MAX_ASKED = 20;
/** Of the best ones of a domain, as many are looked up ahead. */
const MAX_HOSTS = 2;
const EXPIRED_STATUS = "5.4.7"; // RFC 3463 §3.5: delivery time expired
/** What is known before is told before. */
type Verdict = RemoteRoute | "ask";

export class RelayOutbound implements Outbound {
  readonly #parts: RelayOutboundParts;
  #newHash: (() => BodyHash) | undefined;
  #loading = false;

  constructor(parts: RelayOutboundParts) {
    this.#parts = parts;
  }

  async route(
    addresses: readonly Address[],
    { sizeOctets }: { readonly origin: Origin; readonly sizeOctets: number },
  ): Promise<readonly RemoteRoute[]> {
    const policy = this.#parts.policy();
    const verdicts = new Map<string, Verdict>();
    for (const name of new Set(addresses.map(domain))) {
      verdicts.set(name, this.#verdict(name, policy, sizeOctets));
    }
    const asked = [...verdicts].filter(([, verdict]) => verdict === "ask")
      .map(([name]) => name);
    const missing = await this.#missing(asked.slice(0, MAX_ASKED));
    return addresses.map((address) => {
      const destination = domain(address);
      const verdict = verdicts.get(destination)!;
      if (verdict !== "ask" && verdict.kind === "dismiss") {
        this.#parts.statistics.ended(destination, "dismissed", 1);
      }
      if (verdict !== "ask") return verdict;
      return missing.has(destination)
        ? noSuchDomain(destination)
        : { kind: "queue", destination };
    });
  }

  refusal(address: Address): RefusedRoute | undefined {
    const verdict = this.#verdict(domain(address), this.#parts.policy(), 0);
    return verdict !== "ask" && verdict.kind === "refuse" ? verdict : undefined;
  }

  rejectAt(): RejectAt {
    return this.#parts.settings().rejectAt;
  }

  lifetimeSeconds(): number {
    return this.#parts.settings().lifetimeSeconds;
  }

  /** What makes hashes is loaded when there is the first mail to be signed, which is hashed when it is sent. */
  bodyHash(): BodyHash | undefined {
    if (!this.#parts.settings().signs) return undefined;
    if (!this.#newHash) this.#load();
    return this.#newHash?.();
  }

  /** By which a message shows that it goes round in a circle. */
  prefix({ kind }: Origin, hops: number): Uint8Array | undefined {
    return kind === "exchanger"
      ? new TextEncoder().encode(`X-Mail-Hops: ${hops + 1}\r\n`)
      : undefined;
  }

  async firstAttempt(
    message: QueuedNow,
  ): Promise<readonly FailedRecipient[] | undefined> {
    const { firstAttempts, queue, reportBug } = this.#parts;
    try {
      const allFail = firstAttempts.allFail(message);
      if (firstAttempts.isAwaited(message.id)) {
        void this.#lookForHold(message);
      }
      if (!await allFail) return undefined;
      const failures = await queue.withdraw(message.id, message.key);
      if (failures) this.failed(failures);
      return failures;
    } catch (error) {
      // it stays as it is, accepted, and is reported later
      reportBug(error);
      return undefined;
    } finally {
      firstAttempts.forget(message.id);
    }
  }

  failed(recipients: readonly FailedRecipient[]): void {
    for (const { address, note, lastAttemptAt } of recipients) {
      const what = note.status === EXPIRED_STATUS
        ? "expired"
        : lastAttemptAt === undefined
        ? undefined // we have refused it ourselves
        : "failed";
      if (what) this.#parts.statistics.ended(domain(address), what, 1);
    }
  }

  isAwaited(message: QueueId): boolean {
    return this.#parts.firstAttempts.isAwaited(message);
  }

  /** What an admin holds is not tried. */
  async #lookForHold({ id, destinations }: QueuedNow): Promise<void> {
    const { queue, firstAttempts, reportBug } = this.#parts;
    try {
      for (const name of [...destinations].slice(0, MAX_ASKED)) {
        if (await queue.isHeld(name)) return firstAttempts.giveUp(id);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) reportBug(error);
    }
  }

  #verdict(
    destination: string,
    policy: FederationPolicy,
    sizeOctets: number,
  ): Verdict {
    const decision = policy.outbound(destination);
    switch (decision.kind) {
      case "dismissed":
        return { kind: "dismiss" };
      case "refused": {
        const { ground } = decision;
        const { status, text } = policyNote(destination, ground);
        const code = ground.kind === "federation_off"
          ? "federation_off"
          : "policy_rejection";
        return { kind: "refuse", code, status, text };
      }
      case "local":
      case "allowed":
        return this.#tooLarge(sizeOctets) ?? "ask";
    }
  }

  #tooLarge(sizeOctets: number): RemoteRoute | undefined {
    const { maxOctets } = this.#parts.settings();
    if (sizeOctets <= maxOctets) return undefined;
    return {
      kind: "refuse",
      code: "message_too_large",
      status: "5.3.4", // RFC 3463 §3.4
      text: `no more than ${formatSize(maxOctets)} go to other servers`,
    };
  }

  /** Those of which it is known soon that they do not exist. */
  async #missing(names: readonly string[]): Promise<ReadonlySet<string>> {
    const { timers } = this.#parts;
    const missing = new Set<string>();
    const asked = names.filter((name) =>
      !name.startsWith("[") && !this.#parts.isRouted(name)
    );
    if (asked.length === 0) return missing;
    const late = Promise.withResolvers<void>();
    const stop = timers.every(DNS_WAIT_MS, late.resolve);
    const looks = asked.map(async (name) => {
      if (await this.#isMissing(name)) missing.add(name);
    });
    await Promise.race([Promise.all(looks), late.promise]);
    stop();
    return new Set(missing); // what comes later comes too late
  }

  /** A resolver may be wrong for a moment: it is asked twice. */
  async #isMissing(name: string): Promise<boolean> {
    return await this.#says(name, "cached") && await this.#says(name, "fresh");
  }

  async #says(name: string, freshness: "cached" | "fresh"): Promise<boolean> {
    try {
      const { dns } = this.#parts;
      const { values } = await dns.mailExchangers(name, freshness);
      this.#askAhead(name, values);
      return false;
    } catch (error) {
      if (error instanceof DnsFailure) return error.problem === "no_such_name";
      this.#parts.reportBug(error);
      return false;
    }
  }

  /** What the first attempt wants to know, while the message is yet to be committed. */
  #askAhead(name: string, exchangers: readonly MailExchanger[]): void {
    const { dns, settings } = this.#parts;
    const best = Math.min(...exchangers.map(({ preference }) => preference));
    const hosts = exchangers.filter(({ preference, host }) =>
      preference === best && host !== ""
    ).slice(0, MAX_HOSTS);
    const looks: Promise<unknown>[] = hosts.flatMap(({ host }) => [
      dns.ipv6(host),
      dns.ipv4(host),
    ]);
    if (settings().mtaSts) looks.push(dns.texts(`_mta-sts.${name}`));
    for (const look of looks) look.catch(() => {}); // the attempt asks again
  }

  #load(): void {
    if (this.#loading) return;
    this.#loading = true;
    import("../mailauth/dkim_body_hash.ts").then(
      ({ DkimBodyHash }) => {
        this.#newHash = () => new DkimBodyHash();
      },
      (error) => {
        this.#loading = false;
        this.#parts.reportBug(error);
      },
    );
  }
}

function noSuchDomain(name: string): RemoteRoute {
  return {
    kind: "refuse",
    code: "no_such_domain",
    status: "5.1.2", // RFC 3463 §3.2
    text: `there is no domain ${name}`,
  };
}
