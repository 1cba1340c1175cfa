/** The settings table in memory, for tests: the rules of the real one without its durability. @module */
import type { SettingStore, StoredSettings } from "../../src/store/settings.ts";

export class MemorySettings
  implements Pick<SettingStore, "all" | "set" | "reset" | "change"> {
  constructor(readonly table = new Map<string, string>()) {}

  all(): Promise<StoredSettings> {
    return Promise.resolve({
      values: new Map(this.table),
      revision: this.#revision(),
    });
  }

  set(name: string, value: string, revision?: string): Promise<boolean> {
    return this.change(new Map([[name, value]]), revision);
  }

  reset(name: string, revision?: string): Promise<boolean> {
    return this.change(new Map([[name, undefined]]), revision);
  }

  change(
    values: ReadonlyMap<string, string | undefined>,
    revision?: string,
  ): Promise<boolean> {
    const isAllowed = revision === undefined || revision === this.#revision();
    if (!isAllowed) return Promise.resolve(false);
    for (const [name, value] of values) {
      if (value === undefined) this.table.delete(name);
      else this.table.set(name, value);
    }
    return Promise.resolve(true);
  }

  #revision(): string {
    return JSON.stringify([...this.table].sort());
  }
}
