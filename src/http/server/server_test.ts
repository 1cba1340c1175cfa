import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Refusal } from "../../base/refusal.ts";
import { concat, fromLatin1 } from "../../base/octets.ts";
import { readText } from "../body.ts";
import type { HttpHandler } from "../peer.ts";
import {
  LIMITS,
  raw,
  serving,
  statuses,
  until,
  writeAll,
} from "../../../tests/harness/http_test_server.ts";

const HOST = "Host: a.example\r\n";
const GET = `GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
const ok: HttpHandler = () => new Response("ok");
const path: HttpHandler = (request) =>
  new Response(new URL(request.url).pathname + ";");
const echo: HttpHandler = async (request, exchange) => {
  exchange.limit({ bodyOctets: 1_000_000 });
  try {
    return new Response(`<${await readText(request, 1_000_000)}>`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return new Response(error.code, { status: 413 });
  }
};

Deno.test("serve() passes method, URL, headers and body, and gives the answer", () =>
  serving({
    handler: async (request, { address }) => {
      const body = await readText(request, 100);
      return new Response(
        `${request.method} ${request.url} ${address} ${body}`,
        {
          headers: { "x-seen": request.headers.get("x-one") ?? "" },
        },
      );
    },
  }, async ({ port }) => {
    const answer = await raw(
      port,
      "POST /p?q=1 HTTP/1.1\r\nHost: a.example:99\r\nX-One: yes\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
    );
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(answer, /\r\nx-seen: yes\r\n/);
    assert.match(answer, /\r\ncontent-length: 45\r\n/);
    assert.match(answer, /\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n/);
    assert.match(answer, /\r\nconnection: close\r\n/);
    assert.match(
      answer,
      /POST http:\/\/a\.example:99\/p\?q=1 127\.0\.0\.1 body$/,
    );
  }));

Deno.test("serve() answers one request after another, also those sent at once", () =>
  serving({ handler: path }, async ({ port, server }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const get = (target: string) => `GET ${target} HTTP/1.1\r\n${HOST}\r\n`;
    await writeAll(connection, get("/1"));
    const first = new Uint8Array(1000);
    const count = await connection.read(first) ?? 0;
    const text = new TextDecoder().decode(first.subarray(0, count));
    assert.match(text, /\/1;$/);
    assert.doesNotMatch(text, /connection:/);
    assert.equal(server.connections, 1);
    await writeAll(
      connection,
      get("/2") + get("/3") +
        `POST /4 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc` +
        get("/5") + GET.replace("/", "/6"),
    );
    const rest = await new Response(connection.readable).text();
    assert.deepEqual(rest.match(/\/\d;/g), ["/2;", "/3;", "/4;", "/5;", "/6;"]);
  }));

Deno.test("serve() lets others have their turn while one asks for much at once", () => {
  const flooded = 2000;
  let answered = 0;
  return serving({
    handler(request) {
      if (request.url.endsWith("/other")) return new Response("other");
      answered++;
      const end = performance.now() + 1;
      while (performance.now() < end);
      return new Response();
    },
    clock: { now: () => 0, monotonic: () => performance.now() },
  }, async ({ port }) => {
    const flood = raw(
      port,
      `GET / HTTP/1.1\r\n${HOST}\r\n`.repeat(flooded) + GET,
    );
    await until(() => answered > 0);
    await raw(port, GET.replace("/", "/other"));
    assert.ok(answered < flooded / 2, `${answered} before`);
    await flood;
  });
});

Deno.test("serve() answers 431 to more than a hundred header fields", () =>
  serving({ handler: ok }, async ({ port }) => {
    const get = (count: number) =>
      raw(port, GET.replace(HOST, HOST + "a: b\r\n".repeat(count)));
    assert.deepEqual(statuses(await get(98)), [200]);
    assert.deepEqual(statuses(await get(99)), [431]);
  }));

Deno.test("serve() works on the requests of a connection one at a time", () => {
  let now = 0;
  let most = 0;
  return serving({
    async handler() {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now--;
      return new Response("ok");
    },
  }, async ({ port }) => {
    const text = await raw(
      port,
      `GET / HTTP/1.1\r\n${HOST}\r\n`.repeat(20) + GET,
    );
    assert.equal(statuses(text).length, 21);
    assert.equal(most, 1);
  });
});

const ANSWERS: [string, string, number[]][] = [
  ["what is no HTTP", "EHLO me\r\n\r\n", [400]],
  ["what is no HTTP, after a request", `GET / HTTP/1.1\r\n${HOST}\r\n\0\0\0`, [
    200,
    400,
  ]],
  ["a request after it as well", `\0${GET}`, [400]],
  [
    "an absolute target",
    `GET http://b.example/x HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    [200],
  ],
  [
    "an absolute target of another kind",
    `GET ftp://b/ HTTP/1.1\r\n${HOST}\r\n`,
    [400],
  ],
  [
    "an absolute target with a user",
    `GET http://u@b/ HTTP/1.1\r\n${HOST}\r\n`,
    [400],
  ],
  ["a target that is no path", `GET x HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["a host that is none", "GET / HTTP/1.1\r\nHost: a b/c\r\n\r\n", [400]],
  ["a port that is none", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", [400]],
  ["an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", [400]],
  ["two hosts", `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, [400]],
  ["CONNECT", `CONNECT b.example:443 HTTP/1.1\r\n${HOST}\r\n`, [405]],
  ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}\r\n`, [405]],
  ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, [
    204,
  ]],
  ["GET *", `GET * HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", [200]],
  ["HTTP/2.0", `GET / HTTP/2.0\r\n${HOST}\r\n`, [505]],
  [
    "a large head",
    `GET / HTTP/1.1\r\n${HOST}A: ${"x".repeat(20_000)}\r\n\r\n`,
    [431],
  ],
  ["a long target", `GET /${"x".repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`, [414]],
  ["a strange expectation", `GET / HTTP/1.1\r\n${HOST}Expect: tea\r\n\r\n`, [
    417,
  ]],
  ["a coding", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n\r\n`, [
    501,
  ]],
];
for (const [what, text, expected] of ANSWERS) {
  Deno.test(`serve() answers ${expected.join(" and ")} to ${what}, and ends`, () =>
    serving({ handler: ok }, async ({ port, bugs }) => {
      assert.deepEqual(statuses(await raw(port, text)), expected);
      assert.deepEqual(bugs, []);
    }));
}

Deno.test("serve() takes the host of an absolute target, not the other one", () =>
  serving({
    handler: (request) => new Response(`=${request.url}=`),
  }, async ({ port }) => {
    const target = "HTTP://b.example:81?q";
    const text = await raw(port, GET.replace("/", target));
    assert.match(text, /=http:\/\/b\.example:81\/\?q=$/);
  }));

const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
const post = (fields: string, body: string) =>
  `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
const PAIRS: [string, string][] = [
  [
    "CL.TE",
    post(
      "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
      `0\r\n\r\n${SMUGGLED}`,
    ),
  ],
  [
    "TE.CL",
    post(
      "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
      `0\r\n\r\n${SMUGGLED}`,
    ),
  ],
  [
    "TE.TE",
    post(
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
      `0\r\n\r\n${SMUGGLED}`,
    ),
  ],
  [
    "TE with a tab",
    post(
      "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n",
      `0\r\n\r\n${SMUGGLED}`,
    ),
  ],
  ["CL.CL", post("Content-Length: 0\r\nContent-Length: 44\r\n", SMUGGLED)],
  [
    "chunk extension with LF",
    post("Transfer-Encoding: chunked\r\n", `0;\n${SMUGGLED}\r\n\r\n`),
  ],
  [
    "chunk ended by LF",
    post("Transfer-Encoding: chunked\r\n", `2\r\nxx\n0\n\n${SMUGGLED}`),
  ],
  [
    "a size after zeros",
    post("Transfer-Encoding: chunked\r\n", `000000000\r\n\r\n${SMUGGLED}`),
  ],
  [
    "garbage in place of a chunk",
    post("Transfer-Encoding: chunked\r\n", `zz\r\n${SMUGGLED}`),
  ],
];
for (const [what, text] of PAIRS) {
  Deno.test(`serve() lets no request in behind ${what}`, () => {
    const asked: string[] = [];
    return serving({
      async handler(request) {
        asked.push(new URL(request.url).pathname);
        await readText(request, 1000);
        return new Response("ok");
      },
    }, async ({ port, bugs }) => {
      const answers = statuses(await raw(port, text + GET));
      assert.equal(answers.length, 1);
      assert.ok(!asked.includes("/smuggled"));
      assert.deepEqual(bugs, []);
    });
  });
}

Deno.test("serve() takes a body in chunks, and another request behind it", () =>
  serving({ handler: echo }, async ({ port }) => {
    const chunks = "3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nT: v\r\n\r\n";
    const text = await raw(
      port,
      post("Transfer-Encoding: chunked\r\n", chunks) + GET,
    );
    assert.deepEqual(statuses(text), [200, 200]);
    assert.match(text, /<abcdefg>/);
  }));

Deno.test("serve() asks for a body that waits to be asked for, once", () =>
  serving({ handler: echo }, async ({ port }) => {
    const fields =
      "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n";
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, post(fields, ""));
    const buffer = new Uint8Array(100);
    const count = await connection.read(buffer) ?? 0;
    assert.equal(
      new TextDecoder().decode(buffer.subarray(0, count)),
      "HTTP/1.1 100 Continue\r\n\r\n",
    );
    await writeAll(connection, "abc");
    const text = await new Response(connection.readable).text();
    assert.match(text, /^HTTP\/1\.1 200 [^]*<abc>$/);
  }));

