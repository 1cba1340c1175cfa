import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { get } from "./get.ts";
import { HttpTrouble, type HttpWire } from "./post.ts";

/** Says these, then nothing, or that it is over. */
function wire(pieces: readonly string[], ends = true) {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  const closed = Promise.withResolvers<void>();
  const written: string[] = [];
  const it: HttpWire & { written: string[]; isClosed: boolean } = {
    written,
    isClosed: false,
    async read() {
      const next = left.shift();
      if (!next && !ends) await closed.promise;
      return next;
    },
    write(octets) {
      written.push(new TextDecoder().decode(octets));
      return Promise.resolve();
    },
    close() {
      it.isClosed = true;
      closed.resolve();
    },
  };
  return it;
}

const REQUEST = { host: "b.example", target: "/x", maxBodyOctets: 8 };

Deno.test("get() asks, reads, and closes", async () => {
  const it = wire(["HTTP/1.1 200 OK\r\n\r\n", "hello"]);
  const options = { timers: new TestTime(), totalMs: 1000 };
  const response = await get(it, REQUEST, options);
  assert.equal(new TextDecoder().decode(response.body), "hello");
  assert.deepEqual(it.written, [
    "GET /x HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n",
  ]);
  assert.ok(it.isClosed);
});

Deno.test("get() says that there was more", async () => {
  const it = wire(["HTTP/1.1 200 OK\r\n\r\n", "hello, world"]);
  const options = { timers: new TestTime(), totalMs: 1000 };
  const { body, cut } = await get(it, REQUEST, options);
  assert.deepEqual([body.length, cut], [8, true]);
});

for (
  const [name, pieces, kind] of [
    ["garbage", ["hello\r\n\r\n"], "protocol"],
    ["the end", [], "protocol"],
    ["half", ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"], "protocol"],
    [
      "heads without end",
      Array.from({ length: 9999 }, () => "HTTP/1.1 100 Continue\r\n\r\n"),
      "protocol",
    ],
  ] as const
) {
  Deno.test(`get() gives up on ${name}`, async () => {
    const it = wire(pieces);
    const options = { timers: new TestTime(), totalMs: 1000 };
    await assert.rejects(
      get(it, REQUEST, options),
      (error) => error instanceof HttpTrouble && error.kind === kind,
    );
    assert.ok(it.isClosed);
  });
}

Deno.test("get() reads no more of a body that does not end", async () => {
  const pieces = Array.from({ length: 99 }, () => "x".repeat(9999));
  const it = wire(["HTTP/1.1 200 OK\r\n\r\n", ...pieces], false);
  const options = { timers: new TestTime(), totalMs: 1000 };
  const { body, cut, reusable } = await get(it, REQUEST, options);
  assert.deepEqual([body.length, cut, reusable], [8, true, false]);
  assert.ok(it.isClosed);
});

Deno.test("get() gives up on a peer that is too slow, however it goes on", async () => {
  const it = wire(["HTTP/1.1 200 OK\r\n\r\n"], false);
  const timers = new TestTime();
  const getting = get(it, REQUEST, { timers, totalMs: 1000 });
  const failed = assert.rejects(
    getting,
    (error) => error instanceof HttpTrouble && error.kind === "timeout",
  );
  await timers.pass(1000);
  await failed;
});
