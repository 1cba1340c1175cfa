/**
 * A collection of named values in memory, as it is in the store: read once, kept
 * current, changed in the store first.
 *
 * @module
 */
import { type GenericSchema, safeParse } from "valibot";
import { Refusal } from "../base/refusal.ts";
import type { StoreListener } from "./events.ts";
import type { RecordChange, RecordStore, StoredRecord } from "./records.ts";

export interface RecordSetParts<T> {
  readonly store: {
    readonly records: RecordStore;
    onEvent(listener: StoreListener): () => void;
  };
  readonly collection: string;
  /** What a value has to be: others may have written it, or an older program. */
  readonly schema: GenericSchema<unknown, T>;
  /** Told of a key whose value is not; it is left alone and out. */
  onUnreadable(key: string): void;
  reportBug(error: unknown): void;
}

export class RecordSet<T> {
  readonly #parts: RecordSetParts<T>;
  readonly #listeners = new Set<() => void>();
  readonly #values = new Map<string, T>();
  /** Changes that have been seen. */
  #seen = 0;
  #end: () => void = () => {};

  private constructor(parts: RecordSetParts<T>) {
    this.#parts = parts;
  }

  static async open<T>(parts: RecordSetParts<T>): Promise<RecordSet<T>> {
    const set = new RecordSet(parts);
    set.#end = parts.store.onEvent((event) => {
      if (event.kind === "records") set.#follow(event.change);
      else if (event.kind === "missed") void set.#lookAgain();
    });
    await set.#look();
    return set;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  /** As it is now, and will be. */
  get values(): ReadonlyMap<string, T> {
    return this.#values;
  }

  /** All or nothing; durable, and to be seen here, when this resolves. */
  async change(
    { put = [], remove = [] }: {
      readonly put?: Iterable<readonly [key: string, value: T]>;
      readonly remove?: Iterable<string>;
    },
  ): Promise<void> {
    const { store, collection } = this.#parts;
    const records = Array.from(
      put,
      ([key, value]) => ({ key, value: JSON.stringify(value) }),
    );
    const keys = [...remove];
    if (records.length === 0 && keys.length === 0) return;
    await store.records.change({ collection, put: records, remove: keys });
  }

  put(key: string, value: T): Promise<void> {
    return this.change({ put: [[key, value]] });
  }

  remove(key: string): Promise<void> {
    return this.change({ remove: [key] });
  }

  /** After each change, whoever made it. May not throw. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#end();
    this.#listeners.clear();
  }

  #follow({ collection, put = [], remove = [] }: RecordChange): void {
    if (collection !== this.#parts.collection) return;
    this.#seen++;
    for (const key of remove) this.#values.delete(key);
    for (const record of put) this.#take(record);
    this.#tell();
  }

  async #lookAgain(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      // the store tells of its own faults; what was known stays known
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    }
  }

  async #look(): Promise<void> {
    const { store, collection } = this.#parts;
    let stored: readonly StoredRecord[];
    let seen: number;
    do { // what was read may be older than what was told meanwhile
      seen = this.#seen;
      stored = await store.records.load(collection);
    } while (seen !== this.#seen);
    this.#values.clear();
    for (const record of stored) this.#take(record);
    this.#tell();
  }

  #take({ key, value }: StoredRecord): void {
    const parsed = parseRecord(this.#parts.schema, value);
    if (parsed) {
      this.#values.set(key, parsed.value);
    } else {
      this.#values.delete(key);
      this.#parts.onUnreadable(key);
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Undefined if the text is not JSON, or its value not of this shape. */
export function parseRecord<T>(
  schema: GenericSchema<unknown, T>,
  text: string,
): { readonly value: T } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, output } = safeParse(schema, value);
  return success ? { value: output } : undefined;
}
