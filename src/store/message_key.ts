/** Messages that come again. @module */

/** By what a message is recognised when it comes again. */
export interface MessageKey {
  /** Of a hash: 16 are enough. */
  readonly octets: Uint8Array;
  /** `recipient`: each has had it or not, whoever else is named beside. */
  readonly of: "message" | "recipient";
  /** How long it is remembered, of time that is lived through. */
  readonly seconds: number;
}
