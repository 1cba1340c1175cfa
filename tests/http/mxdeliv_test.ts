/** `/mxdeliv` on a real connection, with whatever a peer may send there. */
import assert from "node:assert/strict";
import { isAllRead } from "../harness/descriptors.ts";
import { settle } from "../harness/test_time.ts";
import { ANN } from "../delivery/relay.ts";
import { encrypted, ServerMailWorld } from "../federation/server_mail_world.ts";
import {
  raw,
  type Scene,
  serving,
  statuses,
  until,
  writeAll,
} from "../harness/http_test_server.ts";

interface Stage extends Scene {
  readonly world: ServerMailWorld;
}

function mxdelivTest(
  name: string,
  run: (stage: Stage) => Promise<void>,
): void {
  Deno.test(`/mxdeliv: ${name}`, async () => {
    await using world = await ServerMailWorld.open();
    await serving(
      { handler: world.handler },
      (scene) => run({ ...scene, world }),
      () => "192.0.2.7",
    );
  });
}

const OK = "250 2.0.0 OK\n";
const MESSAGE = encrypted();

function head(...fields: string[]): string {
  return [
    "POST /mxdeliv HTTP/1.1",
    "Host: relay.example",
    "X-MAIL-FROM: zoe@peer.example",
    "X-Mail-To: ann@relay.example",
    "Connection: close",
    ...fields,
    "",
    "",
  ].join("\r\n");
}

function withLength(text: string, ...fields: string[]): string {
  return head(`Content-Length: ${text.length}`, ...fields) + text;
}

function chunked(text: string, octets = 100): string {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += octets) {
    const chunk = text.slice(at, at + octets);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return head("Transfer-Encoding: chunked") +
    `${chunks.join("")}0\r\n\r\n`;
}

/** The last status and the line of the answer. */
function answerIn(text: string): string {
  return `${statuses(text).at(-1)} ${text.split("\r\n\r\n").at(-1)}`;
}

mxdelivTest(
  "whole and in chunks, one after another on a connection",
  async ({ port, world }) => {
    const both = withLength(MESSAGE).replace("Connection: close\r\n", "") +
      chunked(encrypted({ id: "2" }), 7).replace(
        "X-MAIL-FROM: zoe@peer.example\r\n",
        "",
      );
    const text = await raw(port, both);
    assert.deepEqual(statuses(text), [200, 200]);
    assert.equal(text.split(OK).length, 3);
    assert.match(text, /content-type: text\/plain; charset=utf-8\r\n/);
    assert.equal((await world.relay.inbox(ANN)).length, 2);
  },
);

mxdelivTest("each recipient in a line of its own", async ({ port, world }) => {
  const fields = [
    "X-Mail-To: bob@relay.example",
    "x-mail-to: carol@relay.example",
  ];
  const text = await raw(
    port,
    withLength(MESSAGE, ...fields),
  );
  assert.equal(answerIn(text), `200 ${OK}`);
  for (const one of world.relay.accounts.keys()) {
    assert.equal((await world.relay.inbox(one)).length, 1);
  }
});

for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
  mxdelivTest(`${method} is told what is allowed`, async ({ port }) => {
    const text = await raw(
      port,
      `${method} /mxdeliv HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\n\r\n`,
    );
    assert.deepEqual(statuses(text), [405]);
    assert.match(text, /\r\nallow: POST\r\n/);
    assert.equal(
      text.includes("502 5.5.1 Method not allowed\n"),
      method !== "HEAD",
    );
  });
}

const BAD: readonly [what: string, request: string, answer: string][] = [
  [
    "two reverse-paths",
    withLength(MESSAGE, "X-Mail-From: eve@peer.example"),
    "400 501 5.5.4 More than one X-Mail-From\n",
  ],
  [
    "no recipient",
    withLength(MESSAGE).replace("X-Mail-To:", "X-Other:"),
    "400 501 5.5.4 X-Mail-To is missing\n",
  ],
  ["no body", head(), "400 550 5.6.0 Message is empty\n"],
  [
    "an empty body in chunks",
    `${head("Transfer-Encoding: chunked")}0\r\n\r\n`,
    "400 550 5.6.0 Message is empty\n",
  ],
  [
    "a chunk without a size",
    `${head("Transfer-Encoding: chunked")}zz\r\nabc\r\n0\r\n\r\n`,
    "400 501 5.5.4 The body cannot be read\n",
  ],
  [
    "a chunk that is longer than it says",
    `${head("Transfer-Encoding: chunked")}2\r\nabcdef\r\n0\r\n\r\n`,
    "400 501 5.5.4 The body cannot be read\n",
  ],
  [
    "a declared length over the limit",
    `${head("Content-Length: 200001")}From: x`,
    "413 552 5.3.4 Message exceeds maximum size\n",
  ],
  [
    "chunks over the limit",
    chunked(encrypted({ sizeOctets: 200_000 }), 10_000),
    "413 552 5.3.4 Message exceeds maximum size\n",
  ],
];
for (const [what, request, expected] of BAD) {
  mxdelivTest(`${what}: ${expected.trim()}`, async ({ port, world, bugs }) => {
    assert.equal(answerIn(await raw(port, request, "")), expected);
    assert.deepEqual(await world.relay.inbox(ANN), []);
    assert.deepEqual(bugs, []);
    await isForgotten(world);
  });
}

