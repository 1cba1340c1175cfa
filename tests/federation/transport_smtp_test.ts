/** What mail servers may say, and not say. */
import assert from "node:assert/strict";
import type { LeasedUnit } from "../../src/store/queue.ts";
import { type PeerAnswer, smtpPeer, type SmtpScript } from "./peers.ts";
import { authority, World, type WorldOptions } from "./transport_world.ts";
import { withPatience } from "./patience.ts";

const NAME = "b.example";
const good = await authority.issue([NAME]);
const ZONE = { [NAME]: { A: ["127.0.0.1"] } };

/** Over SMTP alone. */
async function send(
  script: SmtpScript,
  names: readonly string[] = ["bob"],
  { unit = {}, ...options }: WorldOptions & { unit?: Partial<LeasedUnit> } = {},
) {
  await using peer = await smtpPeer(script, { pair: good });
  const ports = { smtp: peer.port };
  await using world = await World.make({ zone: ZONE, ports, ...options });
  const outcome = await world.send(NAME, names, {
    ...unit,
    channels: ["smtp"],
  });
  return { outcome, peer, world };
}

interface Row {
  readonly name: string;
  readonly script: SmtpScript;
  readonly outcome: string | string[];
}

const manyLines = (count: number) =>
  Array.from({ length: count }, (_, at) => `250${at < count - 1 ? "-" : " "}x`)
    .join("\r\n");
const at = (time: number, answer: PeerAnswer) => (_: string, times: number) =>
  times === time ? answer : "";

const ROWS: readonly Row[] = [
  {
    name: "a greeting that says no",
    script: { greeting: "554 5.7.1 go away" },
    outcome: "unreached 4.3.2",
  },
  {
    name: "a greeting of a server that closes",
    script: { greeting: "421 4.3.2 closing" },
    outcome: "unreached 4.3.2",
  },
  {
    name: "garbage",
    script: { greeting: "SSH-2.0-OpenSSH" },
    outcome: "unreached 4.5.0",
  },
  {
    name: "a reset in place of its name",
    script: { EHLO: "die" },
    outcome: "unreached 4.4.2",
  },
  {
    name: "nothing",
    script: { greeting: "hang" },
    outcome: "unreached 4.4.2",
  },
  {
    name: "nothing in the middle",
    script: { RCPT: "hang" },
    outcome: ["temporary 4.4.2"],
  },
  {
    name: "no to EHLO and HELO",
    script: { EHLO: "550 no", HELO: "550 no" },
    outcome: "unreached 4.3.2",
  },
  {
    name: "more than a hundred lines",
    script: { EHLO: manyLines(101) },
    outcome: "unreached 4.5.0",
  },
  {
    name: "a reply of two codes",
    script: { EHLO: "250-one\r\n550 two" },
    outcome: "unreached 4.5.0",
  },
  {
    name: "no STARTTLS", // somebody between may have cut it out
    script: { EHLO: "250-peer\r\n250 SIZE 1000000" },
    outcome: "unreached 4.7.5",
  },
  {
    name: "HELO alone, which has no STARTTLS",
    script: { EHLO: "502 what" },
    outcome: "unreached 4.7.5",
  },
  {
    name: "no to STARTTLS",
    script: { STARTTLS: "454 4.7.0 not now" },
    outcome: "unreached 4.7.0",
  },
  {
    name: "a reset in place of TLS",
    script: { STARTTLS: "die" },
    outcome: "unreached 4.4.2",
  },
  {
    name: "no to the sender for now",
    script: { MAIL: "450 4.7.1 greylisted" },
    outcome: ["temporary 4.7.1"],
  },
  {
    name: "no to the sender",
    script: { MAIL: "550 5.7.1 blocked" },
    outcome: ["permanent 5.7.1"],
  },
  {
    name: "no to the only recipient",
    script: { RCPT: "550 5.1.1 nobody" },
    outcome: ["permanent 5.1.1"],
  },
  {
    name: "no to the recipient for now",
    script: { RCPT: "452 4.2.2 full" },
    outcome: ["temporary 4.2.2"],
  },
  {
    name: "251 to the recipient",
    script: { RCPT: "251 will forward" },
    outcome: ["delivered"],
  },
  {
    name: "no to DATA",
    script: { DATA: "554 5.5.0 no" },
    outcome: ["permanent 5.5.0"],
  },
  {
    name: "no to the content",
    script: { content: "554 5.7.1 No valid DKIM signature found" },
    outcome: ["permanent 5.7.1"],
  },
  {
    name: "that the content is too large",
    script: { content: "552 5.3.4 too large" },
    outcome: ["permanent 5.3.4"],
  },
  {
    name: "no to the content for now",
    script: { content: "451 4.3.0 later" },
    outcome: ["temporary 4.3.0"],
  },
  {
    name: "421 in the middle",
    script: { RCPT: "421 4.3.2 closing" },
    outcome: ["temporary 4.3.2"],
  },
  {
    name: "a reset in the middle",
    script: { RCPT: "die" },
    outcome: ["temporary 4.4.2"],
  },
  {
    name: "garbage in the middle",
    script: { RCPT: "hello?" },
    outcome: ["temporary 4.5.0"],
  },
  {
    name: "nothing after the content, and the end",
    script: { content: "die" },
    outcome: ["temporary 4.4.2"],
  },
  {
    name: "nothing after the content",
    script: { content: "hang" },
    outcome: ["temporary 4.4.2"],
  },
];