Deno.test("serve() does not ask for a body that nobody wants", () =>
  serving({ handler: ok }, async ({ port }) => {
    const text = await raw(
      port,
      post("Content-Length: 3\r\nExpect: 100-continue\r\n", ""),
    );
    assert.deepEqual(statuses(text), [200]);
    assert.match(text, /connection: close/);
  }));

Deno.test("serve() answers 500 without internals when the handler throws", () =>
  serving({
    handler() {
      throw new Error("secret detail");
    },
  }, async ({ port, bugs }) => {
    const answer = await raw(port, GET);
    assert.match(answer, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(answer, /secret/);
    assert.equal(bugs.length, 1);
  }));

Deno.test("serve() does not call it a bug when the peer leaves in the middle of its body", () => {
  const thrown = Promise.withResolvers<void>();
  return serving({
    async handler(request) {
      try {
        return new Response(await readText(request, 100));
      } finally {
        thrown.resolve();
      }
    },
  }, async ({ port, bugs }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, post("Content-Length: 9\r\n", "abc"));
    connection.close();
    await thrown.promise;
    assert.deepEqual(statuses(await raw(port, GET)), [200]);
    assert.deepEqual(bugs, []);
  });
});

for (
  const [what, fields, body] of [
    ["declares", "Content-Length: 33000000\r\n", new Uint8Array(33_000_000)],
    [
      "sends",
      "Transfer-Encoding: chunked\r\n",
      concat([fromLatin1("ffffff\r\n"), new Uint8Array(0xffffff)]),
    ],
  ] as const
) {
  Deno.test(`serve() gets 413 to a peer that ${what} too much and goes on sending`, () =>
    serving({ handler: echo }, async ({ port, bugs }) => {
      const text = await raw(port, post(fields, ""), body);
      assert.deepEqual(statuses(text), [413]);
      assert.match(text, /connection: close[^]*message_too_large$/);
      assert.deepEqual(bugs, []);
    }));
}

