/** A store of records in memory, for who needs nothing else of a store. @module */
import type { StoreListener } from "../../src/store/events.ts";
import type { RecordSetParts } from "../../src/store/record_set.ts";
import type { RecordChange, StoredRecord } from "../../src/store/records.ts";

export function memoryRecords(): RecordSetParts<unknown>["store"] {
  const collections = new Map<string, Map<string, StoredRecord>>();
  const listeners = new Set<StoreListener>();
  function collection(name: string): Map<string, StoredRecord> {
    const found = collections.get(name) ?? new Map();
    collections.set(name, found);
    return found;
  }
  return {
    records: {
      load: (name) => Promise.resolve([...collection(name).values()]),
      async change(change: RecordChange) {
        await Promise.resolve();
        const rows = collection(change.collection);
        for (const key of change.remove ?? []) rows.delete(key);
        for (const record of change.put ?? []) rows.set(record.key, record);
        for (const listener of listeners) listener({ kind: "records", change });
      },
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
