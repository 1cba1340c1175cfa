/** Mail for elsewhere: what its sender hears at once, and what later. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import type { RouteOverride } from "../../src/federation/route_override.ts";
import { replyFor } from "../../src/smtp/server/refusals.ts";
import { message } from "../gate/messages.ts";
import type { Answer } from "./fake_transport.ts";
import { ANN, outboundTest, type OutboundWorld } from "./outbound_world.ts";
import { until } from "./runner_world.ts";

let count = 0;
function mail(): string {
  return message({ from: ANN })
    .replace("<1@relay.example>", `<${++count}@localhost>`);
}

/** The reply to Ann's message. */
async function replyTo(
  world: OutboundWorld,
  to: readonly string[],
  text = mail(),
): Promise<string> {
  try {
    await world.send(to, text);
    return "250";
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return replyFor(error, "submission").text.trimEnd();
  }
}

const FAR = "x@far.example";
const NEAR = "y@near.example";

outboundTest("policy and switch are said in the reply", async (world) => {
  world.settings = { rules: [{ pattern: "*.example", action: "block" }] };
  assert.equal(
    await replyTo(world, [FAR]),
    "550 5.7.1 <x@far.example>: Policy Rejection: this server sends no mail to far.example",
  );
  const channels = { http: "off", smtp: "off" } as const;
  world.settings = { rules: [{ pattern: "far.example", channels }] };
  assert.match(
    await replyTo(world, [FAR]),
    /: this server has turned off every way to send mail to far\.example$/,
  );
  world.settings = { enabled: false };
  assert.match(
    await replyTo(world, [FAR, NEAR]),
    /^550 5\.7\.1 <x@far\.example>: Federation is off: this server sends no/,
  );
  assert.deepEqual(await world.queued(), []);
  assert.deepEqual(world.asked, []);
});

outboundTest(
  "what the first attempt asks of the DNS is asked before the message is committed",
  async (world) => {
    world.firstWaitMs = 0;
    assert.equal(await replyTo(world, [FAR]), "250");
    assert.deepEqual(world.ahead, [
      "mx.far.example",
      "mx.far.example",
      "_mta-sts.far.example",
    ]);
  },
);

outboundTest("what is dismissed is accepted, and gone", async (world) => {
  world.settings = { dismissed: ["far.example"] };
  assert.equal(await replyTo(world, [FAR]), "250");
  assert.deepEqual(await world.queued(), []);
  assert.deepEqual(world.ended, ["far.example dismissed 1"]);
});

outboundTest("a message too large for elsewhere is refused", async (world) => {
  world.maxOctets = 512;
  assert.match(
    await replyTo(world, [FAR]),
    /^552 5\.3\.4 message file too big: no more than 512 go to other servers$/,
  );
});

outboundTest(
  "a domain that does not exist is said in the reply, when it is certain",
  async (world) => {
    world.problems.set("far.example", "no_such_name");
    world.problems.set("near.example", "no_data");
    assert.equal(
      await replyTo(world, [FAR]),
      "550 5.1.2 <x@far.example>: No such domain: there is no domain far.example",
    );
    assert.deepEqual(world.asked, ["far.example cached", "far.example fresh"]);
    assert.equal(await replyTo(world, [FAR, NEAR, "z@[192.0.2.9]"]), "250");
    assert.deepEqual(await world.queued(), [
      "x@far.example failed",
      "y@near.example waiting",
      "z@[192.0.2.9] waiting",
    ]);
  },
);

outboundTest("a DNS that does not answer is not waited for", async (world) => {
  world.problems.set("far.example", "silence");
  world.problems.set("near.example", "temporary");
  assert.equal(await replyTo(world, [FAR, NEAR]), "250");
  assert.equal((await world.queued()).length, 2);
});

outboundTest("the DNS is not asked where a route is set", async (world) => {
  world.problems.set("far.example", "no_such_name");
  world.overrides = {
    find: (name) =>
      name === "far.example" ? { key: name } as RouteOverride : undefined,
    fallback: () => undefined,
  };
  assert.equal(await replyTo(world, [FAR]), "250");
  assert.deepEqual(world.asked, []);
});

