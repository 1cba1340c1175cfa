import assert from "node:assert/strict";
import { concat } from "../base/octets.ts";
import { PacketWalk } from "./packet_walk.ts";

function accepts(
  data: Uint8Array,
  { chunk = Infinity, acceptOldFormat = true } = {},
): boolean {
  const walk = new PacketWalk({ acceptOldFormat });
  for (let at = 0; at < data.length; at += chunk) {
    walk.write(data.subarray(at, at + chunk));
  }
  const whole = walk.finish();
  if (walk.failed) assert.equal(whole, false);
  return whole;
}

const octets = (...values: number[]) => Uint8Array.from(values);
/** A body of that size, with the version as its first octet. */
function body(version: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  if (size > 0) out[0] = version;
  return out;
}
const short = (tag: number, content: Uint8Array) =>
  concat([octets(0xc0 | tag, content.length), content]);
const long = (tag: number, content: Uint8Array) => {
  const n = content.length;
  return concat([
    octets(0xc0 | tag, 255, n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255),
    content,
  ]);
};
const middle = (tag: number, content: Uint8Array) => {
  const n = content.length - 192;
  return concat([octets(0xc0 | tag, 192 + (n >> 8), n & 255), content]);
};
const KEY = short(1, body(3, 90));
const DATA = short(18, body(1, 33));

for (
  const [name, data, want] of [
    ["PKESK v3 and SEIPD v1", concat([KEY, DATA]), true],
    [
      "PKESK v6 and SEIPD v2",
      concat([short(1, body(6, 9)), short(18, body(2, 52))]),
      true,
    ],
    [
      "SKESK v4, v5 and v6",
      concat([
        short(3, body(4, 9)),
        short(3, body(5, 9)),
        short(3, body(6, 9)),
        DATA,
      ]),
      true,
    ],
    [
      "lengths of two and five octets",
      concat([
        middle(1, body(3, 192)),
        middle(1, body(3, 8383)),
        long(18, body(1, 100_000)),
      ]),
      true,
    ],
    ["a session key of 16 KiB", concat([long(1, body(3, 16384)), DATA]), true],
    [
      "a session key over 16 KiB",
      concat([long(1, body(3, 16385)), DATA]),
      false,
    ],
    ["2000 session keys", concat([...Array(2000).fill(KEY), DATA]), true],
    ["2001 session keys", concat([...Array(2001).fill(KEY), DATA]), false],
    ["nothing", octets(), false],
    ["no session key", DATA, false],
    ["no data", KEY, false],
    ["a session key after the data", concat([KEY, DATA, KEY]), false],
    ["two data packets", concat([KEY, DATA, DATA]), false],
    ["PKESK v2", concat([short(1, body(2, 90)), DATA]), false],
    ["PKESK v4", concat([short(1, body(4, 90)), DATA]), false],
    ["SKESK v3", concat([short(3, body(3, 90)), DATA]), false],
    ["SEIPD v3", concat([KEY, short(18, body(3, 90))]), false],
    ["SEIPD v1 of 32 octets", concat([KEY, short(18, body(1, 32))]), false],
    ["SEIPD v2 of 51 octets", concat([KEY, short(18, body(2, 51))]), false],
    ["an empty session key", concat([octets(0xc1, 0), DATA]), false],
    ["an empty data packet", concat([KEY, octets(0xd2, 0)]), false],
    ["a private packet", concat([KEY, short(60, body(1, 40)), DATA]), false],
    ["a marker packet", concat([KEY, short(10, body(80, 3)), DATA]), false],
    ["an octet without bit 7", concat([octets(0x41), DATA]), false],
    [
      "chunks of 512, and a rest of none",
      concat([
        KEY,
        octets(0xd2, 224 + 9),
        body(1, 512),
        octets(0),
      ]),
      true,
    ],
    [
      "chunks that end with a partial one",
      concat([
        KEY,
        octets(0xd2, 224 + 9),
        body(1, 512),
        octets(224 + 9),
        body(0, 512),
      ]),
      false,
    ],
    [
      "a later chunk of 1 octet",
      concat([
        KEY,
        octets(0xd2, 224 + 9),
        body(1, 512),
        octets(224, 7, 1, 7),
      ]),
      true,
    ],
    [
      "a first chunk of 256",
      concat([
        KEY,
        octets(0xd2, 224 + 8),
        body(1, 256),
        octets(0),
      ]),
      false,
    ],
    [
      "old format PKESK, one octet of length",
      concat([
        octets(0x84, 90),
        body(3, 90),
        DATA,
      ]),
      true,
    ],
    [
      "old format PKESK, four octets of length",
      concat([
        octets(0x86, 0, 0, 0, 90),
        body(3, 90),
        DATA,
      ]),
      true,
    ],
    [
      "old format PKESK of no definite length",
      concat([
        octets(0x87),
        body(3, 90),
        DATA,
      ]),
      false,
    ],
    [
      "old format literal data",
      concat([octets(0xac, 90), body(98, 90)]),
      false,
    ],
  ] as const
) {
  Deno.test(`PacketWalk on ${name}: ${want}`, () => {
    for (const chunk of [Infinity, 1, 7]) {
      assert.equal(accepts(data, { chunk }), want);
    }
    if (!want) return;
    for (const size of [data.length - 1, data.length >> 1]) {
      assert.equal(accepts(data.subarray(0, size)), false, "cut short");
    }
    assert.equal(
      accepts(concat([data, octets(0)])),
      false,
      "with an octet more",
    );
    const old = name.startsWith("old");
    assert.equal(accepts(data, { acceptOldFormat: false }), !old);
  });
}
