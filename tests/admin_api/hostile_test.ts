/** The admin API on a whole server against those who mean no good, or write bad programs. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { noteOf } from "../../src/admin/fields.ts";
import type { Operation } from "../../src/admin/operation.ts";
import { OPERATIONS } from "../../src/admin/operation_table.ts";
import { RESOURCES } from "../../src/api/admin/resources/table.ts";
import {
  adminCall,
  adminLogin,
  adminToken,
  adminUrl,
  type Envelope,
  post,
} from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";
import { happens } from "../harness/until.ts";

interface World {
  readonly server: Server;
  readonly url: string;
  readonly bearer: Record<string, string>;
}

/** What the server makes by itself when it is asked to. */
const OF_OURS = new Set(["backups", "ballast", "exchange"]);

function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name);
}

async function withServer(
  work: (world: World) => Promise<void>,
  config = "",
): Promise<void> {
  // what a value has made below where the server stands lies in its directory
  const server = await Server.start({ config, isolated: true });
  const before = namesIn(server.stateDir);
  try {
    await work({
      server,
      url: adminUrl(server),
      bearer: { authorization: `Bearer ${await adminToken(server)}` },
    });
    const made = namesIn(server.stateDir).filter((name) =>
      !before.includes(name) && !OF_OURS.has(name)
    );
    assert.deepEqual(made, []);
    // it lives, and has seen no fault of its own
    const { counters } = await adminCall(server, "monitor");
    assert.equal(counters.bugs ?? 0, 0);
  } finally {
    await server.dispose();
  }
}

/** Octets that are no request; whatever comes, an envelope says no. */
const BODIES: readonly (readonly [what: string, body: string | Uint8Array])[] =
  [
    ["nothing", ""],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["a number", "1e400"],
    ["a text", '"status"'],
    ["two values", "{}{}"],
    ["NUL", '{"method":"status\0"}'],
    ["no UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d)],
    ["a byte order mark", '\ufeff{"method":"status"}x'],
    ["deep lists", `{"method":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["deep objects", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    [
      "many names",
      `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":0`).join(",")}}`,
    ],
    ["a method that is a list", '{"method":["status"]}'],
    ["a method that is an object", '{"method":{"toString":"status"}}'],
    ["a long method", `{"method":"${"x".repeat(900_000)}"}`],
    ["what all objects have", '{"method":"__proto__"}'],
    ["what all objects can", '{"method":"constructor"}'],
    ["a prototype", '{"__proto__":{"method":"status"}}'],
    ["headers that are a list", '{"method":"status","headers":[]}'],
    ["headers of numbers", '{"method":"status","headers":{"a":1}}'],
    ["a body that is a list", '{"method":"settings.get","body":[1]}'],
    ["a body that is a text", '{"method":"settings.get","body":"x"}'],
    ["a path that is no text", '{"method":"GET","resource":{}}'],
    ["a path up", '{"method":"GET","resource":"/admin/../admin/status"}'],
    [
      "a path that cannot be decoded",
      '{"method":"GET","resource":"/admin/accounts/%E0%A4%A"}',
    ],
    ["a path with NUL", '{"method":"GET","resource":"/admin/accounts/%00"}'],
    [
      "a verb that all objects have",
      '{"method":"constructor","resource":"/admin/status"}',
    ],
    ["more than a request may have", `{"method":"${" ".repeat(17 << 20)}"}`],
  ];

Deno.test("what is no request is refused, and nothing else happens", async (t) => {
  await withServer(async ({ url, bearer }) => {
    for (const [what, body] of BODIES) {
      await t.step(what, async () => {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json", ...bearer },
          body: body as string,
        }).catch(() => undefined);
        if (!response) return; // cut off while it was still sending
        const answer: Envelope = await response.json();
        assert.equal(response.status, 200);
        assert.ok(
          [400, 404, 405, 413].includes(answer.status),
          String(answer.status),
        );
        assert.equal(typeof answer.error, "string");
        assert.ok(JSON.stringify(answer).length < 2000, "an echo");
      });
    }
  });
});

/** What no field takes, or only some do. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  2 ** 60,
  "",
  "\0",
  "a\r\nBcc: b@c.example",
  "../../../../etc/passwd",
  "__proto__",
  "\ud800",
  "\u202e\u0000'\"<script>alert(1)</script>",
  "'; DROP TABLE accounts; --",
  "%00%0a",
  "x".repeat(20_000),
  [],
  [[[[[]]]]],
  [null, {}, -1],
  {},
  { toString: "x", __proto__: null },
];

/** They end the server, or take minutes whatever they are given. */
const NOT_ASKED = new Set([
  "stop",
  "restart",
  "doctor",
  "tasks.run_all",
  "certificates.renew",
]);

Deno.test("no value of any field of any operation is a fault of ours", async () => {
  await withServer(async ({ url, bearer }) => {
    const rows = Object.entries<Operation>(OPERATIONS)
      .filter(([name]) => !NOT_ASKED.has(name));
    const seen: string[] = [];
    for (const [method, { input }] of rows) {
      const fields = Object.keys(input.entries);
      const bodies = fields.length === 0 ? [{ bogus: 1 }] : [
        ...fields.flatMap((field) =>
          HOSTILE.map((value) => ({ [field]: value }))
        ),
        ...HOSTILE.map((value) =>
          Object.fromEntries(fields.map((field) => [field, value]))
        ),
        { bogus: 1 },
      ];
      await inParallel(bodies, 8, async (body) => {
        const { response, answer } = await post(url, { method, body }, bearer);
        assert.equal(response.status, 200, method);
        if (answer.status >= 500 && answer.status !== 503) {
          seen.push(
            `${method} ${
              JSON.stringify(body).slice(0, 200)
            }: ${answer.status} ${answer.error}`,
          );
        }
        const [field, ...others] = Object.keys(body);
        const entry = field === undefined ? undefined : input.entries[field];
        if (others.length === 0 && entry && noteOf(entry).secret) {
          assert.doesNotMatch(answer.error ?? "", /DROP TABLE|etc.passwd/);
        }
      });
    }
    assert.deepEqual(seen, []);
  });
});

