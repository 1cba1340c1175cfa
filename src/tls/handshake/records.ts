/**
 * Records of TLS 1.3 (RFC 8446 §5), sealed by AES-128-GCM once there are keys.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { concat } from "../../base/octets.ts";
import { bigEndian } from "./octet_reader.ts";

// RFC 8446 §5.1
export const RECORD = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;

const CIPHER = "aes-128-gcm";
const TAG_OCTETS = 16;
const MAX_PLAIN_OCTETS = 16_384; // RFC 8446 §5.1
const MAX_SEALED_OCTETS = MAX_PLAIN_OCTETS + 256; // RFC 8446 §5.2
const HEADER_OCTETS = 5;

export interface TlsRecord {
  readonly type: number;
  readonly content: Uint8Array;
}

export interface RecordKey {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** What is sent in clear. */
export function plainRecord(
  type: number,
  content: Uint8Array,
): Uint8Array {
  return concat([header(type, content.length), content]);
}

/** One direction, under one key. */
export class SealedRecords {
  readonly #key: RecordKey;
  #number = 0;

  constructor(key: RecordKey) {
    this.#key = key;
  }

  seal({ type, content }: TlsRecord): Uint8Array {
    const size = content.length + 1 + TAG_OCTETS;
    const head = header(RECORD.applicationData, size);
    const cipher = createCipheriv(CIPHER, this.#key.key, this.#nonce());
    cipher.setAAD(head);
    const sealed = cipher.update(concat([content, Uint8Array.of(type)]));
    cipher.final();
    return concat([head, sealed, cipher.getAuthTag()]);
  }

  /** @throws {SyntaxError} when it was not sealed by this key */
  open(sealed: Uint8Array): TlsRecord {
    const size = sealed.length - TAG_OCTETS;
    if (size < 1) throw new SyntaxError("The record is too short");
    const plain = this.#opened(sealed, size);
    let end = plain.length; // behind it are zeros (RFC 8446 §5.4)
    while (end > 0 && plain[end - 1] === 0) end--;
    const type = plain[end - 1];
    if (type === undefined) throw new SyntaxError("The record has no type");
    return { type, content: plain.subarray(0, end - 1) };
  }

  #opened(sealed: Uint8Array, size: number): Uint8Array {
    const cipher = createDecipheriv(CIPHER, this.#key.key, this.#nonce());
    cipher.setAAD(header(RECORD.applicationData, sealed.length));
    cipher.setAuthTag(sealed.subarray(size));
    try {
      const plain = cipher.update(sealed.subarray(0, size));
      cipher.final();
      return new Uint8Array(plain);
    } catch (error) {
      throw new SyntaxError("The record cannot be opened", { cause: error });
    }
  }

  /** RFC 8446 §5.3 */
  #nonce(): Uint8Array {
    const nonce = this.#key.iv.slice();
    const number = new DataView(new ArrayBuffer(8));
    number.setBigUint64(0, BigInt(this.#number++));
    for (let at = 0; at < 8; at++) {
      nonce[nonce.length - 8 + at]! ^= number.getUint8(at);
    }
    return nonce;
  }
}

/** Octets in, records out as they were sent: it holds no more than one. */
export class RecordReceiver {
  #buffer: Uint8Array = new Uint8Array();

  push(octets: Uint8Array): void {
    this.#buffer = concat([this.#buffer, octets]);
  }

  /** @returns undefined until more octets are pushed. @throws {SyntaxError} when it is too long */
  next(): TlsRecord | undefined {
    const [type, , , high = 0, low = 0] = this.#buffer;
    if (type === undefined || this.#buffer.length < HEADER_OCTETS) {
      return undefined;
    }
    const size = high * 256 + low;
    if (size > MAX_SEALED_OCTETS) {
      throw new SyntaxError("The record is too long");
    }
    const end = HEADER_OCTETS + size;
    if (this.#buffer.length < end) return undefined;
    const content = this.#buffer.slice(HEADER_OCTETS, end);
    this.#buffer = this.#buffer.slice(end);
    return { type, content };
  }
}

function header(type: number, size: number): Uint8Array {
  return concat([Uint8Array.of(type, 3, 3), bigEndian(2, size)]);
}