Deno.test("serve() gets 431 to a peer that goes on sending", () =>
  serving({ handler: ok }, async ({ port }) => {
    const text = await raw(
      port,
      `GET / HTTP/1.1\r\n${HOST}A: `,
      new Uint8Array(20_000_000).fill(65),
    );
    assert.deepEqual(statuses(text), [431]);
  }));

Deno.test("serve() keeps the body of a route that has said nothing to 64 KiB", () =>
  serving({
    async handler(request) {
      const octets = await request.bytes().catch((error) => error);
      return new Response(octets instanceof Refusal ? octets.code : "taken");
    },
  }, async ({ port }) => {
    const body = "x".repeat(65_536);
    const fields = (size: number) =>
      `Content-Length: ${size}\r\nConnection: close\r\n`;
    assert.match(await raw(port, post(fields(65_536), body)), /taken$/);
    assert.match(
      await raw(port, post(fields(65_537), body + "x")),
      /message_too_large$/,
    );
  }));

Deno.test("serve() skips a small body that nobody reads, and goes on", () =>
  serving({ handler: ok }, async ({ port }) => {
    const text = await raw(port, post("Content-Length: 3\r\n", "abc") + GET);
    assert.deepEqual(statuses(text), [200, 200]);
  }));

Deno.test("serve() answers a peer that has closed its side", () =>
  serving({
    async handler() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Response("late");
    },
  }, async ({ port }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, `GET / HTTP/1.1\r\n${HOST}\r\n`);
    await connection.closeWrite();
    assert.match(await new Response(connection.readable).text(), /late$/);
  }));

