/** The settings table in memory, for tests: the rules of the real one without its durability. @module */
import type { SettingStore, StoredSettings } from "../../src/store/settings.ts";

export class MemorySettings
  implements Pick<SettingStore, "all" | "set" | "reset"> {
  constructor(readonly table = new Map<string, string>()) {}

  all(): Promise<StoredSettings> {
    return Promise.resolve({
      values: new Map(this.table),
      revision: this.#revision(),
    });
  }

  set(name: string, value: string, revision?: string): Promise<boolean> {
    return this.#change(revision, () => this.table.set(name, value));
  }

  reset(name: string, revision?: string): Promise<boolean> {
    return this.#change(revision, () => this.table.delete(name));
  }

  #change(revision: string | undefined, work: () => void): Promise<boolean> {
    const isAllowed = revision === undefined || revision === this.#revision();
    if (isAllowed) work();
    return Promise.resolve(isAllowed);
  }

  #revision(): string {
    return JSON.stringify([...this.table].sort());
  }
}
