/**
 * Domains that have signed mail to us lately: mail of theirs without a signature
 * is not theirs.
 *
 * @module
 */
import * as v from "valibot";
import { Refusal } from "../../base/refusal.ts";
import type { RecordSet } from "../../store/record_set.ts";

/** In seconds of the store's clock. */
export const SIGNER = v.object({
  firstAt: v.number(),
  /** To the day: not each message is a write. */
  lastAt: v.number(),
});
export type Signer = v.InferOutput<typeof SIGNER>;
export const SIGNERS = "signers";

const DAY_SECONDS = 86_400;
const KNOWN_SECONDS = 30 * DAY_SECONDS;
const MAX_SIGNERS = 20_000;
/** Go at once when there are too many. */
const FORGOTTEN_AT_ONCE = 200;

export interface KnownSignersParts {
  readonly records: Pick<RecordSet<Signer>, "values" | "get" | "change">;
  /** Of the store's clock. */
  livedSeconds(): number;
  reportBug(error: unknown): void;
}

export class KnownSigners {
  readonly #parts: KnownSignersParts;
  /** Being written. */
  readonly #noting = new Set<string>();

  constructor(parts: KnownSignersParts) {
    this.#parts = parts;
  }

  /** It has signed mail within thirty days. */
  isKnown(domain: string): boolean {
    const signer = this.#parts.records.get(domain);
    return signer !== undefined && this.#age(signer.lastAt) <= KNOWN_SECONDS;
  }

  /** It has signed mail for a day or longer. */
  isOld(domain: string): boolean {
    const signer = this.#parts.records.get(domain);
    return this.isKnown(domain) && signer !== undefined &&
      this.#age(signer.firstAt) >= DAY_SECONDS;
  }

  /** It has signed a message that somebody here got. */
  note(domain: string): void {
    const signer = this.#parts.records.get(domain);
    const isFresh = signer && this.#age(signer.lastAt) < DAY_SECONDS;
    if (isFresh || this.#noting.has(domain)) return;
    this.#noting.add(domain);
    const lastAt = this.#parts.livedSeconds();
    const firstAt = this.isKnown(domain) && signer ? signer.firstAt : lastAt;
    void this.#write(domain, { firstAt, lastAt });
  }

  async #write(domain: string, signer: Signer): Promise<void> {
    const { records, reportBug } = this.#parts;
    try {
      await records.change({
        put: [[domain, signer]],
        remove: this.#surplus(),
      });
    } catch (error) {
      // the store tells of its own faults; the next message tries again
      if (!(error instanceof Refusal)) reportBug(error);
    } finally {
      this.#noting.delete(domain);
    }
  }

  /** Those that were heard of least lately, if there are too many. */
  #surplus(): string[] {
    const { values } = this.#parts.records;
    if (values.size < MAX_SIGNERS) return [];
    return [...values].toSorted(([, a], [, b]) => a.lastAt - b.lastAt)
      .slice(0, FORGOTTEN_AT_ONCE).map(([domain]) => domain);
  }

  #age(at: number): number {
    return this.#parts.livedSeconds() - at;
  }
}