Deno.test("serve() sends nothing but the head to HEAD, 204 and 304", () =>
  serving({
    handler: (request) =>
      new URL(request.url).pathname === "/204"
        ? new Response(null, { status: 204 })
        : new Response("text", { headers: { etag: '"1"' } }),
  }, async ({ port }) => {
    const text = await raw(
      port,
      `HEAD / HTTP/1.1\r\n${HOST}\r\n`,
      `GET /204 HTTP/1.1\r\n${HOST}\r\n`,
      `GET / HTTP/1.1\r\n${HOST}If-None-Match: "1"\r\n\r\n`,
      GET,
    );
    assert.deepEqual(statuses(text), [200, 204, 304, 200]);
    assert.equal(text.match(/\r\n\r\n(?=HTTP)/g)?.length, 3);
    assert.equal(text.match(/content-length: 4/g)?.length, 2); // HEAD and GET
    assert.match(text, /\r\n\r\ntext$/);
  }));

Deno.test("serve() streams an answer of unknown length in chunks, to HTTP/1.0 until it closes", () =>
  serving({
    handler: () =>
      new Response(ReadableStream.from(
        (function* () {
          for (let i = 0; i < 30; i++) {
            yield new Uint8Array(10_000).fill(65 + i);
          }
        })(),
      )),
  }, async ({ port }) => {
    const text = await raw(port, GET);
    assert.match(text, /transfer-encoding: chunked/);
    const chunks = text.split("\r\n\r\n").slice(1).join("\r\n\r\n");
    assert.equal(chunks.match(/2710\r\n/g)?.length, 30);
    assert.match(chunks, /0\r\n\r\n$/);
    const old = await raw(port, "GET / HTTP/1.0\r\n\r\n");
    assert.doesNotMatch(old, /transfer-encoding|content-length/);
    assert.equal(old.split("\r\n\r\n")[1]?.length, 300_000);
  }));

Deno.test("serve() breaks the connection when a streamed answer fails", () =>
  serving({
    handler: () =>
      new Response(ReadableStream.from(
        (function* () {
          for (let i = 0; i < 30; i++) yield new Uint8Array(10_000);
          throw new Error("broken");
        })(),
      )),
  }, async ({ port, bugs }) => {
    await assert.rejects(raw(port, GET));
    assert.equal(bugs.length, 1);
  }));

