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
