/**
 * The octets of a message on their way into the store.
 *
 * Small ones travel in memory with the write that refers to them; larger ones
 * are streamed to where the engine keeps such, made durable, and only named.
 *
 * @module
 */
export type Content =
  | { readonly kind: "inline"; readonly octets: Uint8Array }
  | {
    readonly kind: "staged";
    /** Known to the store that gave it, and to nobody else. */
    readonly name: string;
    readonly sizeOctets: number;
    /** Keyed hash, so that equal content is stored once. */
    readonly digest?: Uint8Array;
  };

/** One message being received. Not yet visible to anybody. */
export interface Staging {
  readonly sizeOctets: number;
  /**
   * @param isGiven Nobody changes the array any more, so that it need not be copied.
   * @throws {Refusal} `storage_full`
   */
  write(octets: Uint8Array, isGiven?: boolean): Promise<void>;
  /** Makes the content durable; it still belongs to nobody. */
  finish(): Promise<Content>;
  /** Forgets what was written. Safe at any time, also after finish(). */
  discard(): Promise<void>;
}

export interface ContentStaging {
  stage(): Staging;
  /**
   * Whether there is room where this engine keeps mail.
   *
   * @throws {Refusal} `storage_full` when there is too little, or too little for so many octets
   */
  checkSpace(sizeOctets?: number): Promise<void>;
}
