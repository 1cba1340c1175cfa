/** Operations on the queue and on with whom mail is exchanged. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { addAccount } from "../store/store_world.ts";
import { claim, note, queueTo, settle } from "../store/queue_world.ts";
import { call, type Relay, withRelay } from "./relay.ts";

function queueTest(name: string, work: (relay: Relay) => Promise<void>): void {
  Deno.test(name, () => withRelay(work));
}

async function ids(relay: Relay, input = {}): Promise<string[]> {
  const { entries } = await call(relay, "queue.list", input);
  return entries.map(({ id }) => id);
}

queueTest(
  "the queue is shown by entry, by page and by state",
  async (relay) => {
    await queueTo(relay.store, ["a@far.example", "b@near.example"]);
    await queueTo(relay.store, ["c@far.example"], { reversePath: "" });
    assert.deepEqual(await ids(relay), ["1/0", "1/1", "2/0"]);
    assert.deepEqual(await ids(relay, { dest: "FAR.example" }), ["1/0", "2/0"]);
    assert.deepEqual(await ids(relay, { from: "" }), ["2/0"]);
    const page = await call(relay, "queue.list", { limit: 2 });
    assert.deepEqual(page.next, "1/1");
    assert.deepEqual(await ids(relay, { after: page.next! }), ["2/0"]);
    assert.deepEqual(await ids(relay, { after: "1" }), ["2/0"]);
    await call(relay, "queue.hold", { id: "1/1" });
    assert.deepEqual(await ids(relay, { state: "held" }), ["1/1"]);
    const shown = await call(relay, "queue.show", { id: "1", headers: true });
    assert.deepEqual(
      shown.entries.map(({ rcpt_to, state }) => [rcpt_to, state]),
      [
        ["a@far.example", "waiting"],
        ["b@near.example", "held"],
      ],
    );
    assert.match(shown.headers!, /^Subject: /);
    assert.equal(shown.body_bytes, shown.entries[0]!.size);
    for (const id of ["1/2", "3", "99/0"]) {
      await assert.rejects(
        call(relay, "queue.show", { id }),
        (error) => error instanceof Refusal && error.code === "not_found",
      );
    }
  },
);

queueTest(
  "status says what happened last, and what comes next",
  async (relay) => {
    await queueTo(relay.store, ["a@far.example"]);
    await queueTo(relay.store, ["b@near.example"]);
    const units = await claim(relay.store);
    const far = units.find(({ destination }) => destination === "far.example")!;
    await settle(relay.store, far, {
      kind: "unreached",
      note: note("refused"),
    });
    const status = await call(relay, "federation.status", {});
    assert.equal(status.enabled, true);
    assert.equal(status.policy, "ACCEPT");
    const [first] = status.destinations;
    assert.equal(first!.dest, "far.example");
    assert.equal(first!.fail_streak, 1);
    assert.equal(first!.last_error, "refused");
    assert.ok(first!.next_attempt_in_secs! > 0);
    const queue = await call(relay, "queue.status", {});
    assert.equal(queue.recipients, 2);
    assert.equal(queue.expires_after_secs, 48 * 3600);
    assert.equal(queue.oldest_age_secs, 0);
    assert.equal(queue.initial_retry_secs, 15);
    assert.deepEqual(
      queue.by_dest.map(({ dest, leased }) => [dest, leased]),
      [["far.example", 0], ["near.example", 1]],
    );
  },
);

queueTest(
  "entries, messages, destinations and all are removed",
  async (relay) => {
    await queueTo(relay.store, [
      "a@far.example",
      "b@far.example",
      "c@near.example",
    ]);
    await queueTo(relay.store, ["d@far.example"]);
    await queueTo(relay.store, ["e@else.example"]);
    const removed = await call(relay, "queue.remove", { id: "1/1" });
    assert.deepEqual(removed, {
      id: "1/1",
      mail_from: "ann@relay.example",
      rcpt_to: "b@far.example",
      deleted: 1,
    });
    assert.equal(
      (await call(relay, "queue.purge", { dest: "far.example" })).deleted,
      2,
    );
    assert.deepEqual(await ids(relay), ["1/2", "3/0"]);
    assert.equal((await call(relay, "queue.purge", {})).deleted, 2);
    assert.deepEqual(await ids(relay), []);
  },
);

queueTest(
  "with a report the entry waits until its sender is told",
  async (relay) => {
    const ann = await addAccount(relay.store, "ann");
    await queueTo(relay.store, ["a@far.example"], { account: ann });
    await call(relay, "queue.remove", { id: "1/0", bounce: true });
    const [failed] = await relay.store.queue.failures(undefined, 9);
    assert.equal(failed!.recipients[0]!.note.status, "5.7.0");
  },
);

queueTest(
  "what is held is not handed out until it is released",
  async (relay) => {
    const { store } = relay;
    await queueTo(store, ["a@far.example"]);
    await queueTo(store, ["b@near.example"]);
    await call(relay, "queue.hold", { dest: "far.example" });
    const destinations = async () =>
      (await claim(store)).map(({ destination }) => destination);
    assert.deepEqual(await destinations(), ["near.example"]);
    const status = await call(relay, "federation.status", {});
    assert.equal(status.queue.held_destinations, 1);
    await call(relay, "queue.release", { dest: "far.example" });
    assert.deepEqual(await destinations(), ["far.example"]);
    await assert.rejects(call(relay, "queue.retry", { id: "77/0" }), {
      name: "Refusal",
      message: /77\/0/,
    });
  },
);

queueTest("switch, policy and rules are in force at once", async (relay) => {
  const kind = (domain: string) =>
    relay.federation.rules.policy().outbound(domain).kind;
  await call(relay, "federation.set_policy", { policy: "REJECT" });
  assert.equal(kind("far.example"), "refused");
  const rule = await call(relay, "federation.set_rule", {
    domain: "far.example",
  });
  assert.equal(rule.action, "allow"); // what the policy leaves to mean
  assert.equal(kind("far.example"), "allowed");
  await call(relay, "federation.set_policy", { policy: "ACCEPT" });
  const other = await call(relay, "federation.set_rule", {
    domain: "*.bad.example",
  });
  assert.deepEqual([other.action, other.total], ["block", 2]);
  const list = await call(relay, "federation.rules", {});
  assert.deepEqual(list.rules.map(({ domain }) => domain), [
    "*.bad.example",
    "far.example",
  ]);
  await call(relay, "federation.disable", {});
  assert.equal(kind("far.example"), "refused");
  const on = await call(relay, "federation.enable", {});
  assert.equal(on.enabled, true);
  await call(relay, "federation.dismiss", { domain: "ads.example" });
  assert.equal(kind("ads.example"), "dismissed");
  await call(relay, "federation.undismiss", { domain: "ads.example" });
  assert.equal(kind("ads.example"), "allowed");
});
