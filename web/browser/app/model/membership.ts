/**
 * Who is in a group, by when they were added and removed, as Delta Chat has it:
 * the later of both holds, whoever says it and in whatever order it comes, so
 * that all members end with the same list.
 *
 * @module
 */
import type { Fields } from "../protocol/fields.ts";
import type { Received } from "../protocol/reader.ts";
import type { Named } from "../protocol/writer.ts";
import type { Book } from "./book.ts";
import { now } from "./clock.ts";
import type { Chat, Contact, MemberTimes } from "./types.ts";

/** Who was removed before is not told of any more; a list that is as old is no longer believed. */
const REMEMBERED_SECONDS = 60 * 86_400;
/** So far may the clock of somebody else be ahead. */
const TOLERANCE_SECONDS = 60;
const MAX_PEOPLE = 2000;
const FINGERPRINT = /^[0-9A-F]{40,64}$/;
const NEVER: readonly [number, number] = [0, 0];

/** Those of a group that was kept before times were: unknown ones, which any that is told overrides. */
export function timesOf(chat: Chat, own: string): MemberTimes {
  if (chat.times) return chat.times;
  const times: Record<string, readonly [number, number]> = {};
  for (const one of chat.gone ?? []) times[one] = [0, 1];
  for (const one of chat.members) times[one] = NEVER;
  times[own] = chat.left ? [0, 1] : NEVER;
  return times;
}

function isIn([added, removed]: readonly [number, number]): boolean {
  return added >= removed;
}

/** The group with what follows from the times. */
export function withTimes(
  { gone: _, ...chat }: Chat,
  times: MemberTimes,
  own: string,
): Chat {
  const members = Object.keys(times).filter((one) =>
    one !== own && isIn(times[one]!)
  );
  return { ...chat, times, members, left: !isIn(times[own] ?? [0, 1]) };
}

export function added(
  times: MemberTimes,
  who: string,
  at = now(),
): MemberTimes {
  const [before, removed] = times[who] ?? NEVER;
  return { ...times, [who]: [Math.max(before, removed, at), removed] };
}

export function removed(
  times: MemberTimes,
  who: string,
  at = now(),
): MemberTimes {
  const [added, before] = times[who] ?? NEVER;
  return { ...times, [who]: [added, Math.max(before, added + 1, at)] };
}

/** What a message says of who is in its group: in their order, undefined where nobody is known. */
export interface Listed {
  readonly to: readonly (string | undefined)[];
  readonly past: readonly (string | undefined)[];
  /** Of all of them; absent: it says nothing of it, or not of all. */
  readonly times?: readonly number[];
}

export function listedIn(
  message: Received,
  keyOf: (address: string) => string | undefined,
): Listed {
  const named = words(message.field("chat-group-member-fpr"))
    .map((one) => one.toUpperCase()).filter((one) => FINGERPRINT.test(one));
  const isNamed = named.length >= message.to.length;
  const people = [...message.to, ...message.past].slice(0, MAX_PEOPLE).map((
    { address },
    index,
  ) => isNamed && index < named.length ? named[index] : keyOf(address));
  const told = words(message.field("chat-group-member-timestamps"))
    .filter((one) => /^\d{1,12}$/.test(one))
    .map((one) => Math.min(Number(one), now() + TOLERANCE_SECONDS));
  return {
    to: people.slice(0, message.to.length),
    past: people.slice(message.to.length),
    ...(told.length === message.to.length + message.past.length &&
        told.length > 0
      ? { times: told }
      : {}),
  };
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter((one) => one !== "").slice(0, MAX_PEOPLE);
}

/** The times with those that are told and later. @param sender says nothing of when they came themselves */
export function merged(
  before: MemberTimes,
  { to, past, times = [] }: Listed,
  sender?: string,
): MemberTimes {
  const after = { ...before };
  for (const [index, who] of [...to, ...past].entries()) {
    if (who === undefined) continue;
    const at = times[index]!;
    const [added, removed] = after[who] ?? NEVER;
    if (index >= to.length) {
      if (at > removed && at > added) after[who] = [added, at];
    } else if (who !== sender && at >= removed) {
      if (at > added || !after[who]) after[who] = [at, removed];
    }
  }
  return bounded(after);
}

