/** Rows of the settings table: what an admin changed at run time. @module */

/** The whole table as it was at one moment; there are some dozens of rows. */
export interface StoredSettings {
  readonly values: ReadonlyMap<string, string>;
  /** Another one whenever the table holds something else. */
  readonly revision: string;
}

export interface SettingStore {
  all(): Promise<StoredSettings>;
  /**
   * With a revision only if the table still is as it was there, so that what
   * was checked together is stored together. False: somebody was faster, and
   * nothing is stored.
   */
  set(name: string, value: string, revision?: string): Promise<boolean>;
  /** Removes the row, as `set` writes it. */
  reset(name: string, revision?: string): Promise<boolean>;
  /** Several rows, all or none, as `set` writes one; undefined removes. */
  change(
    values: ReadonlyMap<string, string | undefined>,
    revision?: string,
  ): Promise<boolean>;
  /** Server secrets: made on first use, 32 random octets each. */
  secret(name: string): Promise<Uint8Array>;
}
