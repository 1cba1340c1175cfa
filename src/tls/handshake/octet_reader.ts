/**
 * Reads the vectors of TLS (RFC 8446 §3.4): numbers of a fixed size, and octets
 * behind their length.
 *
 * @module
 */
export class OctetReader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get left(): number {
    return this.#octets.length - this.#at;
  }

  /** @throws {SyntaxError} when there are not so many */
  take(count: number): Uint8Array {
    if (count > this.left) throw new SyntaxError("The message is cut off");
    this.#at += count;
    return this.#octets.subarray(this.#at - count, this.#at);
  }

  /** @param size Octets that it has. @throws {SyntaxError} */
  number(size: 1 | 2 | 3): number {
    return this.take(size).reduce((sum, octet) => sum * 256 + octet, 0);
  }

  /** What is behind a length of this size. @throws {SyntaxError} */
  vector(size: 1 | 2 | 3): Uint8Array {
    return this.take(this.number(size));
  }

  /** Numbers of two octets, as groups and ciphers are. @throws {SyntaxError} */
  numbers(size: 1 | 2): number[] {
    const list = new OctetReader(this.vector(size));
    const numbers: number[] = [];
    while (list.left > 0) numbers.push(list.number(2));
    return numbers;
  }
}

/** A length of this size, and the octets behind it. */
export function vector(
  size: 1 | 2 | 3,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const octets = new Uint8Array(size + length);
  octets.set(bigEndian(size, length));
  let at = size;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return octets;
}

export function bigEndian(size: 1 | 2 | 3, number: number): Uint8Array {
  return Uint8Array.from(
    { length: size },
    (_, at) => (number >>> (8 * (size - 1 - at))) & 0xff,
  );
}
