import assert from "node:assert/strict";
import { decodeMutf7, encodeMutf7 } from "./mutf7.ts";

for (
  const [wire, name] of [
    ["", ""],
    ["INBOX", "INBOX"],
    ["a&-b", "a&b"],
    ["&-&-", "&&"],
    [
      "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
      "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e",
    ],
    ["&AOQ-&-&AOQ-", "\u00e4&\u00e4"],
    ["&2D3eAA-", "\u{1f600}"],
    ["&AOQA9g-x", "\u00e4\u00f6x"],
    ["Entw&APw-rfe", "Entw\u00fcrfe"],
  ] as const
) {
  Deno.test(`decodeMutf7() and encodeMutf7() agree on ${wire}`, () => {
    assert.equal(decodeMutf7(wire), name);
    assert.equal(encodeMutf7(name), wire);
  });
}

for (
  const wire of [
    "\u00e4", // 8-bit
    "a\tb",
    "&", // open
    "&AOQ",
    "&AOQ-&APY-", // two shifts for one run
    "&AGE-", // a printable character shifted
    "&AAAAYQ-",
    "&AOR-", // left-over bits
    "&AOQA-",
    "&A-",
    "&AO-",
    "&AO!-",
    "&AO/-",
    "&2D0-", // half a pair
    "&3gA-",
  ]
) {
  Deno.test(`decodeMutf7() refuses ${JSON.stringify(wire)}`, () => {
    assert.throws(() => decodeMutf7(wire), SyntaxError);
  });
}

Deno.test("encodeMutf7() gives what decodeMutf7() reads back", () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  for (let i = 0; i < 5000; i++) {
    const name = String.fromCodePoint(
      ...Array.from({ length: random(12) }, () => {
        const range = random(4);
        if (range === 0) return 0x20 + random(95);
        if (range === 1) return 0xa0 + random(0x500);
        if (range === 2) return 0x26;
        return 0x10000 + random(0xfffff);
      }),
    );
    const wire = encodeMutf7(name);
    assert.equal(decodeMutf7(wire), name, `seed 7, round ${i}`);
  }
});