mxdelivTest(
  "a message of the largest size passes, one octet more does not",
  async ({ port, world }) => {
    world.maxOctets = MESSAGE.length;
    assert.equal(answerIn(await raw(port, chunked(MESSAGE))), `200 ${OK}`);
    assert.match(answerIn(await raw(port, chunked(`${MESSAGE}\n`))), /^413 /);
  },
);

mxdelivTest(
  "a body that stops is given up after 30 seconds",
  async ({ port, world }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, withLength(MESSAGE).slice(0, -10));
    await until(() => world.time.pending > 0);
    await world.time.pass(29_000);
    await writeAll(connection, MESSAGE.slice(-10, -9));
    await settled(port);
    await world.time.pass(29_000);
    await settled(port);
    assert.equal(world.time.pending, 1);
    await world.time.pass(3_000);
    const text = await answered(connection);
    assert.equal(answerIn(text), "408 451 4.4.2 Timeout\n");
    assert.deepEqual(await world.relay.inbox(ANN), []);
    await isForgotten(world);
    connection.close();
  },
);

mxdelivTest(
  "a body that trickles is given up after five minutes",
  async ({ port, world }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, withLength(MESSAGE).slice(0, -100));
    await until(() => world.time.pending > 0);
    for (let at = -100; at < -84; at++) {
      await writeAll(connection, MESSAGE.slice(at, at + 1));
      await settled(port);
      await world.time.pass(20_000);
    }
    const text = await answered(connection);
    assert.equal(answerIn(text), "408 451 4.4.2 Timeout\n");
    await isForgotten(world);
    connection.close();
  },
);

mxdelivTest(
  "a peer that leaves in its body leaves nothing behind",
  async ({ port, world, bugs }) => {
    world.limits = { ...world.limits, perAddress: 1 };
    for (let i = 0; i < 3; i++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await writeAll(connection, withLength(MESSAGE).slice(0, -10));
      await until(() => world.time.pending > 0);
      connection.close();
      await until(() => world.time.pending === 0);
    }
    await isForgotten(world);
    assert.deepEqual(bugs, []);
    const text = await raw(port, withLength(MESSAGE));
    assert.equal(answerIn(text), `200 ${OK}`);
  },
);

mxdelivTest(
  "so many at once, from one address and in all",
  async ({ port, world }) => {
    for (
      const limits of [{ perAddress: 1, total: 5 }, { perAddress: 5, total: 1 }]
    ) {
      world.limits = { ...world.limits, ...limits };
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await writeAll(connection, withLength(MESSAGE).slice(0, -10));
      await until(() => world.time.pending > 0);
      const text = await raw(port, withLength(MESSAGE));
      assert.equal(answerIn(text), "429 450 4.7.0 Too many requests\n");
      assert.match(text, /\r\nretry-after: 10\r\n/);
      connection.close();
      await until(() => world.time.pending === 0);
    }
  },
);

mxdelivTest("so many in a minute", async ({ port, world }) => {
  world.limits = { ...world.limits, perMinute: 12 };
  const request = withLength(MESSAGE);
  for (let i = 0; i < 2; i++) {
    assert.equal(answerIn(await raw(port, request)), `200 ${OK}`);
  }
  assert.match(await raw(port, request), /\r\nretry-after: 5\r\n/);
  await world.time.pass(5000);
  assert.equal(answerIn(await raw(port, request)), `200 ${OK}`);
});

mxdelivTest(
  "so much at once: more is to come later",
  async ({ port, world }) => {
    world.limits = { ...world.limits, spoolOctets: MESSAGE.length };
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, withLength(MESSAGE).slice(0, -10));
    await until(() => world.time.pending > 0);
    const request = withLength(MESSAGE);
    assert.equal(
      answerIn(await raw(port, request)),
      "503 451 4.3.0 Local error\n",
    );
    connection.close();
    await until(() => world.time.pending === 0);
    assert.equal(answerIn(await raw(port, request)), `200 ${OK}`);
  },
);

/** What was sent has come and is read. */
async function settled(port: number): Promise<void> {
  await until(() => isAllRead(port));
  await settle();
}

/** The answer, though the connection stays open for a while. */
async function answered(connection: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4096);
  while (!/\r\n\r\n[^]+\n$/.test(text)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

/** Nothing of an unfinished message is in the state directory. */
async function isForgotten({ relay, time }: ServerMailWorld): Promise<void> {
  await until(() => time.pending === 0);
  const left = await Array.fromAsync(Deno.readDir(`${relay.directory}/tmp`));
  assert.deepEqual(left, []);
}
