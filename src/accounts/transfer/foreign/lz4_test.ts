import assert from "node:assert/strict";
import { UnreadableMessage } from "./foreign_relay.ts";
import { unpacked } from "./message_text.ts";

/** What `lz4 -9` of Debian makes of `TEXT`, by its options. */
const FRAMES: Readonly<Record<string, string>> = {
  "-B4 -BI":
    "BCJNGGRAp1cBAADzHFN1YmplY3Q6IGhlbGxvDQoNCmxpbmUgMCBvZiBtYW55LCBhbmQgYWdhaW4bAB8xGwAHHzIbAAcfMxsABx80GwAHHzUbAAcfNhsAAA+9AP////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////8bUGFueSwg6wAAAPwMYW5kIGFnYWluDQpsaW5lIDUgb2YgbWFueSwgGwAfNhsABx8wGwAHHzEbAAcfMhsABx8zGwAHHjQbAA+9AP///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////7pQYWluDQoAAAAAKdSNOA==",
  "-B4 -BD":
    "BCJNGERAXlcBAADzHFN1YmplY3Q6IGhlbGxvDQoNCmxpbmUgMCBvZiBtYW55LCBhbmQgYWdhaW4bAB8xGwAHHzIbAAcfMxsABx80GwAHHzUbAAcfNhsAAA+9AP////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////8bUGFueSwgsAAAAA+9AP////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+AUGFpbg0KAAAAACnUjTg=",
  "-B4 -BX":
    "BCJNGHRAvVcBAADzHFN1YmplY3Q6IGhlbGxvDQoNCmxpbmUgMCBvZiBtYW55LCBhbmQgYWdhaW4bAB8xGwAHHzIbAAcfMxsABx80GwAHHzUbAAcfNhsAAA+9AP////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////8bUGFueSwgZsSW0usAAAD8DGFuZCBhZ2Fpbg0KbGluZSA1IG9mIG1hbnksIBsAHzYbAAcfMBsABx8xGwAHHzIbAAcfMxsABx40GwAPvQD///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+6UGFpbg0KdD/wRwAAAAAp1I04",
  "-B5 --content-size":
    "BCJNGGxQ8qUBAAAAAABL/QEAAPMcU3ViamVjdDogaGVsbG8NCg0KbGluZSAwIG9mIG1hbnksIGFuZCBhZ2FpbhsAHzEbAAcfMhsABx8zGwAHHzQbAAcfNRsABx82GwAAD70A//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+zUGFpbg0KAAAAACnUjTg=",
  "-B4 -BD --no-frame-crc":
    "BCJNGEBAwFcBAADzHFN1YmplY3Q6IGhlbGxvDQoNCmxpbmUgMCBvZiBtYW55LCBhbmQgYWdhaW4bAB8xGwAHHzIbAAcfMxsABx80GwAHHzUbAAcfNhsAAA+9AP////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////8bUGFueSwgsAAAAA+9AP////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+AUGFpbg0KAAAAAA==",
};
const TEXT = `Subject: hello\r\n\r\n${
  Array.from({ length: 4000 }, (_, n) => `line ${n % 7} of many, and again\r\n`)
    .join("")
}`;

async function* inPieces(octets: Uint8Array, size: number) {
  for (let at = 0; at < octets.length; at += size) {
    yield octets.subarray(at, at + size);
  }
}

async function textOf(octets: Uint8Array, size = 65_536): Promise<string> {
  const pieces = await Array.fromAsync(unpacked(inPieces(octets, size)));
  return await new Blob(pieces as BlobPart[]).text();
}

for (const [options, base64] of Object.entries(FRAMES)) {
  Deno.test(`unlz4() reads what lz4 ${options} has made, in whatever pieces`, async () => {
    const octets = Uint8Array.fromBase64(base64);
    for (const size of [1, 7, 65_536]) {
      assert.equal(await textOf(octets, size), TEXT);
    }
    assert.equal(
      await textOf(Uint8Array.of(...octets, ...octets)),
      TEXT + TEXT,
    );
  });
}

Deno.test("unlz4() tells of each that is cut or changed", async () => {
  const octets = Uint8Array.fromBase64(FRAMES["-B4 -BD"]!);
  for (let end = 12; end < octets.length; end++) {
    await assert.rejects(textOf(octets.subarray(0, end)), UnreadableMessage);
  }
  for (let at = 7; at < octets.length; at++) {
    const changed = octets.slice();
    changed[at]! ^= 1 << at % 8;
    // the text repeats itself: a match from elsewhere may give the same
    const text = await textOf(changed).catch((error) => error);
    assert.ok(
      text === TEXT || text instanceof UnreadableMessage,
      `octet ${at}`,
    );
  }
});

Deno.test("unlz4() reads chunks as Dovecot writes them", async () => {
  const words = ["Subject: a\r\n\r\n", "b".repeat(100)];
  // literals alone, and one octet that is repeated by a match that overlaps itself
  const chunks = [
    [14 << 4, ...new TextEncoder().encode(words[0])],
    [
      0x1f,
      "b".charCodeAt(0),
      1,
      0,
      94 - 19,
      5 << 4,
      ...new TextEncoder().encode("bbbbb"),
    ],
  ];
  const octets = [
    ...new TextEncoder().encode("Dovecot-LZ4"),
    ...[0, 1, 0, 0],
    ...chunks.flatMap((chunk) => [0, 0, 0, chunk.length, ...chunk]),
  ];
  assert.equal(await textOf(Uint8Array.from(octets)), words.join(""));
  await assert.rejects(
    textOf(Uint8Array.from(octets.slice(0, -1))),
    UnreadableMessage,
  );
});

Deno.test("unlz4() throws nothing but UnreadableMessage, and holds no more than blocks", async () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 1);
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const starts = [[0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0], [
    ...new TextEncoder().encode("Dovecot-LZ4"),
    ...[0, 1, 0, 0],
  ]];
  for (let round = 0; round < 2000; round++) {
    const noise = Array.from({ length: next(60) }, () => next(256));
    const octets = Uint8Array.from([
      ...starts[round % 2]!,
      ...[
        noise.length % 2 ? next(64) : 0,
        0,
        0,
        noise.length % 2 ? 0 : next(64),
      ],
      ...noise,
    ]);
    try {
      await textOf(octets, 1 + next(20));
    } catch (error) {
      assert.ok(error instanceof UnreadableMessage, `seed ${seed}: ${error}`);
    }
  }
});
