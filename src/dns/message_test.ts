import assert from "node:assert/strict";
import { decodeResponse, encodeQuery } from "./message.ts";

const QUESTION = { name: "a.example", type: "A" } as const;

/** An answer with one address, as a server would send it. */
function response(id: number): Uint8Array {
  const query = encodeQuery(id, QUESTION);
  const question = query.slice(12, 12 + 15);
  const head = [id >> 8, id & 255, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
  const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 1];
  return new Uint8Array([...head, ...question, ...answer]);
}

Deno.test("decodeResponse() reads an answer to its own question alone", () => {
  const read = decodeResponse(response(7), 7, QUESTION);
  assert.deepEqual(read?.records, [{ ttlSeconds: 256, text: "192.0.2.1" }]);
  assert.equal(decodeResponse(response(7), 8, QUESTION), undefined);
  const other = { name: "b.example", type: "A" } as const;
  assert.equal(decodeResponse(response(7), 7, other), undefined);
  const mx = { name: "a.example", type: "MX" } as const;
  assert.equal(decodeResponse(response(7), 7, mx), undefined);
});

Deno.test("decodeResponse() never throws, whatever octets come", () => {
  let seed = 0x2f6e2b1;
  const next = () => seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  for (let round = 0; round < 20_000; round++) {
    const octets = response(7);
    for (let change = 0; change < 1 + round % 8; change++) {
      octets[next() % octets.length] = next() & 255;
    }
    decodeResponse(
      octets.subarray(0, next() % (octets.length + 1)),
      7,
      QUESTION,
    );
  }
});

/** An answer of 64 KiB whose names lead through as many pointers as fit. */
function maze(hops: number): Uint8Array {
  const octets = [...response(7).slice(0, 12 + 15)];
  const at = octets.length + 12;
  const pointers = [0xc0, 12];
  while (pointers.length < 2 * hops) {
    const before = at + pointers.length - 2;
    pointers.push(0xc0 | before >> 8, before & 255);
  }
  const size = pointers.length;
  octets.push(0xc0, 12, 0, 10, 0, 1, 0, 0, 0, 1, size >> 8, size & 255);
  octets.push(...pointers);
  const last = at + size - 2;
  const pointer = [0xc0 | last >> 8, last & 255];
  let count = 1;
  while (octets.length + 14 < 65_535) {
    octets.push(...pointer, 0, 5, 0, 1, 0, 0, 0, 1, 0, 2, ...pointer);
    count++;
  }
  octets.splice(6, 2, count >> 8, count & 255);
  return new Uint8Array(octets);
}

Deno.test("decodeResponse() does not follow names for long, however they are packed", () => {
  assert.equal(decodeResponse(maze(8000), 7, QUESTION), undefined);
});

Deno.test("decodeResponse() reads a thousand records, of which it keeps a few hundred", () => {
  const address = [...response(7).slice(12 + 15, -1)];
  const octets = [...response(7).slice(0, 12 + 15)];
  for (let i = 0; i < 1000; i++) octets.push(...address, i & 255);
  octets.splice(6, 2, 1000 >> 8, 1000 & 255);
  const read = decodeResponse(new Uint8Array(octets), 7, QUESTION);
  assert.equal(read?.records.length, 256);
});

for (
  const [ttl, kept] of [
    [[0, 0, 0, 0], 0],
    [[0x7f, 255, 255, 255], 604_800],
    [[0x80, 0, 0, 0], 0],
    [[255, 255, 255, 255], 0],
  ] as const
) {
  Deno.test(`decodeResponse() reads a TTL of ${ttl} as ${kept}`, () => {
    const octets = response(7);
    octets.set(ttl, 12 + 15 + 6);
    const [record] = decodeResponse(octets, 7, QUESTION)?.records ?? [];
    assert.equal(record?.ttlSeconds, kept);
  });
}

Deno.test("decodeResponse() gives names and values that are safe to show", () => {
  const mx = { name: "a.example", type: "MX" } as const;
  const octets = [...response(7)];
  octets.splice(12 + 15 - 4, 2, 0, 15);
  const name = [6, 27, 91, 50, 74, 46, 65, 1, 0xff, 0];
  octets.splice(12 + 15 + 2, 2, 0, 15);
  octets.splice(-6, 6, 0, name.length + 2, 0, 10, ...name);
  const read = decodeResponse(new Uint8Array(octets), 7, mx);
  assert.deepEqual(read?.records, [
    { ttlSeconds: 256, preference: 10, text: "\\027[2j\\046a.\\255" },
  ]);
});

Deno.test("decodeResponse() takes what is cut off for that, wherever it ends", () => {
  const octets = response(7);
  octets[2]! |= 2;
  for (let end = 12 + 15; end <= octets.length; end++) {
    const read = decodeResponse(octets.slice(0, end), 7, QUESTION);
    assert.equal(read?.truncated, true);
  }
});
