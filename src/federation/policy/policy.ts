/**
 * With whom this relay exchanges mail: rules, mode and silent dismissal become
 * one decision, which says what it rests on.
 *
 * A rule counts whatever the mode is; the mode decides where no rule does.
 * Mail between our own domains is nobody's business here.
 *
 * @module
 */
import type { LocalDomains } from "../../mail/local_domains.ts";
import type { DeliveryNote } from "../../store/queue.ts";
import { type Channel, type DomainRule, PatternTable } from "./rules.ts";

/** All may but those that are blocked, or only those that are allowed. */
export type PolicyMode = "open" | "closed";

/** What a decision rests on. */
export type PolicyGround =
  | { readonly kind: "federation_off" }
  | { readonly kind: "rule"; readonly pattern: string }
  | { readonly kind: "mode"; readonly mode: PolicyMode }
  /** Rules leave no way to it. */
  | { readonly kind: "no_channel" };

export type InboundDecision =
  | { readonly kind: "local" }
  | { readonly kind: "allowed"; readonly ground: PolicyGround }
  | { readonly kind: "refused"; readonly ground: PolicyGround };

export type OutboundDecision =
  | { readonly kind: "local" }
  | {
    readonly kind: "allowed";
    readonly ground: PolicyGround;
    /** At least one. */
    readonly channels: readonly Channel[];
  }
  /** It is taken, and nobody gets it or hears of it. */
  | { readonly kind: "dismissed"; readonly pattern: string }
  | { readonly kind: "refused"; readonly ground: PolicyGround };

/** As an admin has set it. Patterns are canonical. */
export interface PolicySettings {
  readonly enabled: boolean;
  readonly mode: PolicyMode;
  readonly rules: readonly DomainRule[];
  /** Mail to these is dismissed. */
  readonly dismissed: readonly string[];
}

const CHANNELS: readonly Channel[] = ["http", "smtp"];

/** Settings, made ready to be asked for every message. */
export class FederationPolicy {
  /** Whether mail is exchanged with anybody. */
  readonly enabled: boolean;
  readonly #mode: PolicyMode;
  readonly #rules: PatternTable<DomainRule>;
  readonly #dismissed: PatternTable<string>;

  /** @param onRule Told of each decision that rests on a rule, with its pattern. */
  constructor(
    settings: PolicySettings,
    readonly domains: Pick<LocalDomains, "isLocal">,
    readonly onRule: (pattern: string) => void = () => {},
  ) {
    this.enabled = settings.enabled;
    this.#mode = settings.mode;
    this.#rules = new PatternTable(
      settings.rules.map((rule) => [rule.pattern, rule]),
    );
    this.#dismissed = new PatternTable(
      settings.dismissed.map((pattern) => [pattern, pattern]),
    );
  }

  /** Of mail from a canonical domain. */
  inbound(domain: string): InboundDecision {
    if (this.domains.isLocal(domain)) return { kind: "local" };
    return this.#told(this.#verdict(domain));
  }

  /** Of mail to a canonical domain. */
  outbound(domain: string): OutboundDecision {
    return this.#told(this.look(domain));
  }

  /** As `outbound`, where nothing is decided. */
  look(domain: string): OutboundDecision {
    if (this.domains.isLocal(domain)) return { kind: "local" };
    const verdict = this.#verdict(domain);
    if (verdict.kind === "refused") return verdict;
    const pattern = this.#dismissed.find(domain);
    if (pattern !== undefined) return { kind: "dismissed", pattern };
    const channels = CHANNELS.filter((one) => this.#isOn(domain, one));
    if (channels.length > 0) return { ...verdict, channels };
    return { kind: "refused", ground: { kind: "no_channel" } };
  }

  #told<T extends InboundDecision | OutboundDecision>(decision: T): T {
    if ("ground" in decision && decision.ground.kind === "rule") {
      this.onRule(decision.ground.pattern);
    }
    return decision;
  }

  #verdict(
    domain: string,
  ): Extract<InboundDecision, { ground: PolicyGround }> {
    if (!this.enabled) {
      return { kind: "refused", ground: { kind: "federation_off" } };
    }
    for (const { action, pattern } of this.#rules.matches(domain)) {
      if (action === undefined) continue;
      const kind = action === "allow" ? "allowed" : "refused";
      return { kind, ground: { kind: "rule", pattern } };
    }
    const kind = this.#mode === "open" ? "allowed" : "refused";
    return { kind, ground: { kind: "mode", mode: this.#mode } };
  }

  #isOn(domain: string, channel: Channel): boolean {
    for (const { channels } of this.#rules.matches(domain)) {
      const state = channels?.[channel];
      if (state !== undefined) return state === "on";
    }
    return true;
  }
}

/** For the sender, whose business our rules are not: that it is ours to refuse, and why in short. */
export function policyNote(domain: string, ground: PolicyGround): DeliveryNote {
  const reason = ground.kind === "federation_off"
    ? "this server sends no mail to other servers"
    : ground.kind === "no_channel"
    ? `this server has turned off every way to send mail to ${domain}`
    : `this server sends no mail to ${domain}`;
  return { status: "5.7.1", text: reason, code: 550 }; // RFC 3463 §3.8
}
