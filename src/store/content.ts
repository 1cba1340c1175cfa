/**
 * The octets of a message on their way into the store.
 *
 * Small ones travel to the writer in memory; larger ones are streamed to a
 * staging file, made durable, and only named to the writer.
 *
 * @module
 */
export type Content =
  | { readonly kind: "inline"; readonly octets: Uint8Array }
  | {
    readonly kind: "staged";
    readonly name: string;
    readonly sizeOctets: number;
    /** Keyed hash, so that equal content is stored once. */
    readonly digest?: Uint8Array;
  };

/** One message being received. Not yet visible to anybody. */
export interface Staging {
  readonly sizeOctets: number;
  /** @throws {Refusal} `storage_full` */
  write(octets: Uint8Array): Promise<void>;
  /** Makes the content durable; it still belongs to nobody. */
  finish(): Promise<Content>;
  /** Forgets what was written. Safe at any time, also after finish(). */
  discard(): Promise<void>;
}

export interface ContentStaging {
  stage(): Staging;
  /** @throws {Refusal} `storage_full` below the low-water mark, or when `sizeOctets` would not fit twice. */
  checkSpace(sizeOctets?: number): Promise<void>;
}
