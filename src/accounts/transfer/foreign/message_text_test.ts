import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { UnreadableMessage } from "./foreign_relay.ts";
import { MAX_MESSAGE_OCTETS, unpacked, WireLines } from "./message_text.ts";

function onWire(text: string, chunk: number): [string, number | undefined] {
  const octets = new TextEncoder().encode(text);
  const lines = new WireLines();
  let out = "";
  for (let at = 0; at < octets.length; at += chunk) {
    out += new TextDecoder().decode(
      lines.push(octets.subarray(at, at + chunk)),
    );
  }
  assert.equal(lines.sizeOctets, out.length);
  return [out, lines.headerOctets];
}

Deno.test("WireLines writes whatever comes as if it came at once", () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 1);
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (let round = 0; round < 3000; round++) {
    const parts = ["a", "\n", "\r\n", "\r", "bc: d", "\n\n", "x"];
    const text = Array.from({ length: next(12) }, () => parts[next(7)]).join(
      "",
    );
    const wire = text.replaceAll(/(?<!\r)\n/g, "\r\n");
    const end = /^\r\n|\n\r\n/.exec(wire);
    const header = end ? end.index + end[0].length : undefined;
    assert.deepEqual(
      onWire(text, 1 + next(5)),
      [wire, header],
      `seed ${seed}: ${JSON.stringify(text)}`,
    );
  }
});

async function* inPieces(octets: Uint8Array, size: number) {
  for (let at = 0; at < octets.length; at += size) {
    yield octets.subarray(at, at + size);
  }
}

async function gzip(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function zstd(text: string): Uint8Array {
  return new Uint8Array(zstdCompressSync(text));
}

async function textOf(octets: Uint8Array, size: number): Promise<string> {
  const pieces = await Array.fromAsync(unpacked(inPieces(octets, size)));
  return await new Blob(pieces as BlobPart[]).text();
}

for (const size of [1, 3, 1000]) {
  Deno.test(`unpacked() gives what was packed, in pieces of ${size}`, async () => {
    assert.equal(
      await textOf(await gzip("Subject: a\n"), size),
      "Subject: a\n",
    );
    assert.equal(await textOf(zstd("Subject: a\n"), size), "Subject: a\n");
    const long = "Subject: a\n".repeat(50_000);
    assert.equal(await textOf(zstd(long), 1000 * size), long);
    const noise = crypto.getRandomValues(new Uint8Array(60_000)).toHex();
    assert.equal(await textOf(zstd(noise.repeat(3)), 1000), noise.repeat(3));
    assert.equal(await textOf(new TextEncoder().encode("a"), size), "a");
    assert.equal(await textOf(new Uint8Array(), size), "");
  });
}

Deno.test("unpacked() refuses what is cut off, and what it does not know", async () => {
  const text = crypto.getRandomValues(new Uint8Array(600)).toHex();
  for (const whole of [await gzip(text), zstd(text)]) {
    for (const size of [20, 300, whole.length - 1]) {
      const cut = whole.subarray(0, size);
      await assert.rejects(textOf(cut, 7), UnreadableMessage, `${size}`);
    }
  }
  for (
    const start of [
      [0x28, 0xb5, 0x2f, 0xfd, 0xff],
      [0x04, 0x22, 0x4d, 0x18],
      [0x42, 0x5a, 0x68],
    ]
  ) {
    const octets = Uint8Array.from([...start, ...new Array(20).fill(0)]);
    await assert.rejects(textOf(octets, 5), UnreadableMessage);
  }
});

Deno.test("unpacked() ends a message that grows without end", async () => {
  const bomb = zstdCompressSync(new Uint8Array(MAX_MESSAGE_OCTETS + 1));
  assert.ok(bomb.length < 100_000);
  const pieces = unpacked(inPieces(new Uint8Array(bomb), 1000));
  await assert.rejects(async () => {
    for await (const _ of pieces);
  }, /too large/);
});
