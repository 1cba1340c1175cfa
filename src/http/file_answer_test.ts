import assert from "node:assert/strict";
import { type AnsweredFile, fileAnswer, readFrom } from "./file_answer.ts";

const OCTETS = new Uint8Array(1000).map((_, at) => at % 251);
const FORM = Uint8Array.from([1, 2, 3]);
const FILE: AnsweredFile = {
  sizeOctets: OCTETS.length,
  etag: '"e"',
  headers: { "content-type": "text/css", "cache-control": "public" },
  coded: new Map([["br", FORM]]),
  read: readFrom(OCTETS),
};

function ask(headers: HeadersInit, method = "GET"): Promise<Response> {
  return fileAnswer(new Request("http://relay/", { method, headers }), FILE);
}

for (
  const [what, headers, status, expected] of [
    ["nothing", {}, 200, { "content-length": "1000", etag: '"e"' }],
    ["br", { "accept-encoding": "br" }, 200, {
      "content-length": "3",
      "content-encoding": "br",
      etag: '"e-br"',
    }],
    ["a range", { range: "bytes=1-2" }, 206, {
      "content-length": "2",
      "content-range": "bytes 1-2/1000",
      etag: '"e"',
    }],
    ["a range, and br", { range: "bytes=1-2", "accept-encoding": "br" }, 206, {
      "content-encoding": null,
      etag: '"e"',
    }],
    [
      "a range of the compressed form",
      {
        range: "bytes=1-2",
        "if-range": '"e-br"',
        "accept-encoding": "br",
      },
      200,
      { "content-length": "1000", etag: '"e"' },
    ],
    ["a range of the same", { range: "bytes=1-2", "if-range": '"e"' }, 206, {}],
    [
      "a range since a date",
      {
        range: "bytes=1-2",
        "if-range": "Mon, 01 Jun 2026 10:00:00 GMT",
      },
      200,
      {},
    ],
    ["a range of anything", { range: "bytes=1-2", "if-range": "*" }, 200, {}],
    ["a range behind the end", { range: "bytes=1000-" }, 416, {
      "content-range": "bytes */1000",
      "cache-control": "no-store",
      etag: null,
    }],
    ["what it has", { "if-none-match": '"e"' }, 304, { etag: '"e"' }],
    [
      "what it has compressed",
      {
        "if-none-match": '"e-br"',
        "accept-encoding": "br",
      },
      304,
      { etag: '"e-br"', vary: "accept-encoding" },
    ],
    [
      "what it has, uncompressed",
      {
        "if-none-match": '"e"',
        "accept-encoding": "br",
      },
      200,
      { etag: '"e-br"' },
    ],
  ] as readonly [
    string,
    Record<string, string>,
    number,
    Record<string, string | null>,
  ][]
) {
  Deno.test(`fileAnswer() answers ${status} to who asks for ${what}`, async () => {
    const response = await ask(headers);
    assert.equal(response.status, status);
    for (const [name, value] of Object.entries(expected)) {
      assert.equal(response.headers.get(name), value, name);
    }
    const length = response.headers.get("content-length");
    const body = await response.bytes();
    if (length !== null) assert.equal(body.length, Number(length));
    if (status === 206) assert.deepEqual(body, OCTETS.subarray(1, 3));
  });
}

Deno.test("fileAnswer() says to HEAD what GET gets, and knows no ranges there", async () => {
  for (const headers of [{}, { "accept-encoding": "br" }]) {
    const [get, head] = [await ask(headers), await ask(headers, "HEAD")];
    assert.deepEqual([...head.headers], [...get.headers]);
    assert.deepEqual(await head.bytes(), await get.bytes()); // the server drops it
  }
  const head = await ask({ range: "bytes=1-2" }, "HEAD");
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), "1000");
});
