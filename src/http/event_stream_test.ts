import assert from "node:assert/strict";
import {
  eventStream,
  formatEvent,
  type ServerSentEvent,
} from "./event_stream.ts";
import type { HttpHandler } from "./peer.ts";
import {
  serving,
  until,
  writeAll,
} from "../../tests/harness/http_test_server.ts";

const FORMATS: [ServerSentEvent, string][] = [
  [{ data: "x" }, "data: x\n\n"],
  [{ data: "" }, "data: \n\n"],
  [{ event: "e", id: "7", data: "x" }, "event: e\nid: 7\ndata: x\n\n"],
  [{ data: "a\nb\r\nc\rd" }, "data: a\ndata: b\ndata: c\ndata: d\n\n"],
];
for (const [event, text] of FORMATS) {
  Deno.test(`formatEvent(${JSON.stringify(event)})`, () =>
    assert.equal(formatEvent(event), text));
}

for (const text of ["a\nb", "a\rb", "a\0b"]) {
  Deno.test(`formatEvent() refuses ${JSON.stringify(text)} for a type or id`, () => {
    assert.throws(() => formatEvent({ event: text, data: "" }), RangeError);
    assert.throws(() => formatEvent({ id: text, data: "" }), RangeError);
  });
}

let tick = () => {};
const timers = {
  every(_periodMs: number, work: () => void) {
    tick = work;
    return () => tick = () => {};
  },
};
const GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

/** A handler whose events the test gives, and what it notices of its end. */
function source(events: AsyncIterable<ServerSentEvent>): HttpHandler {
  return (_request, exchange) => eventStream({ events, exchange, timers });
}

/** Waits for events until it is ended; each is asked for when the one before was taken. */
class Feed implements AsyncIterable<ServerSentEvent> {
  asked = 0;
  ended = false;
  #give: ((taken: IteratorResult<ServerSentEvent>) => void) | undefined;

  give(data: string): void {
    this.#give?.({ done: false, value: { data } });
  }

  [Symbol.asyncIterator](): AsyncIterator<ServerSentEvent> {
    return {
      next: () => {
        this.asked++;
        return new Promise((resolve) => this.#give = resolve);
      },
      return: () => {
        this.ended = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

async function opened(port: number): Promise<Deno.Conn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(connection, GET);
  return connection;
}

async function readUntil(connection: Deno.Conn, end: string): Promise<string> {
  let text = "";
  while (!text.endsWith(end)) {
    const buffer = new Uint8Array(1000);
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`Closed after ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

Deno.test("eventStream() sends each event at once, and comments in silence", () => {
  const feed = new Feed();
  return serving({ handler: source(feed) }, async ({ port, pass, server }) => {
    const connection = await opened(port);
    const head = await readUntil(connection, "\r\n\r\n");
    assert.match(head, /content-type: text\/event-stream\r\n/);
    assert.match(head, /cache-control: no-store\r\n/);
    await until(() => feed.asked === 1);
    feed.give("one");
    assert.equal(
      await readUntil(connection, "\n\n\r\n"),
      "b\r\ndata: one\n\n\r\n",
    );
    await until(() => feed.asked === 2);
    tick();
    assert.equal(await readUntil(connection, "\n\n\r\n"), "3\r\n:\n\n\r\n");
    feed.give("two");
    assert.equal(
      await readUntil(connection, "\n\n\r\n"),
      "b\r\ndata: two\n\n\r\n",
    );
    pass(1e9); // no deadline is its
    await until(() => feed.asked === 3);
    feed.give("three");
    await readUntil(connection, "data: three\n\n\r\n");
    assert.equal(server.connections, 1);
    connection.close();
    await until(() => feed.ended && server.connections === 0);
  });
});

Deno.test("eventStream() ends with its peer though nothing happens", () => {
  const feed = new Feed();
  return serving({ handler: source(feed) }, async ({ port, server }) => {
    const connection = await opened(port);
    await until(() => feed.asked === 1);
    connection.close();
    await until(() => feed.ended && server.connections === 0);
  });
});

Deno.test("eventStream() ends, whole, when the server stops", () => {
  const feed = new Feed();
  return serving({ handler: source(feed) }, async ({ port, server }) => {
    const connection = await opened(port);
    await until(() => feed.asked === 1);
    const stopped = server.stop();
    await readUntil(connection, "\r\n\r\n0\r\n\r\n");
    assert.equal(await connection.read(new Uint8Array(1)), null);
    connection.close();
    await stopped;
    assert.ok(feed.ended);
  });
});

Deno.test("eventStream() takes no event that its peer has no room for", () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given++;
      yield { data: "x".repeat(10_000) };
      if (given % 100 === 0) await new Promise((r) => setTimeout(r, 1));
    }
  }
  return serving(
    { handler: source(endless()) },
    async ({ port, server, pass }) => {
      const connection = await opened(port);
      for (let before = -1; before !== given;) {
        before = given;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.ok(given < 2000, `${given} events of 10 kB`);
      await until(() => {
        pass(60_001); // it takes none at all: the deadline of a piece
        return server.connections === 0;
      });
      connection.close();
    },
  );
});

Deno.test("eventStream() ends when its source does, and breaks off when that fails", () => {
  async function* few() {
    yield { data: "1" };
  }
  async function* broken() {
    yield { data: "1" };
    throw new Error("broken");
  }
  return serving({
    handler: (request, exchange) =>
      source(request.url.endsWith("/few") ? few() : broken())(
        request,
        exchange,
      ),
  }, async ({ port, bugs }) => {
    const good = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(good, GET.replace("/", "/few"));
    await readUntil(good, "data: 1\n\n\r\n0\r\n\r\n");
    good.close();
    const bad = await opened(port);
    await assert.rejects(async () => {
      while (await bad.read(new Uint8Array(1000)) !== null);
    });
    bad.close();
    assert.equal(bugs.length, 1);
  });
});