outboundTest(
  "what the peer says at once is the reply, and nothing else tells of it",
  async (world) => {
    world.answer = () => ({ "*": "permanent 5.1.1" });
    await world.start();
    const text = mail();
    for (let again = 0; again < 2; again++) { // it was never accepted
      assert.equal(
        await replyTo(world, [ANN, FAR, NEAR], text),
        "550 5.1.1 <x@far.example>: Not delivered: said 5.1.1 (and 1 more)",
      );
    }
    assert.equal(world.calls.length, 4);
    assert.deepEqual(await world.queued(), []);
    assert.deepEqual(world.ended.toSorted(), [
      "far.example failed 1",
      "far.example failed 1",
      "near.example failed 1",
      "near.example failed 1",
    ]);
    await world.delivery.reports.tellAll();
    const inbox = await world.inbox();
    assert.equal(inbox.filter((one) => /MAILER-DAEMON/.test(one)).length, 0);
  },
);

outboundTest(
  "if one has it, or may get it, the message is accepted and the rest reported",
  async (world) => {
    world.answer = (names) =>
      names.includes(FAR) ? { "*": "permanent 5.1.1" } : "answered";
    await world.start();
    assert.equal(await replyTo(world, [FAR, NEAR]), "250");
    await until(async () =>
      (await world.queued()).join() === "x@far.example failed"
    );
    await world.delivery.reports.tellDue();
    assert.deepEqual(await world.queued(), []);
    assert.deepEqual(world.ended, ["far.example failed 1"]);
    const [report = ""] = await world.inbox();
    assert.match(report, /^Final-Recipient: rfc822; x@far\.example\r$/m);
    world.answer = () => ({ "*": "temporary 4.2.1" });
    assert.equal(await replyTo(world, [FAR]), "250");
    assert.deepEqual(await world.queued(), ["x@far.example waiting"]);
  },
);

outboundTest(
  "a peer that takes its time holds up neither the reply nor others",
  async (world) => {
    const slow = Promise.withResolvers<Answer>();
    world.firstWaitMs = 50;
    world.answer = (names) => names.includes(FAR) ? slow.promise : "answered";
    await world.start();
    const replies = [replyTo(world, [FAR]), replyTo(world, [NEAR])];
    assert.deepEqual(await Promise.all(replies), ["250", "250"]);
    assert.deepEqual(await world.queued(), ["x@far.example leased"]);
    slow.resolve({ "*": "permanent 5.7.1" });
    await until(async () =>
      (await world.queued()).join() === "x@far.example failed"
    );
    await world.delivery.reports.tellDue();
    assert.match((await world.inbox())[0] ?? "", /^Status: 5\.7\.1\r$/m);
  },
);

outboundTest(
  "failures of one message are told of together, unless that takes long",
  async (world) => {
    const slow = Promise.withResolvers<Answer>();
    world.firstWaitMs = 0;
    world.answer = (names) =>
      names.includes(FAR) ? { "*": "permanent 5.1.1" } : slow.promise;
    await world.start();
    assert.equal(await replyTo(world, [FAR, NEAR]), "250");
    await until(async () =>
      (await world.queued())[0] === "x@far.example failed"
    );
    const { reports } = world.delivery;
    await reports.tellDue();
    assert.deepEqual(await world.inbox(), []);
    world.test.pass(29);
    await reports.tellDue();
    assert.deepEqual(await world.inbox(), []);
    slow.resolve({ "*": "permanent 5.2.1" });
    await until(async () =>
      (await world.queued())[1] === "y@near.example failed"
    );
    await reports.tellDue();
    const [both = "", ...more] = await world.inbox();
    assert.deepEqual(more, []);
    assert.equal(both.match(/^Final-Recipient/gm)!.length, 2);
  },
);

outboundTest("nobody waits for what an admin holds", async (world) => {
  const { queue } = world.test.store;
  await queue.hold({ kind: "destination", destination: "far.example" });
  await world.start();
  assert.equal(await replyTo(world, [FAR]), "250");
  assert.deepEqual(world.calls, []);
  assert.deepEqual(await world.queued(), ["x@far.example held"]);
});