for (const { name, script, outcome } of ROWS) {
  Deno.test(`a mail server says ${name}`, async () => {
    const hangs = Object.values(script).includes("hang");
    const got = hangs
      ? await withPatience(
        outcome,
        (ms) =>
          send(script, ["bob"], {
            settings: { smtpDataMs: ms },
            deadlines: { greetingMs: ms, commandMs: ms },
          }),
        (one) => one.outcome,
      )
      : await send(script);
    assert.deepEqual(got.outcome, outcome);
    const isDelivered = String(outcome) === "delivered";
    const result = typeof outcome === "string" ? "unreached" : undefined;
    assert.equal(got.world.seen.length, 1);
    if (result) assert.equal(got.world.seen[0]!.result, result);
    assert.equal(got.peer.messages.length, isDelivered ? 1 : 0);
  });
}

Deno.test("recipients have results of their own", async () => {
  const RCPT = (line: string) =>
    line.includes("eve")
      ? "550 5.1.1 nobody"
      : line.includes("mal")
      ? "450 4.2.1 later"
      : "";
  const { outcome, peer, world } = await send(
    { RCPT },
    ["bob", "eve", "mal", "ann"],
  );
  assert.deepEqual(outcome, [
    "delivered",
    "permanent 5.1.1",
    "temporary 4.2.1",
    "delivered",
  ]);
  assert.deepEqual(peer.messages[0]!.to, [
    "<bob@b.example>",
    "<ann@b.example>",
  ]);
  assert.equal(world.seen[0]!.result, "delivered");
});

Deno.test("with nobody left there is no DATA", async () => {
  const { outcome, peer } = await send({ RCPT: "550 5.1.1 nobody" }, [
    "bob",
    "eve",
  ]);
  assert.deepEqual(outcome, ["permanent 5.1.1", "permanent 5.1.1"]);
  assert.ok(!peer.dialogues[0]!.includes("DATA"));
});

Deno.test("a refused signature is an alarm", async () => {
  const { world } = await send({
    content: "554 5.7.1 No DKIM signature found",
  });
  assert.deepEqual(
    world.alarms.map(({ kind, destination }) => [
      kind,
      destination,
    ]),
    [["signature_refused", NAME]],
  );
});

Deno.test("a message that is larger than the server says is not sent", async () => {
  const EHLO = (_: string, times: number) =>
    times === 1 ? "" : "250-peer\r\n250 SIZE 20";
  const { outcome, peer } = await send({ EHLO });
  assert.deepEqual(outcome, ["permanent 5.3.4"]);
  assert.ok(!peer.dialogues[0]!.some((line) => line.startsWith("MAIL")));
});

Deno.test("SMTPUTF8 is used where it is needed, and asked for by nobody else", async () => {
  const without = await send({}, ["bob"], { unit: { utf8: true } });
  assert.deepEqual(without.outcome, ["permanent 5.6.7"]);
  const EHLO = (_: string, times: number) =>
    times === 1 ? "" : "250-peer\r\n250 SMTPUTF8";
  const withIt = await send({ EHLO }, ["bob"], { unit: { utf8: true } });
  assert.deepEqual(withIt.outcome, ["delivered"]);
  assert.match(withIt.peer.messages[0]!.from, / SMTPUTF8$/);
  const plain = await send({ EHLO });
  assert.doesNotMatch(plain.peer.messages[0]!.from, /SMTPUTF8/);
});

Deno.test("a session serves one message after the other, a hundred times", async () => {
  await using peer = await smtpPeer({}, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { smtp: peer.port },
  });
  for (let i = 0; i < 101; i++) {
    assert.deepEqual(await world.send(NAME, ["bob"], { channels: ["smtp"] }), [
      "delivered",
    ]);
  }
  assert.equal(peer.messages.length, 101);
  assert.equal(peer.accepted, 2);
  assert.equal(peer.dialogues[0]!.filter((one) => one === "RSET").length, 99);
});

for (
  const [name, script] of [
    ["RSET is answered with 421", { RSET: at(1, "421 4.4.2 idle") }],
    ["a session is reset", { RSET: at(1, "die") }],
    ["the next sender is lost", { MAIL: at(2, "die") }],
  ] as const
) {
  Deno.test(`where ${name}, a new one is made at once`, async () => {
    await using peer = await smtpPeer(script, { pair: good });
    await using world = await World.make({
      zone: ZONE,
      ports: { smtp: peer.port },
    });
    const only = { channels: ["smtp"] } as const;
    assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
    assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
    assert.equal(peer.accepted, 2);
    assert.equal(peer.messages.length, 2);
  });
}

Deno.test("a message that may have been taken is not sent again at once", async () => {
  await using peer = await smtpPeer({ content: at(2, "die") }, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { smtp: peer.port },
  });
  const only = { channels: ["smtp"] } as const;
  assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
  assert.deepEqual(await world.send(NAME, ["bob"], only), ["temporary 4.4.2"]);
  assert.equal(peer.accepted, 1);
});
