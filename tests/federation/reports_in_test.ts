/** Reports of other servers: only of what was sent, and only to who sent it. */
import assert from "node:assert/strict";
import type { Inbound } from "../../src/delivery/inbound.ts";
import type { Outbound } from "../../src/delivery/outbound.ts";
import { domain } from "../../src/mail/address.ts";
import { ANN, BOB } from "../delivery/relay.ts";
import {
  clear,
  encrypted,
  report,
  type ServerMailWorld,
  signed,
  worldTest,
} from "./server_mail_world.ts";

const OK = "200 250 2.0.0 OK";
const CLEAR = "403 523 5.7.10 Encryption Needed: Invalid Unencrypted Mail";

const OUTBOUND: Outbound = {
  route: (addresses) =>
    Promise.resolve(addresses.map((address) => ({
      kind: "queue",
      destination: domain(address),
    }))),
  refusal: () => undefined,
  rejectAt: () => "never",
  firstAttempt: () => Promise.resolve(undefined),
  failed() {},
  isAwaited: () => false,
  lifetimeSeconds: () => 172_800,
  bodyHash: () => undefined,
  prefix: () => undefined,
};

/** Ann writes to somebody there. */
async function annWrites(world: ServerMailWorld, to: string): Promise<void> {
  const { relay } = world;
  relay.outbound = OUTBOUND;
  const mail = await relay.delivery.begin({
    kind: "submission",
    account: ANN,
    accountId: relay.accounts.get(ANN)!,
    peer: { address: "192.0.2.99", secure: true },
    reversePath: ANN,
  });
  await mail.addRecipient(to);
  const text = encrypted({ from: ANN }).replace(
    "<1@localhost>",
    "<m1@relay.example>",
  );
  await mail.write(new TextEncoder().encode(text));
  await mail.finish();
}

function post(world: ServerMailWorld, text: string, to: string = ANN) {
  return world.post(text, { to: [to], reversePath: "" });
}

worldTest("a report reaches who has sent that mail there", async (world) => {
  world.settings = { ...world.settings, auth: "strict" };
  await annWrites(world, "bob@peer.example");
  assert.equal(await post(world, signed(report())), OK);
  assert.equal(await post(world, signed(report())), OK); // again
  const [stored, ...more] = await world.relay.inbox(ANN);
  assert.match(stored!, /report-type=delivery-status/);
  assert.match(stored!, /Message-ID: <m1@relay\.example>/);
  assert.deepEqual(more, []);
});

worldTest("what nobody waits for is taken and forgotten", async (world) => {
  await annWrites(world, "bob@peer.example");
  const other = "MAILER-DAEMON@other.example";
  for (
    const [text, to] of [
      [signed(report({ about: "<m2@relay.example>" })), ANN],
      [signed(report()), BOB],
      [report({ from: other }), ANN],
      [report({ from: "MAILER-DAEMON@example" }), ANN],
      [report().replace("Message-ID: <m1@", "X-Y: <m1@"), ANN],
      [report(), "ghost@relay.example"],
    ] as const
  ) {
    assert.equal(await post(world, text, to), OK);
  }
  assert.deepEqual(await world.relay.inbox(ANN), []);
  assert.deepEqual(await world.relay.inbox(BOB), []);
  assert.equal(world.relay.counters.totals().get("messages_discarded"), 6);
});

worldTest(
  "a host of the domain may report for it, by a stranger's word too",
  async (world) => {
    await annWrites(world, "bob@peer.example");
    const from = "MAILER-DAEMON@mx.peer.example";
    assert.equal(await post(world, report({ from })), OK);
    assert.equal((await world.relay.inbox(ANN)).length, 1);
  },
);

worldTest("after five days nobody waits any more", async (world) => {
  await annWrites(world, "bob@peer.example");
  const account = world.relay.accounts.get(ANN)!;
  const asked = {
    account,
    domain: "peer.example",
    messageId: "<m1@relay.example>",
  };
  const inbound: Inbound = world.inbound;
  assert.equal(await inbound.isAwaited(asked), true);
  const { clock } = world.relay.store;
  const seconds = clock.seconds.bind(clock);
  clock.seconds = () => seconds() + 5 * 86_400;
  assert.equal(await inbound.isAwaited(asked), false);
});

worldTest("an operator may have all reports taken", async (world) => {
  world.settings = { ...world.settings, requireKnown: false };
  assert.equal(await post(world, report()), OK);
  assert.equal((await world.relay.inbox(ANN)).length, 1);
});

worldTest(
  "what is only like a report is refused as what it is",
  async (world) => {
    await annWrites(world, "bob@peer.example");
    for (
      const text of [
        report().replace("Auto-Submitted: auto-replied", "Auto-Submitted: no"),
        report().replace("MAILER-DAEMON@", "zoe@"),
        report().replace("message/delivery-status", "text/html"),
        clear({ from: "MAILER-DAEMON@peer.example" }),
      ]
    ) {
      assert.equal(await post(world, text), CLEAR);
    }
    const reversePath = "zoe@peer.example";
    assert.equal(await world.post(report(), { reversePath }), CLEAR);
    const two = { to: [ANN, BOB], reversePath: "" };
    assert.equal(await world.post(report(), two), CLEAR);
    assert.deepEqual(await world.relay.inbox(ANN), []);
  },
);