Deno.test("serve() sends what it knows again compressed by brotli, once made", () => {
  let asked = 0;
  return serving({
    handler: ({ url }) => {
      asked++;
      const { pathname } = new URL(url);
      const text = `${pathname} `.repeat(2000);
      return new Response(text, {
        headers: { "content-type": "text/html", etag: `W/"${pathname}"` },
      });
    },
  }, async ({ port }) => {
    for (const path of ["/a", "/b", "/a", "/b"]) {
      const request = `GET ${path} HTTP/1.1\r\n${HOST}` +
        `Accept-Encoding: gzip, br\r\nConnection: close\r\n\r\n`;
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await writeAll(connection, request);
      const octets = await new Response(connection.readable).bytes();
      const head = new TextDecoder("latin1").decode(octets);
      assert.match(head, /\r\ncontent-encoding: br\r\n/);
      const body = octets.subarray(head.indexOf("\r\n\r\n") + 4);
      const text = brotliDecompressSync(body).toString();
      assert.equal(text, `${path} `.repeat(2000));
    }
    assert.equal(asked, 4);
  });
});

const TEXT = "All work and no play. ".repeat(200);
const COMPRESSED: [string, string, string, number, boolean][] = [
  ["text", "text/html; charset=utf-8", "", 2000, true],
  ["JSON", "application/json", "", 2000, true],
  ["a drawing", "image/svg+xml", "", 2000, true],
  ["text of 1 KiB", "text/plain", "", 1024, true],
  ["text below 1 KiB", "text/plain", "", 1023, false],
  ["a picture", "image/png", "", 2000, false],
  ["what is secret", "text/html", "no-store", 2000, false],
];
for (const [what, type, caching, size, isSmaller] of COMPRESSED) {
  Deno.test(`serve() ${isSmaller ? "compresses" : "leaves"} ${what}`, () =>
    serving({
      handler: () =>
        new Response(TEXT.slice(0, size), {
          headers: {
            "content-type": type,
            "cache-control": caching,
            etag: '"x"',
          },
        }),
    }, async ({ port }) => {
      async function ask(accept: string) {
        const response = await fetch(`http://127.0.0.1:${port}/`, {
          headers: { "accept-encoding": accept },
        });
        return { headers: response.headers, body: await response.bytes() };
      }
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await writeAll(
        connection,
        GET.replace(HOST, `${HOST}Accept-Encoding: deflate, gzip;q=0.5\r\n`),
      );
      const octets = await new Response(connection.readable).bytes();
      const head = new TextDecoder("latin1").decode(octets);
      assert.equal(head.includes("content-encoding: gzip"), isSmaller);
      assert.equal(head.includes('etag: W/"x"'), isSmaller);
      assert.equal(head.includes("vary: accept-encoding"), isSmaller);
      if (isSmaller) {
        const body = octets.subarray(head.indexOf("\r\n\r\n") + 4);
        assert.equal(gunzipSync(body).toString(), TEXT.slice(0, size));
      }
      for (const accept of ["identity", "gzip;q=0", "deflate"]) {
        const plain = await ask(accept);
        assert.equal(plain.headers.get("content-encoding"), null);
        assert.equal(plain.body.length, size);
        assert.equal(plain.headers.get("etag"), '"x"');
      }
    }));
}

const CONDITIONS: [string, string, number][] = [
  ["If-None-Match", '"x"', 304],
  ["If-None-Match", 'W/"x"', 304],
  ["If-None-Match", '"a", "b,c" ,W/"x"', 304],
  ["If-None-Match", ',, "x"', 304],
  ["If-None-Match", "*", 304],
  ["If-None-Match", '"y"', 200],
  ["If-None-Match", 'x, "x"', 200],
  ["If-None-Match", '"a "x" b"', 200],
  ["If-None-Match", "", 200],
  ["If-Match", '"x"', 200],
  ["If-Match", '"y", "x"', 200],
  ["If-Match", "*", 200],
  ["If-Match", 'W/"x"', 412],
  ["If-Match", '"y"', 412],
];
for (const [field, value, status] of CONDITIONS) {
  Deno.test(`serve() answers ${status} to ${field}: ${value}`, () =>
    serving({
      handler: () => new Response("text", { headers: { etag: '"x"' } }),
    }, async ({ port }) => {
      const text = await raw(
        port,
        GET.replace(HOST, `${HOST}${field}: ${value}\r\n`),
      );
      assert.deepEqual(statuses(text), [status]);
      assert.match(text, /etag: "x"/);
    }));
}