/** Names that bodies of resources have. */
const NAMES = [
  "action",
  "username",
  "password",
  "users",
  "value",
  "size",
  "max_bytes",
  "domain",
  "name",
  "url",
  "token",
  "lookup_key",
  "target_host",
  "recipient",
  "subject",
  "body",
  "keys",
  "from",
  "limit",
  "scope",
  "enabled",
];

/** They look at the world, or copy everything. */
const SLOW = /restart|dnscheck|backup/;

Deno.test("no body of any resource is a fault of ours", async () => {
  await withServer(async ({ url, bearer }) => {
    const asked = RESOURCES.filter(({ path }) => !SLOW.test(path))
      .flatMap(({ path, methods }) =>
        Object.keys(methods).flatMap((method) =>
          HOSTILE.flatMap((value) => {
            const part = typeof value === "string" && value !== ""
              ? encodeURIComponent(value.toWellFormed().slice(0, 300))
              : "x";
            const resource = path.replaceAll(/:[a-z]+/g, part);
            const all = NAMES.map((name) => [name, value] as const);
            return [
              { action: value },
              Object.fromEntries(all),
              Object.fromEntries(all.slice(1, 2)),
            ].map((body) => ({ method, resource, body }));
          })
        )
      );
    const seen = new Set<string>();
    await inParallel(asked, 8, async (envelope) => {
      const { response, answer } = await post(url, envelope, bearer);
      assert.equal(response.status, 200);
      if (answer.status < 500 || answer.status === 503) return;
      seen.add(
        `${
          JSON.stringify(envelope).slice(0, 200)
        }: ${answer.status} ${answer.error}`,
      );
    });
    assert.deepEqual([...seen].slice(0, 20), []);
  });
});

async function inParallel<T>(
  all: readonly T[],
  lanes: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = all.values();
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (const one of waiting) await work(one);
  }));
}

Deno.test("a thousand who ask at once are all answered", async () => {
  await withServer(async ({ url, bearer }) => {
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => {
        const method = ["overview", "status", "settings.list", "bogus"][i % 4]!;
        const { answer } = await post(
          url,
          { method },
          i % 5 === 0 ? {} : bearer,
        );
        return answer.status;
      }),
    );
    const kinds = new Set(answers);
    assert.ok(kinds.has(200) && kinds.has(404), [...kinds].join());
    assert.ok(
      [...kinds].every((status) => [200, 401, 404, 429].includes(status)),
      [...kinds].join(),
    );
  }, "[http]\nmax_connections_per_ip = 2000\n");
});

/** A stream that nobody reads. */
async function unreadStream(
  { server, bearer }: World,
  path = "/api/admin/events",
): Promise<{ readonly socket: Socket; readonly head: string }> {
  const { port } = server.endpoint("http");
  const socket = connect({ host: "127.0.0.1", port });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.once("data", (octets) => {
    socket.pause();
    resolve(octets.toString("latin1"));
  });
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("closed")));
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
      `Authorization: ${bearer.authorization}\r\n\r\n`,
  );
  const head = await promise;
  socket.removeAllListeners("error").on("error", () => {});
  return { socket, head };
}

Deno.test("streams that nobody reads hold little, and their places come back", async () => {
  await withServer(async (world) => {
    const { server } = world;
    for (let round = 0; round < 2; round++) {
      const streams: Socket[] = [];
      await happens(async () => {
        const { socket, head } = await unreadStream(world);
        if (/^HTTP\/1.1 200/.test(head)) streams.push(socket);
        else {
          assert.match(head, /^HTTP\/1.1 429/);
          socket.destroy();
        }
        return streams.length === 10;
      });
      const { socket, head } = await unreadStream(world);
      assert.match(head, /^HTTP\/1.1 429/);
      socket.destroy();
      const { memory_bytes: before } = await adminCall(server, "monitor");
      for (let i = 0; i < 150; i++) {
        await adminCall(server, "settings.set", {
          name: "admin_contact",
          value: `mailto:a${i}@chat.example`,
        });
      }
      const { memory_bytes: after } = await adminCall(server, "monitor");
      assert.ok(after - before < 150e6, `${(after - before) / 1e6} MB`);
      for (const one of streams) one.destroy();
    }
  });
});

Deno.test("rotating the token ends sessions and their streams", async () => {
  await withServer(async ({ server, url }) => {
    const { cookie, csrf } = await adminLogin(server);
    const session = { cookie, "x-csrf-token": csrf };
    const asked = await post(url, { method: "status" }, session);
    assert.equal(asked.answer.status, 200);
    const stream = await fetch(`${url}/events`, { headers: { cookie } });
    assert.equal(stream.status, 200);
    const ended = stream.text().catch(() => "");
    const { token } = await adminCall(server, "admin.rotate");
    await ended;
    const late = await post(url, { method: "status" }, session);
    assert.equal(late.answer.status, 401);
    const old = await fetch(`${url}/events`, { headers: { cookie } });
    assert.equal(old.status, 401);
    await old.body?.cancel();
    const fresh = await post(url, { method: "status" }, {
      authorization: `Bearer ${token ?? await adminToken(server)}`,
    });
    assert.equal(fresh.answer.status, 200);
  });
});
