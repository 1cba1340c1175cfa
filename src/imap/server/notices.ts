/**
 * What a client has not been told yet about its selected mailbox: changes are
 * merged here until a command or IDLE may announce them.
 *
 * @module
 */
import type { FlagState, MailboxChange } from "../../mail/mailbox.ts";
import type { Uid } from "../../base/ids.ts";

/** What one change, or many at once, did. */
export type MergeableChange = Pick<MailboxChange, "expunged"> & {
  /** New messages and new flags; which is which the UID tells. */
  readonly changed: readonly FlagState[];
};

export class Notices {
  /** New messages, ascending. */
  readonly appended: Uid[] = [];
  /** Messages the client still counts. */
  readonly expunged = new Set<Uid>();
  readonly flags = new Map<Uid, FlagState>();

  get empty(): boolean {
    return this.appended.length === 0 && !this.needsNumbers;
  }

  /** Whether announcing them takes sequence numbers. */
  get needsNumbers(): boolean {
    return this.expunged.size > 0 || this.flags.size > 0;
  }

  /** @param uidNext Messages from this UID on are new to the client. */
  merge({ changed, expunged }: MergeableChange, uidNext: number): void {
    for (const state of changed) {
      if (state.uid < uidNext) {
        if (!this.expunged.has(state.uid)) this.flags.set(state.uid, state);
      } else if (state.uid > (this.appended.at(-1) ?? 0)) {
        this.appended.push(state.uid);
      }
    }
    for (const uid of expunged) {
      if (uid < uidNext) {
        this.expunged.add(uid);
        this.flags.delete(uid);
      } else {
        const at = this.appended.indexOf(uid);
        if (at >= 0) this.appended.splice(at, 1);
      }
    }
  }

  /** Forgets flags the client has been told by a command's own response. */
  settle({ uid, modSeq }: FlagState): void {
    const pending = this.flags.get(uid);
    if (pending && pending.modSeq <= modSeq) this.flags.delete(uid);
  }
}