Deno.test("serve() compares weak tags weakly, for If-Match never equal", () =>
  serving({
    handler: () => new Response("text", { headers: { etag: 'W/"x"' } }),
  }, async ({ port }) => {
    for (
      const [field, status] of [
        ['If-None-Match: "x"', 304],
        ['If-None-Match: W/"x"', 304],
        ['If-Match: W/"x"', 412],
        ["If-Match: *", 200],
      ] as const
    ) {
      const text = await raw(port, GET.replace(HOST, `${HOST}${field}\r\n`));
      assert.deepEqual(statuses(text), [status]);
    }
  }));

Deno.test("serve() closes connections over the limit of one address, and says so", () =>
  serving(
    { handler: ok, limits: () => ({ ...LIMITS, perAddress: 3 }) },
    async ({ port, server, refused }) => {
      const open = await Promise.all(
        [1, 2, 3].map(() => Deno.connect({ hostname: "127.0.0.1", port })),
      );
      await until(() => server.connections === 3);
      assert.equal(await raw(port, GET).catch(() => ""), "");
      assert.equal(refused(), 1);
      open.pop()?.close();
      await until(() => server.connections === 2);
      assert.deepEqual(statuses(await raw(port, GET)), [200]);
      for (const connection of open) connection.close();
    },
  ));

Deno.test("serve() closes connections over the limit of all, of a trusted proxy too", () =>
  serving(
    {
      handler: ok,
      limits: () => ({ ...LIMITS, total: 3, perAddress: 1 }),
      trustedProxies: () => ["127.0.0.1"],
    },
    async ({ port, server, refused }) => {
      const open = await Promise.all(
        [1, 2, 3].map(() => Deno.connect({ hostname: "127.0.0.1", port })),
      );
      await until(() => server.connections === 3);
      assert.equal(await raw(port, GET).catch(() => ""), "");
      assert.equal(refused(), 1);
      for (const connection of open) connection.close();
    },
  ));

Deno.test("serve() counts an IPv6 network, and both forms of an IPv4 address, as one", () => {
  const addresses = [
    ...["1::9", "1::ffff:9:9:9", "1:0:0:0:8::", "1:0::"],
    ...["1::7", "1:0:0:1::7", "192.0.2.1", "::ffff:c000:201"],
  ];
  const given = [...addresses];
  return serving(
    { handler: ok, limits: () => ({ ...LIMITS, perAddress: 4 }) },
    async ({ port, server }) => {
      const open: Deno.Conn[] = [];
      for (let i = 0; i < addresses.length; i++) {
        const connecting = Deno.connect({ hostname: "127.0.0.1", port });
        const connection = await connecting.catch(() => undefined); // reset
        if (connection) open.push(connection);
        await until(() => given.length < addresses.length - i);
      }
      assert.equal(server.connections, addresses.length - 1); // the fifth of 1::/64 is closed
      for (const connection of open) connection.close();
    },
    () => given.shift() ?? "",
  );
});

