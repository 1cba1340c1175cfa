/**
 * Mail that exchangers come to fetch. It is leased to who asks for it, and has
 * arrived only when that is acknowledged: else it is there again for the next
 * one who asks.
 *
 * @module
 */
import type { Clock, Timers } from "../../../base/clock.ts";
import type { StoreListener } from "../../../store/events.ts";
import type {
  Claim,
  DeliveryNote,
  LeasedUnit,
  QueueStore,
  RecipientOutcome,
} from "../../../store/queue.ts";
import type { FederationPolicy } from "../../policy/policy.ts";
import { Alarm } from "../../queue/alarm.ts";
import type { Exchanger } from "../exchanger.ts";
import type { Exchangers } from "../exchangers.ts";
import { parseUnitId, unitId } from "./unit_id.ts";

/** A message as it leaves. */
export interface ServedContent {
  readonly sizeOctets: number;
  content(): AsyncIterable<Uint8Array>;
}

export type PreparedContent =
  | { readonly kind: "ready"; readonly outgoing: ServedContent }
  | { readonly kind: "unreadable" }
  /** It cannot leave now. */
  | { readonly kind: "wait" };

export interface ServedMailParts {
  readonly store: {
    readonly queue: Pick<QueueStore, "claim" | "settle">;
    onEvent(listener: StoreListener): () => void;
  };
  readonly exchangers: Pick<Exchangers, "count">;
  readonly clock: Clock;
  readonly timers: Timers;
  policy(): Pick<FederationPolicy, "enabled" | "look">;
  prepare(unit: LeasedUnit): Promise<PreparedContent>;
}

export interface PullRequest {
  /** Canonical; all may be fetched by who asks. */
  readonly domains: readonly string[];
  readonly max: number;
  /** Of contents; one message goes even if it has more. */
  readonly maxOctets: number;
  readonly waitMs: number;
  readonly recipientsPerMessage: number;
}

export interface ServedMessage extends ServedContent {
  readonly id: string;
  readonly destination: string;
  /** Empty is the null reverse-path. */
  readonly reversePath: string;
  readonly recipients: readonly string[];
  /** Seconds since 1970 UTC. */
  readonly queuedAt: number;
}

export interface Served {
  readonly messages: readonly ServedMessage[];
  /** There may be more now. */
  readonly more: boolean;
}

export interface Rejection {
  readonly id: string;
  /** A reply code: from 500 it is for good. */
  readonly code: number;
  readonly text: string;
}

export interface Acknowledged {
  readonly acked: number;
  readonly unknown: number;
}

export const LEASE_SECONDS = 300;
const CLAIMED_AT_ONCE = 20;
/** A busy queue tells of much that is not for this one. */
const LOOK_PAUSE_MS = 100;
const UNREADABLE: DeliveryNote = {
  status: "4.3.0",
  text: "the message cannot be read here",
};

export class ServedMail {
  readonly #parts: ServedMailParts;

  constructor(parts: ServedMailParts) {
    this.#parts = parts;
  }

  /**
   * Leases what waits; when there is nothing, waits for it.
   *
   * @throws {Refusal} if the store takes nothing
   */
  async pull(
    exchanger: Exchanger,
    request: PullRequest,
    signal: AbortSignal,
  ): Promise<Served> {
    const { store, clock, timers } = this.#parts;
    const alarm = new Alarm(timers);
    const ring = () => alarm.ring();
    const stop = store.onEvent(({ kind }) => {
      if (kind === "queue" || kind === "missed") ring();
    });
    signal.addEventListener("abort", ring);
    const endMs = clock.monotonic() + request.waitMs;
    try {
      for (;;) {
        alarm.set();
        const served = await this.#take(exchanger, request);
        const leftMs = endMs - clock.monotonic();
        if (served.messages.length > 0 || leftMs <= 0 || signal.aborted) {
          return served;
        }
        await alarm.wait(leftMs);
        if (!signal.aborted) await timers.sleep(LOOK_PAUSE_MS);
      }
    } finally {
      stop();
      signal.removeEventListener("abort", ring);
    }
  }

