/**
 * The first message of TLS (RFC 8446 §4.1.2), which says in clear what a client
 * wants: also of those whose handshake somebody else makes.
 *
 * What cannot be read is no ClientHello; nothing here says why, since whoever
 * serves TLS then answers as it does.
 *
 * @module
 */
import { GatheredOctets } from "../../base/gathered_octets.ts";
import { latin1 } from "../../base/octets.ts";
import { OctetReader } from "./octet_reader.ts";

export interface KeyShare {
  readonly group: number;
  readonly key: Uint8Array;
}

export interface ClientHello {
  /** The whole message, of which the handshake makes its transcript. */
  readonly message: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly ciphers: readonly number[];
  /** In lower case; undefined: it says none (RFC 6066 §3). */
  readonly serverName: string | undefined;
  /** In the order of its preference (RFC 7301 §3.1). */
  readonly protocols: readonly string[];
  readonly versions: readonly number[];
  readonly groups: readonly number[];
  readonly signatures: readonly number[];
  readonly keyShares: readonly KeyShare[];
}

// RFC 8446 §4.2 and those it names
const EXTENSION = {
  serverName: 0,
  groups: 10,
  signatures: 13,
  protocols: 16,
  versions: 43,
  keyShares: 51,
} as const;

const CLIENT_HELLO = 1; // RFC 8446 §4
const HOST_NAME = 0; // RFC 6066 §3
const MAX_NAME_OCTETS = 255;

/**
 * @param message With its header of four octets.
 * @throws {SyntaxError} when it is none
 */
export function parseClientHello(message: Uint8Array): ClientHello {
  const whole = new OctetReader(message);
  if (whole.number(1) !== CLIENT_HELLO) {
    throw new SyntaxError("It is no ClientHello");
  }
  const hello = new OctetReader(whole.vector(3));
  hello.take(2 + 32); // the version of old, and the random number
  const sessionId = hello.vector(1);
  if (sessionId.length > 32) throw new SyntaxError("The session is too long");
  const ciphers = hello.numbers(2);
  hello.vector(1); // methods of compression
  const extensions = readExtensions(hello);
  if (hello.left > 0) throw new SyntaxError("Something is behind it");
  const numbers = (type: number, size: 1 | 2) => {
    const octets = extensions.get(type);
    return octets ? only(octets, (reader) => reader.numbers(size)) : [];
  };
  return {
    message,
    sessionId,
    ciphers,
    serverName: serverName(extensions.get(EXTENSION.serverName)),
    protocols: protocols(extensions.get(EXTENSION.protocols)),
    versions: numbers(EXTENSION.versions, 1),
    groups: numbers(EXTENSION.groups, 2),
    signatures: numbers(EXTENSION.signatures, 2),
    keyShares: keyShares(extensions.get(EXTENSION.keyShares)),
  };
}

function readExtensions(hello: OctetReader): Map<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  if (hello.left === 0) return extensions;
  const list = new OctetReader(hello.vector(2));
  while (list.left > 0) {
    const type = list.number(2);
    // RFC 8446 §4.2
    if (extensions.has(type)) {
      throw new SyntaxError("An extension is there twice");
    }
    extensions.set(type, list.vector(2));
  }
  return extensions;
}

function only<T>(octets: Uint8Array, read: (reader: OctetReader) => T): T {
  const reader = new OctetReader(octets);
  const value = read(reader);
  if (reader.left > 0) throw new SyntaxError("Something is behind a list");
  return value;
}

/** Octets behind their length, of which there is a list. */
function vectors(octets: Uint8Array, size: 1 | 2): Uint8Array[] {
  const list = new OctetReader(only(octets, (reader) => reader.vector(2)));
  const found: Uint8Array[] = [];
  while (list.left > 0) found.push(list.vector(size));
  return found;
}

function serverName(octets: Uint8Array | undefined): string | undefined {
  if (!octets) return undefined;
  const list = new OctetReader(only(octets, (reader) => reader.vector(2)));
  let found: string | undefined;
  while (list.left > 0) {
    const type = list.number(1);
    const name = list.vector(2);
    if (type !== HOST_NAME) continue;
    if (found !== undefined || name.length > MAX_NAME_OCTETS) {
      throw new SyntaxError("The name of the server cannot be one");
    }
    found = latin1(name).toLowerCase();
  }
  return found;
}