const FORWARDED: [string, string, string][] = [
  ["nothing", "", "127.0.0.1 false"],
  ["one address", "X-Forwarded-For: 192.0.2.9\r\n", "192.0.2.9 false"],
  [
    "a forged one before it",
    "X-Forwarded-For: 10.9.9.9, 192.0.2.9\r\n",
    "192.0.2.9 false",
  ],
  [
    "several fields, and proxies that are trusted",
    "X-Forwarded-For: 192.0.2.8\r\nX-Forwarded-For: 192.0.2.9, 10.1.1.1\r\n",
    "192.0.2.9 false",
  ],
  [
    "ports",
    "X-Forwarded-For: [2001:db8::1]:99, 10.1.1.1:5\r\n",
    "2001:db8::1 false",
  ],
  [
    "no address",
    "X-Forwarded-For: 192.0.2.9, unknown, 10.1.1.1\r\n",
    "10.1.1.1 false",
  ],
  ["TLS before it", "X-Forwarded-Proto: https\r\n", "127.0.0.1 true"],
];
for (const [what, fields, expected] of FORWARDED) {
  for (const isTrusted of [true, false]) {
    Deno.test(`serve() ${isTrusted ? "believes a trusted" : "believes no other"} proxy that says ${what}`, () =>
      serving({
        handler: (request, { address, secure }) =>
          new Response(`${address} ${secure} ${new URL(request.url).protocol}`),
        trustedProxies: () =>
          isTrusted ? ["127.0.0.0/8", "10.0.0.0/8"] : ["10.0.0.0/8"],
      }, async ({ port }) => {
        const text = await raw(port, GET.replace(HOST, HOST + fields));
        const seen = isTrusted ? expected : "127.0.0.1 false";
        const scheme = seen.endsWith("true") ? "https:" : "http:";
        assert.ok(text.endsWith(`\r\n\r\n${seen} ${scheme}`), text);
      }));
  }
}

for (
  const [name, texts, limitMs] of [
    ["says nothing", [], LIMITS.headMs],
    ["stops in the head", ["GET / HTTP/1.1\r\nHost: a"], LIMITS.headMs],
    [
      "stops in its second head",
      [`GET / HTTP/1.1\r\n${HOST}\r\nGET /`],
      LIMITS.headMs,
    ],
    ["asks no more", [`GET / HTTP/1.1\r\n${HOST}\r\n`], LIMITS.idleMs],
    [
      "stops in the body",
      [post("Content-Length: 9\r\n", "abc")],
      LIMITS.bodyStallMs,
    ],
    [
      "stops in a chunk",
      [post("Transfer-Encoding: chunked\r\n", "9\r\nabc")],
      LIMITS.bodyStallMs,
    ],
    ["reads nothing of what it asked for", [
      "GET /much HTTP/1.1\r\n",
      HOST,
      "\r\n",
    ], LIMITS.sendStallMs],
    ["does not close after the last answer", [GET], 5000],
    [
      "sends on after a refusal",
      [post("Content-Length: 999999999\r\n", "x")],
      5000,
    ],
  ] as const
) {
  Deno.test(`serve() ends a connection whose peer ${name}`, () => {
    let handled = 0;
    const cuts: string[] = [];
    return serving({
      onCut: (reason) => cuts.push(reason),
      async handler(request) {
        handled++;
        if (new URL(request.url).pathname === "/much") {
          return new Response(new Uint8Array(32 * 1024 * 1024));
        }
        try {
          await readText(request, 100);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
        return new Response("ok");
      },
    }, async ({ port, server, pass, bugs }) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      for (const text of texts) await writeAll(connection, text);
      await until(() => server.connections === 1);
      if (
        texts.some((text) => text.endsWith("\r\n\r\n") || text.includes("POST"))
      ) {
        await until(() => handled === 1);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      pass(limitMs);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(server.connections, 1);
      pass(1);
      await until(() => {
        // what the peer has sent may have come late on a busy machine
        if (server.connections > 0) pass(1000);
        return server.connections === 0;
      });
      assert.deepEqual(bugs, []);
      assert.deepEqual(cuts, isNoFault(name) ? [] : ["silent"]);
      connection.close();
    });
  });
}

/** It has had what it came for, or has been told. */
function isNoFault(name: string): boolean {
  return /^(says nothing|asks no more|does not close|sends on)/.test(name);
}

Deno.test("serve() gives a body that trickles no longer than its route allows", () => {
  let received = 0;
  return serving({
    async handler(request, exchange) {
      exchange.limit({ bodyMs: 100_000 });
      for await (const { length } of request.body!) received += length;
      return new Response();
    },
  }, async ({ port, server, pass }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, post("Content-Length: 9\r\n", "a"));
    for (let count = 1; count <= 4; count++) {
      await until(() => received === count);
      assert.equal(server.connections, 1);
      await writeAll(connection, "b");
      await until(() => received === count + 1);
      pass(25_000);
    }
    pass(1);
    await until(() => server.connections === 0);
    connection.close();
  });
});

