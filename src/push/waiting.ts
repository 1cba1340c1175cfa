/**
 * Notifications that wait, as they outlive the process: by account and a hash of
 * the token, which the account has. What is sent at once is never written.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { integer, minValue, number, object, pipe } from "valibot";
import type { AccountId } from "../base/ids.ts";
import { parseRecord } from "../store/record_set.ts";
import type { RecordStore } from "../store/records.ts";

const WAITING_COLLECTION = "push_waiting";

/** Times in seconds since 1970 UTC. */
export interface WaitingRow {
  readonly account: AccountId;
  /** Of the message. */
  readonly since: number;
  readonly due: number;
  /** Attempts that failed. */
  readonly failed: number;
}

const count = pipe(number(), integer(), minValue(0));
const ROW = object({ account: count, since: count, due: count, failed: count });

export function waitingKey(account: AccountId, token: string): string {
  const hash = createHash("sha256").update(token).digest("base64url");
  return `${account}/${hash.slice(0, 22)}`;
}

/** As an earlier process left them; rows that cannot be read are forgotten. */
export async function loadWaiting(
  records: RecordStore,
): Promise<Map<string, WaitingRow>> {
  const rows = new Map<string, WaitingRow>();
  const remove: string[] = [];
  for (const { key, value } of await records.load(WAITING_COLLECTION)) {
    const parsed = parseRecord(ROW, value);
    if (parsed) rows.set(key, parsed.value as WaitingRow);
    else remove.push(key);
  }
  if (remove.length > 0) {
    await records.change({ collection: WAITING_COLLECTION, remove });
  }
  return rows;
}

/** Writes what changed, one write after the other, as much at once as there is. */
export class WaitingWriter {
  readonly #records: Pick<RecordStore, "change">;
  readonly #onFailure: (error: unknown) => void;
  #changes = new Map<string, WaitingRow | undefined>();
  readonly #stored = new Set<string>();
  #writing: Promise<void> | undefined;

  constructor(
    records: Pick<RecordStore, "change">,
    stored: Iterable<string>,
    onFailure: (error: unknown) => void,
  ) {
    this.#records = records;
    this.#onFailure = onFailure;
    for (const key of stored) this.#stored.add(key);
  }

  put(key: string, row: WaitingRow): void {
    this.#stored.add(key);
    this.#change(key, row);
  }

  /** Costs nothing where nothing was written. */
  remove(key: string): void {
    if (this.#stored.delete(key)) this.#change(key, undefined);
  }

  /** Resolves when all is written, or cannot be. */
  settled(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  /** Tries again what could not be written. */
  retry(): void {
    if (this.#changes.size > 0) this.#writing ??= this.#write();
  }

  #change(key: string, row: WaitingRow | undefined): void {
    this.#changes.set(key, row);
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    await Promise.resolve(); // what changes together is written together
    while (this.#changes.size > 0) {
      const changes = this.#changes;
      this.#changes = new Map();
      const all = [...changes];
      try {
        await this.#records.change({
          collection: WAITING_COLLECTION,
          put: all.flatMap(([key, row]) =>
            row ? [{ key, value: JSON.stringify(row) }] : []
          ),
          remove: all.flatMap(([key, row]) => row ? [] : [key]),
        });
      } catch (error) {
        this.#changes = new Map([...changes, ...this.#changes]);
        this.#onFailure(error);
        break;
      }
    }
    this.#writing = undefined;
  }
}