function protocols(octets: Uint8Array | undefined): string[] {
  return octets ? vectors(octets, 1).map(latin1) : [];
}

function keyShares(octets: Uint8Array | undefined): KeyShare[] {
  if (!octets) return [];
  const list = new OctetReader(only(octets, (reader) => reader.vector(2)));
  const shares: KeyShare[] = [];
  while (list.left > 0) {
    shares.push({ group: list.number(2), key: list.vector(2) });
  }
  return shares;
}

const HANDSHAKE = 22; // RFC 8446 §5.1
const RECORD_HEADER_OCTETS = 5;
const MESSAGE_HEADER_OCTETS = 4;
/** With what records add: it is also what one of them holds (RFC 8446 §5.1). */
const MAX_OCTETS = 16_384;

export interface ReceivedHello {
  readonly hello: ClientHello;
  readonly rest: Uint8Array;
}

/**
 * Octets in, a ClientHello out, in however many records and pieces it comes. It
 * holds no more than one message, and looks at each octet once.
 */
export class ClientHelloReceiver {
  readonly #header = new Uint8Array(RECORD_HEADER_OCTETS);
  #headerOctets = 0;
  #recordLeft = 0;
  readonly #message = new GatheredOctets();
  #seen = 0; // of the connection
  #size: number | undefined;

  /**
   * The next octets of the connection.
   *
   * @returns The message, and what came behind it; undefined: more is needed.
   * @throws {SyntaxError} when it is no ClientHello; that is final
   */
  push(octets: Uint8Array): ReceivedHello | undefined {
    let left = octets;
    this.#seen += octets.length;
    while (left.length > 0) {
      if (this.#recordLeft === 0) {
        left = this.#takeHeader(left);
        continue;
      }
      const part = left.subarray(0, this.#recordLeft);
      left = left.subarray(part.length);
      this.#recordLeft -= part.length;
      const message = this.#take(part);
      if (!message) continue;
      if (this.#seen - left.length > MAX_OCTETS) break;
      return { hello: parseClientHello(message), rest: left };
    }
    if (this.#seen > MAX_OCTETS) throw new SyntaxError("It is too long");
    return undefined;
  }

  #takeHeader(octets: Uint8Array): Uint8Array {
    const part = octets.subarray(0, RECORD_HEADER_OCTETS - this.#headerOctets);
    this.#header.set(part, this.#headerOctets);
    this.#headerOctets += part.length;
    if (this.#header[0] !== HANDSHAKE) throw new SyntaxError("It is no TLS");
    if (this.#headerOctets < RECORD_HEADER_OCTETS) {
      return octets.subarray(part.length);
    }
    const reader = new OctetReader(this.#header.slice());
    reader.take(1);
    const isTls = reader.number(1) === 3; // any minor version (RFC 8446 §5.1)
    reader.take(1);
    this.#recordLeft = reader.number(2);
    this.#headerOctets = 0;
    if (!isTls || this.#recordLeft === 0) throw new SyntaxError("It is no TLS");
    if (this.#recordLeft > MAX_OCTETS) {
      throw new SyntaxError("The record is too long");
    }
    return octets.subarray(part.length);
  }

  /** The message, once it is whole. */
  #take(part: Uint8Array): Uint8Array | undefined {
    const message = this.#message;
    message.add(part);
    if (this.#size === undefined) {
      if (message.size < MESSAGE_HEADER_OCTETS) return undefined;
      const reader = new OctetReader(message.octets);
      if (reader.number(1) !== CLIENT_HELLO) {
        throw new SyntaxError("It is no ClientHello");
      }
      this.#size = MESSAGE_HEADER_OCTETS + reader.number(3);
      if (this.#size > MAX_OCTETS) {
        throw new SyntaxError("The message is too long");
      }
    }
    if (message.size < this.#size) return undefined;
    // RFC 8446 §5.1: nothing is behind it before the server has answered
    if (message.size > this.#size || this.#recordLeft > 0) {
      throw new SyntaxError("Something is behind the message");
    }
    return message.octets;
  }
}
