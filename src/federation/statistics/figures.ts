/**
 * What is counted of mail with one other domain, and of all of it on one day: no
 * message, no user, and times to the hour.
 *
 * @module
 */
import {
  array,
  check,
  type InferOutput,
  integer,
  length,
  maxLength,
  minValue,
  number,
  object,
  optional,
  pipe,
  string,
} from "valibot";
import { redact } from "../../observe/redact.ts";
import type { AttemptSeen, WayName } from "../attempt_seen.ts";
import { addLatency, noLatency, RANGES } from "./latency.ts";

const COUNT = pipe(number(), integer(), minValue(0));
/** Seconds since 1970 UTC, to the hour, for people. */
const HOUR = COUNT;

/** Of one way there; each number is of attempts. */
const WAY = object({
  delivered: COUNT,
  refused: COUNT,
  deferred: COUNT,
  unreached: COUNT,
  /** Of those that were delivered. */
  latency: pipe(array(COUNT), length(RANGES)),
  totalMs: pipe(number(), minValue(0)),
});

/** Of one day: its number since 1970, deliveries, what they took together in milliseconds, failed attempts, messages from there. */
const DAY_NUMBERS = 5;
const DAYS_KEPT = 14;

export const PEER_FIGURES = object({
  /** In seconds of the store's clock: what is idle for long is forgotten. */
  livedAt: number(),
  firstSeenAt: HOUR,
  lastInAt: optional(HOUR),
  lastOutAt: optional(HOUR),
  ways: object({
    https: optional(WAY),
    http: optional(WAY),
    smtp: optional(WAY),
    smtps: optional(WAY),
  }),
  /** Messages, once they are known to be theirs. */
  received: COUNT,
  receivedOctets: COUNT,
  /** Messages that we refused. */
  rejected: COUNT,
  sentOctets: COUNT,
  /** Deliveries to a peer whose certificate was right. */
  verified: COUNT,
  /** Recipients that mail was dismissed for; failed for good; not reached in time. */
  dismissed: COUNT,
  failed: COUNT,
  expired: COUNT,
  lastFailure: optional(object({
    at: HOUR,
    way: string(),
    text: string(),
  })),
  /** The last days on which there was anything, one after the other. */
  days: optional(
    pipe(
      array(pipe(number(), minValue(0))),
      maxLength(DAY_NUMBERS * DAYS_KEPT),
      check((numbers) => numbers.length % DAY_NUMBERS === 0),
    ),
    () => [],
  ),
});
export type PeerFigures = InferOutput<typeof PEER_FIGURES>;
export type WayFigures = InferOutput<typeof WAY>;

export const DAY_FIGURES = object({
  received: COUNT,
  rejected: COUNT,
  delivered: COUNT,
  refused: COUNT,
  deferred: COUNT,
  unreached: COUNT,
  dismissed: COUNT,
  failed: COUNT,
  expired: COUNT,
});
export type DayFigures = InferOutput<typeof DAY_FIGURES>;

/** What becomes of recipients without an attempt that tells. */
export type Ended = "dismissed" | "failed" | "expired";

export interface Moment {
  readonly livedSeconds: number;
  readonly nowSeconds: number;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

export function noFigures({ livedSeconds, nowSeconds }: Moment): PeerFigures {
  return {
    livedAt: livedSeconds,
    firstSeenAt: hourOf(nowSeconds),
    ways: {},
    received: 0,
    receivedOctets: 0,
    rejected: 0,
    sentOctets: 0,
    verified: 0,
    dismissed: 0,
    failed: 0,
    expired: 0,
    days: [],
  };
}

export function noDayFigures(): DayFigures {
  return {
    received: 0,
    rejected: 0,
    delivered: 0,
    refused: 0,
    deferred: 0,
    unreached: 0,
    dismissed: 0,
    failed: 0,
    expired: 0,
  };
}

export function countAttempt(
  peer: PeerFigures,
  seen: AttemptSeen,
  { livedSeconds, nowSeconds }: Moment,
): void {
  const at = hourOf(nowSeconds);
  peer.livedAt = livedSeconds;
  const way = peer.ways[seen.way] ??= noWayFigures();
  way[seen.result]++;
  const today = dayOf(peer, nowSeconds);
  if (seen.result === "delivered") {
    peer.lastOutAt = at;
    peer.sentOctets += seen.sizeOctets;
    if (seen.tlsVerified) peer.verified++;
    addLatency(way.latency, seen.tookMs);
    way.totalMs += seen.tookMs;
    peer.days[today + 1]!++;
    peer.days[today + 2]! += seen.tookMs;
  } else {
    peer.days[today + 3]!++;
    peer.lastFailure = {
      at,
      way: seen.way,
      text: redact(seen.text ?? seen.result),
    };
  }
}

export function countReceived(
  peer: PeerFigures,
  sizeOctets: number,
  { livedSeconds, nowSeconds }: Moment,
): void {
  peer.livedAt = livedSeconds;
  peer.lastInAt = hourOf(nowSeconds);
  peer.received++;
  peer.days[dayOf(peer, nowSeconds) + 4]!++;
  peer.receivedOctets += sizeOctets;
}

export interface PeerDay {
  readonly startSeconds: number;
  readonly delivered: number;
  /** Of those that were delivered. */
  readonly meanMs: number | undefined;
  readonly failed: number;
  readonly received: number;
}

/** Oldest first. */
export function daysOf({ days }: Readonly<PeerFigures>): readonly PeerDay[] {
  const found: PeerDay[] = [];
  for (let at = 0; at < days.length; at += DAY_NUMBERS) {
    const [day, delivered, totalMs, failed, received] = days.slice(at) as [
      number,
      number,
      number,
      number,
      number,
    ];
    found.push({
      startSeconds: day * DAY_SECONDS,
      delivered,
      meanMs: delivered === 0 ? undefined : Math.round(totalMs / delivered),
      failed,
      received,
    });
  }
  return found.sort((a, b) => a.startSeconds - b.startSeconds);
}

/** Where the numbers of today begin; the oldest go to make room for them. */
function dayOf({ days }: PeerFigures, nowSeconds: number): number {
  const today = Math.max(0, Math.floor(nowSeconds / DAY_SECONDS));
  for (let at = days.length - DAY_NUMBERS; at >= 0; at -= DAY_NUMBERS) {
    if (days[at] === today) return at;
  }
  if (days.length >= DAY_NUMBERS * DAYS_KEPT) days.splice(0, DAY_NUMBERS);
  return days.push(today, 0, 0, 0, 0) - DAY_NUMBERS;
}

export function waysOf(
  { ways }: PeerFigures,
): readonly (readonly [way: WayName, figures: WayFigures])[] {
  return WAYS.flatMap((way) => {
    const figures = ways[way];
    return figures ? [[way, figures] as const] : [];
  });
}

export const WAYS: readonly WayName[] = ["https", "http", "smtp", "smtps"];

/** Attempts that did not end in a delivery. */
export function failuresOf(
  { refused, deferred, unreached }: WayFigures,
): number {
  return refused + deferred + unreached;
}

function noWayFigures(): WayFigures {
  return {
    delivered: 0,
    refused: 0,
    deferred: 0,
    unreached: 0,
    latency: noLatency(),
    totalMs: 0,
  };
}

function hourOf(seconds: number): number {
  return Math.max(0, Math.floor(seconds / HOUR_SECONDS) * HOUR_SECONDS);
}
