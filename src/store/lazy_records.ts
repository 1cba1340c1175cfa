/**
 * Small facts that change often: kept in memory, and written now and then in one
 * change. A crash loses what came since.
 *
 * @module
 */
import { RecordSet, type RecordSetParts } from "./record_set.ts";

export class LazyRecords<T> {
  readonly #stored: RecordSet<T>;
  /** Not written yet. */
  #fresh = new Map<string, T>();

  private constructor(stored: RecordSet<T>) {
    this.#stored = stored;
  }

  /** What cannot be read begins anew. */
  static async open<T>(
    parts: Omit<RecordSetParts<T>, "onUnreadable">,
  ): Promise<LazyRecords<T>> {
    return new LazyRecords(
      await RecordSet.open({ ...parts, onUnreadable: () => {} }),
    );
  }

  get(key: string): T | undefined {
    return this.#fresh.get(key) ?? this.#stored.get(key);
  }

  put(key: string, value: T): void {
    this.#fresh.set(key, value);
  }

  /** @param exists Of others all is forgotten. @throws {Refusal} if the store takes nothing */
  async write(exists: (key: string) => boolean): Promise<void> {
    const fresh = this.#fresh;
    const remove = [...this.#stored.values.keys()]
      .filter((key) => !exists(key));
    const put = [...fresh].filter(([key]) => exists(key));
    this.#fresh = new Map();
    try {
      await this.#stored.change({ put, remove });
    } catch (error) {
      this.#fresh = new Map([...fresh, ...this.#fresh]);
      throw error;
    }
  }

  async forget(key: string): Promise<void> {
    this.#fresh.delete(key);
    if (this.#stored.get(key)) await this.#stored.remove(key);
  }

  close(): void {
    this.#stored.close();
  }
}
