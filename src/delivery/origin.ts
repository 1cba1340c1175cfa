/**
 * Where a message comes from. It decides what the message may claim, whom it may
 * be for, and what becomes of its header; nothing else in delivery asks.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import type { Peer } from "../base/peer.ts";
import type { Address } from "../mail/address.ts";
import type { QueueOrigin } from "../store/queue.ts";

interface Envelope {
  /** Canonical; empty is the null reverse-path (RFC 5321 §4.5.5). */
  readonly reversePath: string;
}

/** One of our users, logged in: over SMTP, or over HTTP. */
export interface OwnOrigin extends Envelope {
  readonly kind: "submission" | "web";
  readonly account: Address;
  readonly accountId: AccountId;
  readonly peer: Peer;
}

/** Another server: over SMTP, or over HTTP. */
export interface ServerOrigin extends Envelope {
  readonly kind: "mx" | "mxdeliv";
  readonly peer: Peer;
}

/** A relay that takes mail for others and is asked for ours. */
export interface ExchangerOrigin extends Envelope {
  readonly kind: "exchanger";
  readonly name: string;
  /** It vouches for the senders of what it brings. */
  readonly trusted: boolean;
  /** Mail for others than our users: it goes on as it came, so that its signatures stay good. */
  readonly passesOn?: true;
}

/** Who brings mail that others wrote. */
export type ForeignOrigin = ServerOrigin | ExchangerOrigin;

export type Origin = OwnOrigin | ForeignOrigin;

interface OriginRule {
  /** What messages from here are counted as. */
  readonly counter: "messages_submitted" | "messages_received";
  /** What becomes of recipients elsewhere: a route is asked for, or there is none, which is told at once or not. */
  readonly elsewhere: "route" | "refuse" | "nobody";
  /** Recipients whom no account can have are no reason to look at the message, nor to say so. */
  readonly skipsNobody: boolean;
  /** What is refused whatever it is, is refused before it comes. */
  readonly refusesAtOnce: boolean;
}

const SUBMITTED: OriginRule = {
  counter: "messages_submitted",
  elsewhere: "route",
  skipsNobody: false,
  refusesAtOnce: false,
};
const RECEIVED = {
  counter: "messages_received",
  skipsNobody: false,
  refusesAtOnce: false,
} as const;
const RULES: Readonly<Record<Origin["kind"], OriginRule>> = {
  submission: SUBMITTED,
  web: SUBMITTED,
  mx: { ...RECEIVED, elsewhere: "refuse" },
  mxdeliv: {
    ...RECEIVED,
    elsewhere: "nobody",
    skipsNobody: true,
    refusesAtOnce: true,
  },
  exchanger: { ...RECEIVED, elsewhere: "route" },
};

export function ruleFor({ kind }: Origin): OriginRule {
  return RULES[kind];
}

/** Who has proved to be the sender: copies to it are its own, and it is told what failed. */
export function senderOf(origin: Origin): OwnOrigin | undefined {
  return isOwn(origin) ? origin : undefined;
}

/** Another than our users; undefined for them. */
export function foreign(origin: Origin): ForeignOrigin | undefined {
  return isOwn(origin) ? undefined : origin;
}

function isOwn(origin: Origin): origin is OwnOrigin {
  return origin.kind === "submission" || origin.kind === "web";
}

/** Nothing of the message may be changed. */
export function passesOn(origin: Origin): boolean {
  return origin.kind === "exchanger" && origin.passesOn === true;
}

export function queueOrigin(origin: Origin): QueueOrigin {
  return origin.kind === "exchanger" ? `exchanger:${origin.name}` : origin.kind;
}
