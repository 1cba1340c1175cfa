import assert from "node:assert/strict";
import { Refusal } from "../base/refusal.ts";
import { SocketListener } from "../net/socket_listener.ts";
import { readText } from "./body.ts";
import { type HttpHandler, HttpServer } from "./server.ts";

let nowMs = 0;
let sweep = () => {};
const clock = { now: () => nowMs, monotonic: () => nowMs };
const timers = {
  every(_periodMs: number, tick: () => void) {
    sweep = tick;
    return () => {};
  },
};

async function serving(
  handler: HttpHandler,
  test: (
    port: number,
    bugs: unknown[],
    count: () => number,
  ) => Promise<void>,
  peerAddress = () => "127.0.0.1",
): Promise<void> {
  const bugs: unknown[] = [];
  const server = new HttpServer({
    handler,
    clock,
    timers,
    maxPerAddress: 4,
    reportBug: (error) => bugs.push(error),
  });
  const listener = await SocketListener.open({
    address: { hostname: "127.0.0.1", port: 0 },
    onFault: (error) => assert.fail(String(error)),
    onSocket: (socket) =>
      server.serve(socket, { address: peerAddress(), secure: false }),
  });
  try {
    await test(listener.address.port, bugs, () => server.connections);
  } finally {
    server.stop();
    server.destroy();
    await listener.close();
  }
}

async function raw(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

const GET = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";

Deno.test("serve() passes method, URL, headers and body, and streams the answer", () =>
  serving(async (request, peer) => {
    const body = await readText(request, 100);
    return new Response(
      `${request.method} ${request.url} ${peer.address} ${body}`,
      { headers: { "x-seen": request.headers.get("x-one") ?? "" } },
    );
  }, async (port) => {
    const answer = await raw(
      port,
      "POST /p?q=1 HTTP/1.1\r\nHost: a.example:99\r\nX-One: yes\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
    );
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(answer, /x-seen: yes\r\n/i);
    assert.match(
      answer,
      /POST http:\/\/a\.example:99\/p\?q=1 127\.0\.0\.1 body/,
    );
  }));

Deno.test("serve() answers 500 without internals when the handler throws", () =>
  serving(() => {
    throw new Error("secret detail");
  }, async (port, bugs) => {
    const answer = await raw(port, GET);
    assert.match(answer, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(answer, /secret/);
    assert.equal(bugs.length, 1);
  }));

for (
  const [name, text] of [
    ["no HTTP at all", "EHLO me\r\n\r\n"],
    [
      "an absolute target",
      "GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ],
    [
      "a host that is none",
      "GET / HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n",
    ],
  ] as const
) {
  Deno.test(`serve() answers 400 to ${name}`, () =>
    serving(() => new Response("reached"), async (port, bugs) => {
      const answer = await raw(port, text);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.equal(bugs.length, 0);
    }));
}

Deno.test("serve() answers 431 to more than a hundred header fields", () =>
  serving(() => new Response("ok"), async (port) => {
    const get = (count: number) =>
      raw(port, GET.replace("\r\n\r\n", `\r\n${"a: b\r\n".repeat(count)}\r\n`));
    assert.match(await get(98), /^HTTP\/1\.1 200 /);
    assert.match(await get(99), /^HTTP\/1\.1 431 /);
  }));

Deno.test("serve() does not call it a bug when the peer leaves in the middle of its body", () => {
  const thrown = Promise.withResolvers<void>();
  return serving(async (request) => {
    try {
      return new Response(await readText(request, 100));
    } finally {
      thrown.resolve();
    }
  }, async (port, bugs) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(
      "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\nabc",
    ));
    connection.close();
    await thrown.promise;
    assert.match(await raw(port, GET), /^HTTP\/1\.1 200 /);
    assert.deepEqual(bugs, []);
  });
});

Deno.test("serve() closes connections over the limit of one address", () =>
  serving(() => new Response("ok"), async (port, _bugs, count) => {
    const open = await Promise.all(
      [1, 2, 3, 4].map(() => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    while (count() < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(await raw(port, GET).catch(() => ""), "");
    for (const connection of open) connection.close();
  }));

Deno.test("serve() counts an IPv6 network, and both forms of an IPv4 address, as one", () => {
  const addresses = [
    ...["1::9", "1::ffff:9:9:9", "1:0:0:0:8::", "1:0::"],
    ...["1::7", "1:0:0:1::7", "192.0.2.1", "::ffff:c000:201"],
  ];
  const given = [...addresses];
  return serving(
    () => new Response("ok"),
    async (port, _bugs, count) => {
      const open: Deno.Conn[] = [];
      const tick = () => new Promise((resolve) => setTimeout(resolve, 1));
      for (let i = 0; i < addresses.length; i++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        open.push(connection);
        while (given.length === addresses.length - i) await tick();
      }
      assert.equal(count(), addresses.length - 1); // the fifth of 1::/64 is closed
      for (const connection of open) connection.close();
    },
    () => given.shift() ?? "",
  );
});

Deno.test("readText() refuses a body over its limit, declared or not", async () => {
  const declared = new Request("http://a/", {
    method: "POST",
    body: "12345",
    headers: { "content-length": "5" },
  });
  const streamed = new Request("http://a/", {
    method: "POST",
    body: new Blob(["123", "456"]).stream(),
  });
  const tooLarge = (error: unknown) =>
    error instanceof Refusal && error.code === "message_too_large";
  await assert.rejects(readText(declared, 4), tooLarge);
  await assert.rejects(readText(streamed, 5), tooLarge);
  await assert.rejects(
    readText(
      new Request("http://a/", { method: "POST", body: new Uint8Array([255]) }),
      5,
    ),
    SyntaxError,
  );
});

for (
  const [name, text, limitMs] of [
    ["says nothing", "", 10_000],
    ["stops in the head", "GET / HTTP/1.1\r\nHost: a", 10_000],
    [
      "stops in the body",
      "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\nabc",
      120_000,
    ],
    ["reads nothing of what it asked for", GET, 120_000],
  ] as const
) {
  Deno.test(`serve() ends a connection whose peer ${name}`, () => {
    const asked = Promise.withResolvers<void>();
    return serving(async (request) => {
      asked.resolve();
      await readText(request, 100);
      return new Response(new Uint8Array(32 * 1024 * 1024));
    }, async (port, _bugs, count) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode(text));
      while (count() === 0) await new Promise((next) => setTimeout(next, 5));
      if (limitMs > 10_000) await asked.promise;
      nowMs += limitMs;
      sweep();
      assert.equal(count(), 1);
      nowMs++;
      sweep();
      while (count() > 0) await new Promise((next) => setTimeout(next, 5));
      connection.close();
    });
  });
}