Deno.test("serve() gives a slow handler no longer than its route allows", () => {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const cuts: string[] = [];
  return serving({
    onCut: (reason) => cuts.push(reason),
    handler(_request, exchange) {
      exchange.limit({ answerMs: 5000 });
      onAsked();
      return new Promise(() => {});
    },
  }, async ({ port, server, pass }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, GET);
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 10));
    pass(5000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(server.connections, 1);
    pass(1);
    await assert.rejects(connection.read(new Uint8Array(1)));
    assert.deepEqual(cuts, ["late_answer"], "The peer was not silent");
    connection.close();
  });
});

Deno.test("serve() does not blame the peer for a handler that stops in a body", () => {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const cuts: string[] = [];
  return serving({
    onCut: (reason) => cuts.push(reason),
    async handler(request, exchange) {
      exchange.limit({ bodyMs: 100_000 });
      await request.body?.getReader().read();
      onAsked();
      return await new Promise(() => {});
    },
  }, async ({ port, pass }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, post("Content-Length: 9\r\n", "abc"));
    await asked;
    pass(200_000);
    assert.deepEqual(cuts, ["late_answer"]);
    connection.close();
  });
});

Deno.test("serve() does not blame the peer for an answer that stops in its middle", () => {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const cuts: string[] = [];
  return serving({
    onCut: (reason) => cuts.push(reason),
    handler(_request, exchange) {
      exchange.limit({ sendMs: 5000 });
      let isFirst = true;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (!isFirst) {
            onAsked();
            return new Promise(() => {});
          }
          isFirst = false;
          controller.enqueue(new Uint8Array(300_000));
        },
      }, { highWaterMark: 0 });
      return new Response(body);
    },
  }, async ({ port, pass }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, GET);
    const taken = assert.rejects(
      connection.readable.pipeTo(new WritableStream()),
    );
    await asked; // what there is has been taken
    pass(5000);
    assert.deepEqual(cuts, []);
    pass(1);
    assert.deepEqual(cuts, ["late_answer"]);
    await taken;
  });
});

Deno.test("stop() lets an answer under way be finished, and ends who waits", () => {
  const answer = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  return serving({
    handler() {
      asked.resolve();
      return answer.promise;
    },
  }, async ({ port, server }) => {
    const idle = await Deno.connect({ hostname: "127.0.0.1", port });
    await until(() => server.connections === 1);
    const busy = raw(port, `GET / HTTP/1.1\r\n${HOST}\r\n`.repeat(2));
    await asked.promise;
    let ended = false;
    const stopped = server.stop().then(() => ended = true);
    assert.equal(await idle.read(new Uint8Array(1)), null);
    assert.equal(await raw(port, GET).catch(() => ""), "");
    assert.ok(!ended);
    answer.resolve(new Response("done"));
    const text = await busy;
    assert.deepEqual(statuses(text), [200]);
    assert.match(text, /connection: close[^]*done$/);
    await stopped;
    idle.close();
  });
});

Deno.test("destroy() ends what does not end by itself", () => {
  const asked = Promise.withResolvers<void>();
  return serving({
    handler() {
      asked.resolve();
      return new Promise(() => {});
    },
  }, async ({ port, server }) => {
    const answer = raw(port, GET).catch(() => "reset");
    await asked.promise;
    const stopped = server.stop();
    server.destroy();
    assert.equal(await answer, "reset");
    await stopped;
    assert.equal(server.connections, 0);
  });
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
