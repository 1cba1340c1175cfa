/**
 * What it means that nobody could be asked. A resolver may be wrong for a
 * moment, so that a domain is believed not to exist when it did not twice, with
 * time between.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { DeliveryNote } from "../../store/queue.ts";
import type { NoWay, NoWayReason } from "../destination.ts";
import { noteText } from "./verdict.ts";

export type NoWayVerdict =
  | { readonly kind: "permanent"; readonly note: DeliveryNote }
  /** The destination is to be left alone, at least for so long. */
  | {
    readonly kind: "unreached";
    readonly note: DeliveryNote;
    readonly notBeforeSeconds: number;
  };

interface Row {
  /** RFC 3463 §3, with the class that it has in the end. */
  readonly status: string;
  /** It has to be so again after this long to be believed; 0: at once. Undefined: it may change. */
  readonly believedAfterSeconds?: number;
  text(name: string): string;
}

/** A missing record is remembered by resolvers, and not asked for anew where it is about addresses. */
const RESOLVER_FORGETS_SECONDS = 600;

const ROWS: Readonly<Record<NoWayReason, Row>> = {
  null_mx: {
    status: "5.1.10", // RFC 7505 §4.1
    believedAfterSeconds: 0,
    text: (name) => `${name} takes no mail`,
  },
  no_such_domain: {
    status: "5.1.2",
    believedAfterSeconds: 60,
    text: (name) => `there is no domain ${name}`,
  },
  no_route: {
    status: "5.4.4",
    believedAfterSeconds: RESOLVER_FORGETS_SECONDS,
    text: (name) => `${name} has no server for mail`,
  },
  no_host_address: {
    status: "4.4.4",
    text: (name) => `the mail server ${name} has no address`,
  },
  not_public: {
    status: "5.4.4",
    believedAfterSeconds: 0,
    text: (name) => `${name} has no address in the public network`,
  },
  routing_loop: {
    status: "5.4.6",
    believedAfterSeconds: 0,
    text: (name) => `mail for ${name} would come back to this server`,
  },
  dns_temporary: {
    status: "4.4.3",
    text: (name) => `the DNS did not answer about ${name}`,
  },
};

/** For people, one line. */
export function noWayText({ reason, name }: NoWay): string {
  return noteText(ROWS[reason].text(name));
}

/** What is said of it where it is believed. */
export function noWayNote(noWay: NoWay): DeliveryNote {
  return { status: ROWS[noWay.reason].status, text: noWayText(noWay) };
}

const MAX_REMEMBERED = 10_000;
/** What was seen longer ago says nothing about today. */
const TOO_LONG_AGO_MS = 3_600_000;

/** In milliseconds of the monotonic clock. */
interface Seen {
  readonly reason: NoWayReason;
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** Remembers, by destination, what was seen of it that is not believed at once. */
export class NoWayJudge {
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the next look-up must not be answered from memory. */
  doubts(destination: string): boolean {
    return this.#seen.has(destination);
  }

  judge(destination: string, noWay: NoWay): NoWayVerdict {
    const { reason } = noWay;
    const { believedAfterSeconds } = ROWS[reason];
    const note = noWayNote(noWay);
    if (believedAfterSeconds === undefined) {
      this.#seen.delete(destination);
      return { kind: "unreached", note, notBeforeSeconds: 0 };
    }
    const left = believedAfterSeconds === 0
      ? 0
      : this.#secondsLeft(destination, reason, believedAfterSeconds);
    if (left <= 0) return { kind: "permanent", note };
    const passing = { ...note, status: note.status.replace(/^5/, "4") };
    return { kind: "unreached", note: passing, notBeforeSeconds: left };
  }

  /** It was reached, or something else was wrong. */
  forget(destination: string): void {
    this.#seen.delete(destination);
  }

  #secondsLeft(
    destination: string,
    reason: NoWayReason,
    afterSeconds: number,
  ): number {
    const nowMs = this.#clock.monotonic();
    const seen = this.#seen.get(destination);
    const isAgain = seen?.reason === reason &&
      nowMs - seen.lastMs < TOO_LONG_AGO_MS;
    const sinceMs = isAgain ? seen.sinceMs : nowMs;
    this.#remember(destination, { reason, sinceMs, lastMs: nowMs });
    return afterSeconds - (nowMs - sinceMs) / 1000;
  }

  /** The oldest go first when there are too many. */
  #remember(destination: string, seen: Seen): void {
    this.#seen.delete(destination);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size < MAX_REMEMBERED) break;
      this.#seen.delete(oldest);
    }
    this.#seen.set(destination, seen);
  }
}
