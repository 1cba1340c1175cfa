/** Randomness as an argument, so that tests can repeat themselves. @module */

/** So many unpredictable octets, each array a new one. */
export type Random = (count: number) => Uint8Array<ArrayBuffer>;

/** The system's generator. */
export function systemRandom(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