/** Those that were removed first make room. */
function bounded(times: MemberTimes): MemberTimes {
  const all = Object.entries(times);
  if (all.length <= MAX_PEOPLE) return times;
  const rank = ([added, removed]: readonly [number, number]) =>
    added >= removed ? Infinity : removed;
  return Object.fromEntries(
    all.sort(([, a], [, b]) => rank(b) > rank(a) ? 1 : -1).slice(0, MAX_PEOPLE),
  );
}

/** Nothing was heard of who is in there for so long that the next word of it holds. */
export function isStale({ heardAt }: Chat): boolean {
  return heardAt !== undefined && heardAt + REMEMBERED_SECONDS <= now();
}

/** As messages of a group name its people. */
export interface Roll {
  readonly to: readonly Named[];
  readonly past: readonly Named[];
  readonly fields: Fields;
}

export function rollOf(book: Book, chat: Chat): Roll {
  const { account } = book;
  const own = account.key.fingerprint;
  const self = { ...account, fingerprint: own };
  const find = (one: string) => one === own ? self : book.contact(one);
  const times = timesOf(chat, own);
  const others = peopleOf(chat.members, find);
  // who writes is not named, unless nobody else is there
  const to = others.length > 0 ? others : [self];
  const past = peopleOf(pastOf(times), find);
  const told = [
    ...to.map((one) => times[one.fingerprint]?.[0]),
    ...past.map((one) => times[one.fingerprint]?.[1]),
  ];
  const fingerprints = [...to, ...past].map((one) => one.fingerprint);
  return {
    to,
    past,
    fields: [
      ...isStale(chat) ? [] : [
        ["Chat-Group-Member-Timestamps", inLines(told.map(String))] as const,
      ],
      ["Chat-Group-Member-Fpr", inLines(fingerprints)],
    ],
  };
}

/** Lines of a header have an end (RFC 5322 §2.1.1). */
function inLines(words: readonly string[]): string {
  return words.join(" ").replace(/(.{60,}?) /g, "$1\r\n ");
}

type One = Pick<Contact, "address" | "name" | "fingerprint">;

/** Each address once, as others would count them. */
function peopleOf(
  fingerprints: readonly string[],
  find: (fingerprint: string) => One | undefined,
): One[] {
  const found = fingerprints.flatMap((one) => find(one) ?? []);
  return [...new Map(found.map((one) => [one.address, one])).values()];
}

/** Who is told as removed; the latest first. */
function pastOf(times: MemberTimes): readonly string[] {
  const since = now() - REMEMBERED_SECONDS;
  return Object.entries(times)
    .filter(([, time]) => !isIn(time) && time[1] > since)
    .sort(([, [, a]], [, [, b]]) => b - a)
    .map(([who]) => who);
}

/** By the address alone, where old apps say no more. */
export function keyAt(book: Book, address = ""): string | undefined {
  const { address: own, key } = book.account;
  const asked = address.trim().toLowerCase();
  if (asked === own) return key.fingerprint;
  return book.contactsAt(asked)[0]?.fingerprint;
}

/** What nobody says in so many words follows from the list: it is shown as well. */
export function impliedChanges(
  message: Received,
  before: Chat,
  { left, members }: Chat,
): readonly {
  readonly who: string;
  readonly what: "member_added" | "member_removed";
}[] {
  // who has just come is not told how it came to be so
  if (before.left || left || before.heardAt === undefined) return [];
  const said = ["chat-group-member-added-fpr", "chat-group-member-removed-fpr"]
    .map((name) => message.field(name)?.trim().toUpperCase());
  const without = (some: readonly string[], others: readonly string[]) =>
    some.filter((one) => !others.includes(one) && !said.includes(one));
  return [
    ...without(members, before.members)
      .map((who) => ({ who, what: "member_added" as const })),
    ...without(before.members, members)
      .map((who) => ({ who, what: "member_removed" as const })),
  ];
}

export function isSameRoll(a: Chat, b: Chat): boolean {
  return a.heardAt !== undefined && !a.left === !b.left &&
    a.members.length === b.members.length &&
    a.members.every((one) => b.members.includes(one));
}
