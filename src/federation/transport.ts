/**
 * What brings queued mail to other relays, as the runner of the queue sees it.
 *
 * @module
 */
import type { DeliveryNote, LeasedUnit } from "../store/queue.ts";
import type { Channel } from "./policy/rules.ts";
import type { Verdict } from "./verdicts/verdict.ts";

export type Attempt =
  | {
    readonly kind: "answered";
    /** By the recipient's number; of each one. */
    readonly verdicts: ReadonlyMap<number, Verdict>;
  }
  /** Nobody could be asked: this is about the destination, not the message. */
  | {
    readonly kind: "unreached";
    readonly note: DeliveryNote;
    readonly notBeforeSeconds?: number;
  }
  /** We cannot read what is to be sent. */
  | { readonly kind: "unreadable"; readonly note: DeliveryNote };

export interface Transport {
  /** Begins what can be done for a unit before its attempt. Never throws. */
  prepare?(unit: LeasedUnit): void;

  /**
   * Tries all ways there that are allowed, in their order.
   *
   * @param channels At least one.
   * @param signal When it says so, the attempt ends soon, whatever the peer does.
   */
  deliver(
    unit: LeasedUnit,
    channels: readonly Channel[],
    signal: AbortSignal,
  ): Promise<Attempt>;
}
