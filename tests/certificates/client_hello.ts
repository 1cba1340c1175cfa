/** What TLS clients say first, as octets. @module */
import { concat, utf8 } from "../../src/base/octets.ts";
import { bigEndian, vector } from "../../src/tls/handshake/octet_reader.ts";

export interface HelloWishes {
  /** "": none is named. */
  readonly serverName?: string;
  readonly protocols?: readonly string[];
  readonly versions?: readonly number[];
  readonly ciphers?: readonly number[];
  readonly signatures?: readonly number[];
  readonly groups?: readonly number[];
  readonly shares?: readonly { group: number; key: Uint8Array }[];
  /** Of an extension that means nothing. */
  readonly padding?: number;
}

const numbers = (of: readonly number[]) =>
  concat(of.map((one) => bigEndian(2, one)));
const extension = (type: number, ...parts: readonly Uint8Array[]) =>
  concat([bigEndian(2, type), vector(2, ...parts)]);

/** The message, without a record around it. */
export function clientHello(
  {
    serverName = "chat.example",
    protocols = ["acme-tls/1"],
    versions = [0x0304],
    ciphers = [0x1301],
    signatures = [0x0403],
    groups = [0x001d],
    shares = [{
      group: 0x001d,
      key: crypto.getRandomValues(new Uint8Array(32)),
    }],
    padding = 0,
  }: HelloWishes = {},
): Uint8Array {
  const isNamed = serverName !== "";
  const extensions = [
    ...isNamed
      ? [extension(
        0,
        vector(2, Uint8Array.of(0), vector(2, utf8(serverName))),
      )]
      : [],
    ...protocols.length > 0
      ? [extension(
        16,
        vector(2, ...protocols.map((one) => vector(1, utf8(one)))),
      )]
      : [],
    extension(10, vector(2, numbers(groups))),
    extension(13, vector(2, numbers(signatures))),
    extension(43, vector(1, numbers(versions))),
    extension(
      51,
      vector(
        2,
        ...shares.map(({ group, key }) =>
          concat([bigEndian(2, group), vector(2, key)])
        ),
      ),
    ),
    ...padding > 0 ? [extension(21, new Uint8Array(padding))] : [],
  ];
  const body = concat([
    bigEndian(2, 0x0303),
    crypto.getRandomValues(new Uint8Array(32)),
    vector(1, new Uint8Array(32)),
    vector(2, numbers(ciphers)),
    vector(1, Uint8Array.of(0)),
    vector(2, ...extensions),
  ]);
  return concat([Uint8Array.of(1), vector(3, body)]);
}

/** In records of so many octets. */
export function inRecords(message: Uint8Array, size = 16_384): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += size) {
    records.push(
      concat([
        Uint8Array.of(22, 3, 1),
        vector(2, message.subarray(at, at + size)),
      ]),
    );
  }
  return concat(records);
}
