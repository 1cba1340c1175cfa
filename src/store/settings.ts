/** Rows of the settings table: what an admin changed at run time. @module */
export interface SettingStore {
  /** All rows at once; there are some dozens. */
  all(): Promise<ReadonlyMap<string, string>>;
  set(name: string, value: string): Promise<void>;
  reset(name: string): Promise<void>;
  /** Server secrets: made on first use, 32 random octets each. */
  secret(name: string): Promise<Uint8Array>;
}
