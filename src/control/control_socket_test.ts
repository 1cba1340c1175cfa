import assert from "node:assert/strict";
import { socketsAt } from "../../tests/harness/descriptors.ts";
import { Refusal } from "../base/refusal.ts";
import {
  FIRST_REQUEST_MS,
  IDLE_MS,
  MAX_REQUEST_OCTETS,
} from "./control_protocol.ts";
import { ControlSocket } from "./control_socket.ts";

const working = Promise.withResolvers<void>();
const OPERATIONS = new Map<string, (args: unknown) => unknown>([
  ["echo", (args) => args],
  ["refuse", () => {
    throw new Refusal("not_found", { explanation: "No such thing" });
  }],
  ["field", () => {
    throw new Refusal("invalid_value", { field: "a", explanation: "Not so" });
  }],
  ["much", () => "x".repeat(64 * 1024 * 1024)],
  ["wait", () => working.promise],
  ["break", () => {
    throw new TypeError("ann@a.example");
  }],
]);

async function call(name: string, input: unknown): Promise<unknown> {
  return await OPERATIONS.get(name)?.(input);
}

/** A socket in a directory of its own, and time that only the test moves. */
async function withSocket(
  work: (
    setUp: {
      connect: () => Promise<Deno.UnixConn>;
      pass: (ms: number) => void;
      bugs: unknown[];
      path: string;
      end: () => Promise<void>;
    },
  ) => Promise<void>,
): Promise<void> {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/control.sock`;
  const bugs: unknown[] = [];
  const ticks: (() => void)[] = [];
  let ms = 0;
  const socket = await ControlSocket.open({
    path,
    call,
    clock: { now: () => ms, monotonic: () => ms },
    timers: {
      sleep: () => Promise.resolve(),
      every(_, tick) {
        ticks.push(tick);
        return () => {};
      },
    },
    reportBug: (error) => bugs.push(error),
    onLost: (error) => assert.fail(String(error)),
  });
  try {
    await work({
      connect: () => Deno.connect({ transport: "unix", path }),
      pass(more) {
        ms += more;
        for (const tick of ticks) tick();
      },
      bugs,
      path,
      end: () => socket.close(),
    });
  } finally {
    await socket.close();
    await socket.close();
    Deno.removeSync(directory, { recursive: true });
  }
}

async function ask(connection: Deno.Conn, text: string): Promise<string> {
  await writeAll(connection, text);
  const buffer = new Uint8Array(4096);
  const count = await connection.read(buffer);
  return count === null
    ? "closed"
    : new TextDecoder().decode(buffer.subarray(0, count));
}

async function writeAll(connection: Deno.Conn, text: string): Promise<void> {
  let octets = new TextEncoder().encode(text);
  while (octets.length > 0) {
    octets = octets.subarray(await connection.write(octets));
  }
}

const ROWS: [string, string, string][] = [
  [
    "an operation",
    '{"id":1,"op":"echo","args":{"a":"é"}}',
    '{"id":1,"ok":true,"data":{"a":"é"}}',
  ],
  [
    "a refusal",
    '{"id":"x","op":"refuse"}',
    '{"id":"x","ok":false,"code":"not_found","error":"No such thing"}',
  ],
  [
    "a bug, without what it was about",
    '{"id":2,"op":"break"}',
    '{"id":2,"ok":false,"code":"internal","error":"Internal error"}',
  ],
  [
    "a refusal of a field",
    '{"id":3,"op":"field"}',
    '{"id":3,"ok":false,"code":"invalid_value","error":"Not so","field":"a"}',
  ],
  [
    "what is no request",
    '[{"op":"echo"}]',
    '{"id":null,"ok":false,"code":"invalid_value","error":"A request is a JSON object"}',
  ],
  [
    "an op that is none",
    '{"op":1}',
    '{"id":null,"ok":false,"code":"invalid_value","error":"op must be a string"}',
  ],
];
for (const [what, request, response] of ROWS) {
  Deno.test(`the control socket answers ${what}`, () =>
    withSocket(async ({ connect }) => {
      const connection = await connect();
      assert.equal(await ask(connection, request + "\n"), response + "\n");
      assert.equal(await ask(connection, request + "\r\n"), response + "\n");
      connection.close();
    }));
}

Deno.test("the control socket survives text that is no JSON", () =>
  withSocket(async ({ connect }) => {
    const connection = await connect();
    assert.match(await ask(connection, "{]\n"), /"code":"invalid_value"/);
    assert.match(await ask(connection, '{"op":"echo"}\n'), /"ok":true/);
    connection.close();
  }));

Deno.test("the control socket refuses a line over its limit and hangs up", () =>
  withSocket(async ({ connect, bugs }) => {
    const connection = await connect();
    const reply = await ask(connection, "x".repeat(MAX_REQUEST_OCTETS + 1));
    assert.match(reply, /"code":"too_large"/);
    assert.equal(await connection.read(new Uint8Array(1)), null);
    connection.close();
    assert.deepEqual(bugs, []);
  }));

/** Waits until the listener and its connections are so many. */
async function openAre(path: string, count: number): Promise<void> {
  while (socketsAt(path).size !== count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the other one sees when its connection is closed while it is being read. */
async function untilEnd(connection: Deno.Conn): Promise<void> {
  const octets = new Uint8Array(1024 * 1024);
  while (await connection.read(octets) !== null);
}

for (
  const [what, requests, limitMs] of [
    ["who ask nothing", "", FIRST_REQUEST_MS],
    ["who never finish to ask", '{"id":1,"op"', FIRST_REQUEST_MS],
    ["who ask nothing more", '{"op":"echo"}\n', IDLE_MS],
    ["who do not take the response", '{"op":"much"}\n', IDLE_MS],
  ] as const
) {
  Deno.test(`the control socket hangs up on those ${what}`, () =>
    withSocket(async ({ connect, pass, bugs, path }) => {
      const connection = await connect();
      await writeAll(connection, requests);
      if (requests.endsWith("\n")) await connection.read(new Uint8Array(1));
      const later = await connect();
      await ask(later, '{"op":"echo"}\n'); // so the first one is accepted
      later.close();
      await openAre(path, 2);
      pass(limitMs - 1);
      assert.equal(socketsAt(path).size, 2);
      pass(1);
      await openAre(path, 1);
      await untilEnd(connection);
      connection.close();
      assert.deepEqual(bugs, []);
    }));
}

Deno.test("the control socket makes room for a client when others are silent", () =>
  withSocket(async ({ connect, pass, bugs }) => {
    const busy = await connect();
    await writeAll(busy, '{"id":7,"op":"wait"}\n');
    const silent: Deno.UnixConn[] = [];
    for (let at = 0; at < 100; at++) {
      silent.push(await connect());
      pass(1);
    }
    const connection = await connect();
    assert.match(await ask(connection, '{"op":"echo"}\n'), /"ok":true/);
    assert.equal(await silent[0]!.read(new Uint8Array(1)), null);
    working.resolve();
    const answer = await busy.read(new Uint8Array(100));
    assert.ok(answer !== null && answer > 0); // who is worked for stays
    for (const one of [busy, connection, ...silent]) one.close();
    assert.deepEqual(bugs, []);
  }));

Deno.test("the control socket answers a client that has closed its side", () =>
  withSocket(async ({ connect }) => {
    const connection = await connect();
    await writeAll(connection, '{"id":1,"op":"echo"}\n');
    await connection.closeWrite();
    assert.match(await new Response(connection.readable).text(), /"ok":true/);
  }));

Deno.test("the control socket hangs up on silent clients when it closes", () =>
  withSocket(async ({ connect, bugs, path, end }) => {
    const silent = await connect();
    const later = await connect();
    assert.match(await ask(later, '{"op":"echo"}\n'), /"ok":true/);
    await end();
    await Promise.all([silent, later].map(untilEnd));
    await openAre(path, 0);
    silent.close();
    later.close();
    assert.deepEqual(bugs, []);
  }));

Deno.test("the control socket is for its owner and group, and is replaced", () =>
  withSocket(({ path }) => {
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o660);
    return Promise.resolve();
  }));

Deno.test("the control socket answers what it works on before it closes", async () => {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/control.sock`;
  const socket: ControlSocket = await ControlSocket.open({
    path,
    call() {
      void socket.close();
      return Promise.resolve({ stopping: true });
    },
    clock: { now: () => 0, monotonic: () => 0 },
    timers: { sleep: () => Promise.resolve(), every: () => () => {} },
    reportBug: (error) => assert.fail(String(error)),
    onLost: (error) => assert.fail(String(error)),
  });
  const connection = await Deno.connect({ transport: "unix", path });
  const reply = await ask(connection, '{"id":1,"op":"stop"}\n');
  assert.equal(reply, '{"id":1,"ok":true,"data":{"stopping":true}}\n');
  assert.equal(await connection.read(new Uint8Array(1)), null);
  connection.close();
  await socket.close();
  Deno.removeSync(directory, { recursive: true });
});
