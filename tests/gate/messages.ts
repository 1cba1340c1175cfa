/**
 * Makes messages for tests: PGP/MIME as Delta Chat sends it, from made-up packets.
 *
 * @module
 */
import { concat } from "../../src/base/octets.ts";

const encoder = new TextEncoder();

/** Text to octets, one each: `\xff` is the octet 0xff. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Octets that look encrypted and are the same in every run. */
export function noise(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

/** A packet with a new format header (RFC 9580 §4.2.1). */
export function packet(tag: number, body: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(0xc0 | tag), newLength(body.length), body]);
}

/** A packet with an old format header and a length of two octets (RFC 9580 §4.2.2). */
export function oldPacket(tag: number, body: Uint8Array): Uint8Array {
  const header = [0x80 | tag << 2 | 1, body.length >> 8, body.length & 0xff];
  return concat([Uint8Array.from(header), body]);
}

/** A packet in chunks of `2 ** power` octets and a rest (RFC 9580 §4.2.1.4). */
export function partialPacket(
  tag: number,
  body: Uint8Array,
  power: number,
): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0xc0 | tag)];
  let at = 0;
  for (; body.length - at >= 2 ** power; at += 2 ** power) {
    parts.push(Uint8Array.of(224 + power), body.subarray(at, at + 2 ** power));
  }
  parts.push(newLength(body.length - at), body.subarray(at));
  return concat(parts);
}

function newLength(size: number): Uint8Array {
  if (size < 192) return Uint8Array.of(size);
  if (size < 8384) {
    return Uint8Array.of((size - 192 >> 8) + 192, size - 192 & 255);
  }
  return Uint8Array.of(255, size >>> 24, size >>> 16, size >>> 8, size);
}

export const pkesk3 = packet(1, concat([Uint8Array.of(3), noise(93)]));
export const pkesk6 = packet(1, concat([Uint8Array.of(6), noise(120)]));
export const skesk6 = packet(3, concat([Uint8Array.of(6), noise(60)]));
export function seipd1(size = 900): Uint8Array {
  return packet(18, concat([Uint8Array.of(1), noise(size)]));
}
export function seipd2(size = 900): Uint8Array {
  return packet(18, concat([Uint8Array.of(2), noise(size)]));
}

export interface ArmorShape {
  readonly headers?: readonly string[];
  readonly checksum?: boolean;
  readonly eol?: string;
  readonly lineLength?: number;
}

/** RFC 9580 §6.2. */
export function armor(data: Uint8Array, shape: ArmorShape = {}): string {
  const eol = shape.eol ?? "\r\n";
  const lines = base64(data).match(
    new RegExp(`.{1,${shape.lineLength ?? 64}}`, "g"),
  ) ?? [];
  return [
    "-----BEGIN PGP MESSAGE-----",
    ...shape.headers ?? [],
    "",
    ...lines,
    ...shape.checksum ? ["=abcd"] : [],
    "-----END PGP MESSAGE-----",
    "",
  ].join(eol);
}

export function base64(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 30_000) {
    text += btoa(String.fromCharCode(...data.subarray(at, at + 30_000)));
  }
  return text;
}

export interface MessageShape {
  readonly from?: string;
  /** Whole lines, each with its line end, before Content-Type. */
  readonly fields?: string;
  readonly contentType?: string;
  readonly preamble?: string;
  /** Header and body of each part. */
  readonly parts?: readonly string[];
  readonly closing?: string;
  readonly epilogue?: string;
}

export const BOUNDARY = "b0undary_of=the+message";
export const VERSION_PART =
  'Content-Type: application/pgp-encrypted; charset="utf-8"\r\n' +
  "Content-Description: PGP/MIME version identification\r\n\r\n" +
  "Version: 1\r\n";

export function dataPart(body: string, fields = ""): string {
  return 'Content-Type: application/octet-stream; name="encrypted.asc"\r\n' +
    `${fields}\r\n${body}`;
}

/** A multipart message; by default one that is encrypted as it should be. */
export function message(shape: MessageShape = {}): string {
  const parts = shape.parts ?? [
    VERSION_PART,
    dataPart(armor(concat([pkesk3, pkesk3, seipd1()]))),
  ];
  return `From: ${shape.from ?? "<ann@relay.example>"}\r\n` +
    'To: "hidden-recipients": ;\r\n' +
    "Subject: [...]\r\n" +
    "Message-ID: <1@relay.example>\r\n" +
    (shape.fields ?? "") +
    "MIME-Version: 1.0\r\n" +
    `Content-Type: ${
      shape.contentType ??
        'multipart/encrypted; protocol="application/pgp-encrypted"'
    };\r\n\tboundary="${BOUNDARY}"\r\n\r\n` +
    (shape.preamble ?? "") +
    parts.map((part) => `\r\n--${BOUNDARY}\r\n${part}`).join("") +
    (shape.closing ?? `\r\n--${BOUNDARY}--\r\n`) +
    (shape.epilogue ?? "");
}

/** An encrypted message whose second part holds those packets. */
export function messageOf(packets: Uint8Array, shape?: ArmorShape): string {
  return message({ parts: [VERSION_PART, dataPart(armor(packets, shape))] });
}

/** An encrypted message of at least that size, for load. */
export function largeMessage(sizeOctets: number): Uint8Array<ArrayBuffer> {
  const data = concat([
    pkesk3,
    partialPacket(
      18,
      concat([Uint8Array.of(1), noise(Math.ceil(sizeOctets * 0.73))]),
      13,
    ),
  ]);
  return encoder.encode(messageOf(data));
}
