/** COPY or MOVE of many messages, put together from bounded steps. @module */
import type { Uid, UidValidity } from "../../../base/ids.ts";
import type { Copied, UidRange } from "../../../mail/mailbox.ts";

export class CopySteps {
  readonly #sourceUids: Uid[] = [];
  readonly #targetSteps: (readonly Uid[])[] = [];
  #uidValidity: UidValidity | undefined;
  #left: readonly UidRange[];

  constructor(uids: readonly UidRange[]) {
    this.#left = uids;
  }

  get isBegun(): boolean {
    return this.#uidValidity !== undefined;
  }

  get hasMore(): boolean {
    return this.#left.length > 0;
  }

  /** UIDs in the target, by step. */
  get targetSteps(): readonly (readonly Uid[])[] {
    return this.#targetSteps;
  }

  /** Ranges for the next step. */
  get left(): readonly UidRange[] {
    return this.#left;
  }

  add(step: Copied & { readonly rest: readonly UidRange[] }): void {
    for (const uid of step.sourceUids) this.#sourceUids.push(uid);
    this.#targetSteps.push(step.targetUids);
    this.#uidValidity = step.uidValidity;
    this.#left = step.rest;
  }

  result(): Copied {
    return {
      uidValidity: this.#uidValidity!,
      sourceUids: this.#sourceUids,
      targetUids: this.#targetSteps.flat(),
    };
  }
}