  /** Nobody has got these: they are there again at once. */
  async release(exchanger: Exchanger, messages: readonly ServedMessage[]) {
    await Promise.all(
      messages.map(({ id }) => this.#settle(exchanger, id, UNTRIED)),
    );
  }

  /** Safe to repeat. @throws {Refusal} if the store takes nothing */
  async acknowledge(
    exchanger: Exchanger,
    ids: readonly string[],
    rejected: readonly Rejection[],
  ): Promise<Acknowledged> {
    const settled = await Promise.all([
      ...ids.map((id) => this.#settle(exchanger, id, DELIVERED)),
      ...rejected.map((one) => this.#reject(exchanger, one)),
    ]);
    const delivered = settled.slice(0, ids.length).filter(Boolean).length;
    this.#parts.exchangers.count(exchanger.name, "served", delivered);
    const acked = settled.filter(Boolean).length;
    return { acked, unknown: settled.length - acked };
  }

  async #take(exchanger: Exchanger, request: PullRequest): Promise<Served> {
    const taking = new Taking(request);
    const destinations = this.#allowed(request.domains);
    while (destinations.length > 0 && taking.room > 0) {
      const units = await this.#parts.store.queue.claim(
        claimFor(exchanger, destinations, request, taking.room),
      );
      if (units.length === 0) break;
      for (const unit of units) {
        if (taking.isFull(unit)) taking.left.push(unit);
        else await this.#add(exchanger, unit, taking);
      }
      if (taking.left.length > 0) break;
    }
    await Promise.all(
      taking.left.map((unit) => this.#settle(exchanger, unitId(unit), UNTRIED)),
    );
    const more = taking.left.length > 0 || taking.room === 0;
    return { messages: taking.messages, more };
  }

  async #add(exchanger: Exchanger, unit: LeasedUnit, taking: Taking) {
    const prepared = await this.#parts.prepare(unit);
    switch (prepared.kind) {
      case "ready":
        return taking.add(unit, prepared.outgoing);
      case "unreadable":
        await this.#settle(exchanger, unitId(unit), HELD);
        return;
      case "wait": // until its lease has ended
        return;
    }
  }

  /** Rules count for each message anew. */
  #allowed(domains: readonly string[]): string[] {
    const policy = this.#parts.policy();
    return domains.filter((one) => policy.look(one).kind === "allowed");
  }

  /** One that is refused for now stays leased: so it does not come again at once. */
  async #reject(exchanger: Exchanger, one: Rejection): Promise<boolean> {
    if (one.code < 500) return parseUnitId(one.id) !== undefined;
    const note: DeliveryNote = {
      status: /^5\.[0-9]{1,3}\.[0-9]{1,3}(?= |$)/.exec(one.text)?.[0] ??
        "5.0.0",
      text: one.text,
      code: one.code,
      transport: "exchanger",
      host: exchanger.name,
    };
    return await this.#settle(exchanger, one.id, { kind: "failed", note });
  }

  /** Whether it was leased to this exchanger. */
  async #settle(
    { name }: Exchanger,
    id: string,
    outcome: RecipientOutcome,
  ): Promise<boolean> {
    const unit = parseUnitId(id);
    if (!unit) return false;
    const { message, destination, recipients } = unit;
    const settled = await this.#parts.store.queue.settle([{
      holder: holderOf(name),
      message,
      destination,
      recipients: recipients.map((n) => ({ n, outcome })),
    }]);
    return settled > 0;
  }
}

const DELIVERED: RecipientOutcome = { kind: "delivered" };
const UNTRIED: RecipientOutcome = { kind: "untried" };
const HELD: RecipientOutcome = { kind: "held", note: UNREADABLE };

/** What one answer will have. */
class Taking {
  readonly messages: ServedMessage[] = [];
  /** Claimed, and more than the answer may have. */
  readonly left: LeasedUnit[] = [];
  #octets = 0;

  constructor(readonly request: PullRequest) {}

  get room(): number {
    return this.request.max - this.messages.length;
  }

  isFull({ sizeOctets }: LeasedUnit): boolean {
    if (this.messages.length === 0) return false;
    return this.room <= 0 || this.left.length > 0 ||
      this.#octets + sizeOctets > this.request.maxOctets;
  }

  add(unit: LeasedUnit, outgoing: ServedContent): void {
    this.#octets += outgoing.sizeOctets;
    this.messages.push({
      ...outgoing,
      id: unitId(unit),
      destination: unit.destination,
      reversePath: unit.reversePath,
      recipients: unit.recipients.map(({ address }) => address),
      queuedAt: unit.queuedAt,
    });
  }
}

function claimFor(
  { name }: Exchanger,
  destinations: readonly string[],
  { recipientsPerMessage }: PullRequest,
  room: number,
): Claim {
  return {
    holder: holderOf(name),
    leaseSeconds: LEASE_SECONDS,
    units: Math.min(room, CLAIMED_AT_ONCE),
    recipientsPerUnit: recipientsPerMessage,
    of: { kind: "waiting", destinations },
  };
}

function holderOf(name: string): string {
  return `exchanger:${name}`;
}
