/** Mail that waits to be sent. */
import assert from "node:assert/strict";
import type { QueueId } from "../../src/base/ids.ts";
import {
  acceptFor,
  claim,
  DAY,
  namesIn,
  note,
  outboundTo,
  queueTo,
  recipient,
  REFUSED,
  settle,
  states,
} from "./queue_world.ts";
import { addAccount, address, inboxOf, storeTest } from "./store_world.ts";

const FAR = { kind: "destination", destination: "far.example" } as const;
const ALL = { kind: "all" } as const;
const NONE: ReadonlySet<string> = new Set();

storeTest(
  "claim() gives each message and destination once, in order",
  async ({ store }) => {
    await queueTo(store, ["a@far.example", "b@far.example", "c@near.example"]);
    await queueTo(store, ["d@far.example"]);
    assert.equal(await store.queue.nextDue(NONE), 0);
    const units = await claim(store);
    assert.deepEqual(namesIn(units), [
      ["a@far.example", "b@far.example"],
      ["d@far.example"],
      ["c@near.example"],
    ]);
    assert.deepEqual(await claim(store), []);
    assert.equal(await store.queue.nextDue(NONE), 600);
    assert.deepEqual(Object.values(await states(store)), [
      "leased",
      "leased",
      "leased",
      "leased",
    ]);
  },
);

storeTest("claim() keeps to its limits", async ({ store }) => {
  const many = Array.from({ length: 7 }, (_, i) => `p${i}@far.example`);
  await queueTo(store, many);
  await queueTo(store, ["q@far.example"]);
  await queueTo(store, ["r@near.example"]);
  const first = await claim(store, { recipientsPerUnit: 3, perDestination: 2 });
  assert.deepEqual(namesIn(first).map((names) => names.length), [3, 3, 1]);
  const busy = { "far.example": 2, "near.example": 1 };
  assert.deepEqual(await claim(store, { perDestination: 2, busy }), []);
  assert.deepEqual(
    namesIn(await claim(store, { perDestination: 3, busy, units: 1 })),
    [["p6@far.example"]],
  );
});

storeTest(
  "a message to many is handed out whole, whatever waits before and behind it",
  async ({ store }) => {
    await queueTo(store, ["first@far.example"]);
    const many = Array.from({ length: 120 }, (_, i) => `p${i}@far.example`);
    await queueTo(store, [...many, "x@near.example"]);
    await queueTo(store, ["last@far.example"]);
    const sizes: number[] = [];
    const seen = new Set<string>();
    for (;;) {
      const units = await claim(store, { perDestination: 2 });
      if (units.length === 0) break;
      for (const { recipients } of units) {
        sizes.push(recipients.length);
        recipients.forEach(({ address }) => seen.add(address));
      }
    }
    assert.equal(seen.size, 123);
    assert.deepEqual(sizes.toSorted((a, b) => a - b), [1, 1, 1, 20, 50, 50]);
  },
);

storeTest("destinations take turns", async ({ store }) => {
  for (let i = 0; i < 6; i++) await queueTo(store, [`a${i}@a.example`]);
  for (let i = 0; i < 2; i++) await queueTo(store, [`b${i}@b.example`]);
  await queueTo(store, ["c@c.example"]);
  const order: string[] = [];
  for (let i = 0; i < 6; i++) {
    const units = await claim(store, { units: 1, perDestination: 1 });
    order.push(...units.map(({ destination }) => destination[0]!));
    for (const unit of units) await settle(store, unit, { kind: "delivered" });
  }
  assert.deepEqual(order, ["a", "b", "c", "a", "b", "a"]);
});

storeTest(
  "a lease that ends, and one of a holder who begins anew, is as if it never was",
  async ({ store, pass, reopen }) => {
    await queueTo(store, ["a@far.example"]);
    await queueTo(store, ["b@near.example"]);
    await claim(store, { units: 1, holder: "other" });
    await claim(store);
    assert.deepEqual(await claim(store), []);
    const again = await reopen();
    await again.queue.resume("sender", { afterSeconds: 10, withinSeconds: 60 });
    const dueIn = await again.queue.nextDue(NONE);
    assert.ok(dueIn! >= 10 && dueIn! <= 70, String(dueIn));
    assert.deepEqual(await claim(again), []);
    pass(70);
    assert.deepEqual(namesIn(await claim(again)), [["b@near.example"]]);
    pass(530);
    const [late] = await claim(again);
    assert.deepEqual(namesIn([late!]), [["a@far.example"]]);
    assert.equal(late!.recipients[0]!.attempts, 0);
    const old = { ...late!, message: late!.message };
    assert.equal(await settle(again, old, { kind: "delivered" }, "other"), 0);
    assert.equal(await settle(again, late!, { kind: "delivered" }), 1);
    assert.equal(await settle(again, late!, { kind: "delivered" }), 0);
  },
);

storeTest(
  "what is due when a run begins does not all begin at once",
  async ({ store, pass, reopen }) => {
    for (let i = 0; i < 200; i++) await queueTo(store, [`a@d${i}.example`]);
    pass(DAY);
    const again = await reopen();
    await again.queue.resume("sender", { afterSeconds: 10, withinSeconds: 60 });
    await queueTo(again, ["fresh@new.example"]);
    assert.deepEqual(namesIn(await claim(again)), [["fresh@new.example"]]);
    pass(40);
    const half = (await claim(again, { units: 1000 })).length;
    assert.ok(half > 40 && half < 160, String(half));
    pass(30);
    const rest = (await claim(again, { units: 1000 })).length;
    assert.equal(half + rest, 200);
  },
);

storeTest(
  "a recipient that is to be tried again is, at its time",
  async ({ store, pass }) => {
    await queueTo(store, ["a@far.example", "b@far.example"]);
    const [unit] = await claim(store);
    await store.queue.settle([{
      holder: "sender",
      message: unit!.message,
      destination: "far.example",
      reach: { kind: "reached" },
      recipients: [
        { n: 0, outcome: { kind: "delivered" } },
        {
          n: 1,
          outcome: {
            kind: "retry",
            afterSeconds: 60,
            note: { ...note("greylisted", "4.7.1"), code: 450 },
          },
        },
      ],
    }]);
    assert.equal(await store.queue.nextDue(NONE), 60);
    pass(59);
    assert.deepEqual(await claim(store), []);
    pass(1);
    const [again] = await claim(store);
    assert.deepEqual(again!.recipients, [
      { n: 1, address: "b@far.example", attempts: 1 },
    ]);
    const { recipients: [listed] } = await store.queue.list({ limit: 1 });
    assert.equal(listed!.note?.code, 450);
    assert.equal(listed!.lastAttemptAt, listed!.queuedAt);
  },
);

storeTest(
  "what is given back comes before what came later",
  async ({ store, pass }) => {
    await queueTo(store, ["a@far.example"]);
    pass(1);
    await queueTo(store, ["b@far.example"]);
    const [first] = await claim(store, { units: 1 });
    pass(1);
    await settle(store, first!, { kind: "untried" });
    assert.deepEqual(namesIn(await claim(store)), [
      ["a@far.example"],
      ["b@far.example"],
    ]);
  },
);

storeTest(
  "claim() keeps places for who is preferred, and gives more where that is wanted",
  async ({ store }) => {
    for (let n = 0; n < 4; n++) await queueTo(store, [`x@dead${n}.example`]);
    for (let n = 0; n < 5; n++) await queueTo(store, [`w${n}@well.example`]);
    const units = await claim(store, {
      units: 2,
      of: {
        kind: "due",
        perDestination: 1,
        busy: new Map(),
        ahead: new Map([["well.example", 2]]),
        share: {
          preferred: new Set(["well.example"]),
          others: 1,
          failing: 0,
        },
      },
    });
    const to = (destination: string) =>
      units.filter((unit) => unit.destination === destination).length;
    assert.equal(to("well.example"), 3); // one at once, and two besides
    assert.equal(units.length, 4);
  },
);

storeTest(
  "claim() gives some places to those whose mail came last, and no destination twice",
  async ({ store, pass }) => {
    for (const name of ["a", "b", "c", "d"]) {
      await queueTo(store, [`x@${name}.example`]);
      pass(1);
    }
    const share = { preferred: new Set<string>(), failing: 0 };
    const next = async (others: number, newest: number) => {
      const units = await claim(store, {
        units: 8,
        of: {
          kind: "due",
          perDestination: 2,
          busy: new Map(),
          share: { ...share, others, newest },
        },
      });
      return units.map(({ destination }) => destination);
    };
    assert.deepEqual(await next(2, 1), ["d.example", "a.example"]);
    await queueTo(store, ["x@e.example"]);
    assert.deepEqual(await next(1, 1), ["e.example"]);
    assert.deepEqual(await next(1, 0), ["b.example"]);
    assert.deepEqual(await next(4, 4), ["c.example"]);
  },
);

storeTest(
  "a destination that is not reached delays its own mail only, and gets one message to try",
  async ({ store, pass }) => {
    for (let i = 0; i < 3; i++) await queueTo(store, [`a${i}@far.example`]);
    const down = { kind: "unreached", note: note("refused") } as const;
    const [probe, ...others] = await claim(store);
    await settle(store, probe!, down);
    for (const unit of others) await settle(store, unit, { kind: "untried" });
    await queueTo(store, ["b@far.example", "c@near.example"]);
    assert.deepEqual(namesIn(await claim(store)), [["c@near.example"]]);
    assert.equal(await store.queue.nextDue(new Set(["near.example"])), 60);
    const [far] = await store.queue.destinations(undefined, 1);
    assert.deepEqual(far, {
      destination: "far.example",
      recipients: 4,
      leased: 0,
      held: false,
      failStreak: 1,
      retryInSeconds: 60,
      lastError: "refused",
      nextInSeconds: 60,
      last: { note: note("refused"), triedAt: far!.last!.triedAt },
    });
    pass(60);
    const probes = await claim(store);
    assert.equal(probes.length, 1);
    assert.equal(probes[0]!.failStreak, 1);
    await settle(store, probes[0]!, { kind: "delivered" });
    const freed = await claim(store);
    assert.equal(freed.length, 3); // all that waited
    assert.equal(freed[0]!.failStreak, 0);
    for (const unit of freed) await settle(store, unit, { kind: "delivered" });
    const left = await store.queue.destinations(undefined, 9);
    assert.deepEqual(left.map(({ destination }) => destination), [
      "near.example",
    ]);
  },
);

storeTest(
  "failures wait for their report, and go with it",
  async ({ store, reopen }) => {
    const ann = await addAccount(store, "ann");
    const queued = await queueTo(
      store,
      ["a@far.example", "b@far.example", recipient("c@no.example", REFUSED)],
      { account: ann, messageId: "<x@y>" },
    );
    const [unit] = await claim(store);
    await settle(
      store,
      { ...unit!, recipients: unit!.recipients.slice(0, 1) },
      {
        kind: "failed",
        note: REFUSED,
      },
    );
    const again = await reopen();
    const [failed, ...more] = await again.queue.failures(undefined, 10);
    assert.deepEqual(more, []);
    assert.deepEqual(failed, {
      message: queued,
      account: ann,
      reversePath: "ann@relay.example",
      messageId: "<x@y>",
      queuedAt: failed!.queuedAt,
      ageSeconds: 0,
      waiting: 1,
      recipients: [
        {
          n: 0,
          address: "a@far.example",
          note: REFUSED,
          lastAttemptAt: failed!.queuedAt,
        },
        { n: 2, address: "c@no.example", note: REFUSED },
      ],
    });
    const report = {
      recipients: [ann],
      ignoreQuota: true,
      reports: {
        message: queued,
        recipients: failed!.recipients.map(({ n }) => n),
      },
    };
    assert.deepEqual((await acceptFor(again, report)).results, [
      { account: ann, outcome: "delivered" },
    ]);
    assert.deepEqual(await acceptFor(again, report), {
      results: [],
      known: true,
    });
    assert.equal((await inboxOf(again, ann)).exists, 1);
    assert.deepEqual(await again.queue.failures(undefined, 10), []);
    assert.deepEqual(await states(again), { "b@far.example": "leased" });
    await settle(again, unit!, { kind: "failed", note: REFUSED });
    assert.deepEqual(await states(again), { "b@far.example": "failed" });
    // nobody is to get it any more: only its sender is to be told
    assert.equal(await again.queue.body(queued), undefined);
  },
);

storeTest(
  "a report to an account that is gone settles the failures",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const message = await queueTo(store, ["a@far.example"], { account: ann });
    const [unit] = await claim(store);
    await store.accounts.startDeletion(ann);
    await settle(store, unit!, { kind: "failed", note: REFUSED });
    const { results } = await acceptFor(store, {
      recipients: [ann],
      reports: { message, recipients: [0] },
    });
    assert.deepEqual(results, [{ account: ann, outcome: "no_such_user" }]);
    assert.equal((await store.queue.summary()).messages, 0);
  },
);

storeTest(
  "mail that nobody here has sent fails without a trace",
  async ({ store }) => {
    await queueTo(store, ["a@far.example"], { origin: "exchanger:x" });
    const [unit] = await claim(store);
    await settle(store, unit!, { kind: "failed", note: REFUSED });
    assert.equal((await store.queue.summary()).messages, 0);
    assert.deepEqual(await store.queue.destinations(undefined, 9), []);
  },
);

storeTest(
  "what was never secure enough fails for that",
  async ({ store, pass }) => {
    const ann = await addAccount(store, "ann");
    await queueTo(store, ["a@far.example"], {
      account: ann,
      lifetimeSeconds: DAY,
    });
    const [unit] = await claim(store);
    const text = "The certificate has expired";
    const insecure = { status: "4.7.5", text };
    await settle(store, unit!, { kind: "unreached", note: insecure });
    pass(DAY);
    await store.queue.expire();
    const [failed] = await store.queue.failures(undefined, 9);
    assert.deepEqual(failed!.recipients[0]!.note, { status: "5.7.5", text });
  },
);

storeTest(
  "expire() and claim() fail what is out of time, by time that was lived through",
  async ({ store, clock, pass }) => {
    const ann = await addAccount(store, "ann");
    const options = { account: ann, lifetimeSeconds: 2 * DAY };
    await queueTo(store, ["a@far.example"], options);
    const [unit] = await claim(store);
    await settle(store, unit!, { kind: "unreached", note: note("refused") });
    await queueTo(store, ["b@near.example"], options);
    await queueTo(store, ["h@held.example"], options);
    await store.queue.hold({
      kind: "destination",
      destination: "held.example",
    });
    const wall = clock.now.bind(clock);
    for (const days of [-4000, 4000]) {
      clock.now = () => wall() + days * DAY * 1000;
      store.clock.look();
      assert.deepEqual(await store.queue.expire(), { expired: 0, more: false });
      assert.equal(await store.queue.nextDue(NONE), 0);
    }
    clock.now = wall;
    pass(2 * DAY);
    assert.deepEqual(await claim(store), []);
    assert.equal((await store.queue.expire()).expired, 1); // what is held there
    const failures = await store.queue.failures(undefined, 9);
    assert.deepEqual(
      failures.map(({ recipients: [one] }) => [one!.address, one!.note]),
      [
        ["a@far.example", { status: "5.4.7", text: "refused" }],
        ["b@near.example", { status: "5.4.7", text: "" }],
        ["h@held.example", { status: "5.4.7", text: "" }],
      ],
    );
  },
);

storeTest(
  "what is being tried, or held by itself, does not expire",
  async ({ store, pass }) => {
    await queueTo(store, ["a@far.example"], { lifetimeSeconds: 100 });
    const held = await queueTo(store, ["b@far.example"], {
      lifetimeSeconds: 100,
    });
    await store.queue.hold({ kind: "message", message: held });
    const [unit] = await claim(store);
    pass(200);
    assert.equal((await store.queue.expire()).expired, 0);
    await settle(store, unit!, { kind: "untried" });
    assert.equal((await store.queue.expire()).expired, 1);
    assert.deepEqual(await states(store), { "b@far.example": "held" });
  },
);

storeTest(
  "a destination that is held keeps all it has, and what comes",
  async ({ store }) => {
    await queueTo(store, ["a@far.example"]);
    assert.equal(await store.queue.hold(FAR), 1);
    await queueTo(store, ["b@far.example", "c@near.example"]);
    assert.deepEqual(namesIn(await claim(store)), [["c@near.example"]]);
    assert.equal(
      await store.queue.nextDue(new Set(["near.example"])),
      undefined,
    );
    assert.deepEqual(await states(store), {
      "a@far.example": "held",
      "b@far.example": "held",
      "c@near.example": "leased",
    });
    const { recipients } = await store.queue.list({ state: "held", limit: 9 });
    assert.deepEqual(
      recipients.map(({ address, dueInSeconds }) => [address, dueInSeconds]),
      [["a@far.example", undefined], ["b@far.example", undefined]],
    );
    const { held, waiting } = await store.queue.summary();
    assert.deepEqual({ held, waiting }, { held: 2, waiting: 1 });
    assert.equal(await store.queue.release(FAR), 2);
    assert.equal((await store.queue.summary()).held, 0);
    assert.deepEqual(namesIn(await claim(store)), [
      ["a@far.example"],
      ["b@far.example"],
    ]);
    await store.queue.hold({ kind: "destination", destination: "new.example" });
    await queueTo(store, ["d@new.example"]);
    assert.deepEqual(await claim(store), []);
    assert.equal(await store.queue.release(ALL), 1);
    assert.equal((await claim(store)).length, 1);
  },
);

storeTest("hold() and release() of single mail", async ({ store }) => {
  const message = await queueTo(store, ["a@far.example", "b@far.example"]);
  await queueTo(store, ["c@far.example"]);
  assert.equal(await store.queue.hold({ kind: "message", message, n: 1 }), 1);
  assert.deepEqual(namesIn(await claim(store)), [["a@far.example"], [
    "c@far.example",
  ]]);
  assert.equal(await store.queue.release({ kind: "message", message }), 1);
  const [unit] = await claim(store);
  // what is being tried can be held: it comes back as held
  assert.equal(await store.queue.hold(ALL), 3);
  await settle(store, unit!, {
    kind: "retry",
    afterSeconds: 60,
    note: note("busy"),
  });
  assert.equal((await states(store))["b@far.example"], "held");
  assert.equal(await store.queue.release(ALL), 3);
  assert.deepEqual(namesIn(await claim(store)), [["b@far.example"]]);
});

storeTest(
  "a recipient that is held by who tried it says why",
  async ({ store }) => {
    const message = await queueTo(store, ["a@far.example"]);
    const [unit] = await claim(store);
    await settle(store, unit!, {
      kind: "held",
      note: note("its content cannot be read", "4.3.0"),
    });
    const { recipients: [listed] } = await store.queue.list({ limit: 9 });
    assert.equal(listed!.state, "held");
    assert.equal(listed!.note?.text, "its content cannot be read");
    assert.equal(await store.queue.nextDue(NONE), undefined);
    await store.queue.release({ kind: "message", message });
    assert.equal(await store.queue.nextDue(NONE), 0);
  },
);

storeTest("retry() makes due what waits", async ({ store }) => {
  const first = await queueTo(store, ["a@far.example"]);
  await queueTo(store, ["b@near.example"]);
  for (const unit of await claim(store)) {
    const kind = unit.message === first ? "unreached" : "retry";
    await settle(store, unit, { kind, afterSeconds: 900, note: note("no") });
  }
  assert.deepEqual(await claim(store), []);
  await store.queue.retry({ kind: "message", message: first });
  assert.deepEqual(namesIn(await claim(store)), [["a@far.example"]]);
  await store.queue.retry(FAR); // nothing waits there
  assert.deepEqual(await claim(store), []);
  assert.equal(await store.queue.retry(ALL), 1);
  assert.deepEqual(namesIn(await claim(store)), [["b@near.example"]]);
});

storeTest("remove() with and without word to the sender", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  const message = await queueTo(store, ["a@far.example", "b@far.example"], {
    account: ann,
  });
  await queueTo(store, ["c@far.example", "d@near.example"]);
  const removed = note("removed by an administrator", "5.0.0");
  const one = { kind: "message", message, n: 0 } as const;
  assert.equal(await store.queue.remove(one, removed), 1);
  assert.deepEqual(await states(store), {
    "a@far.example": "failed",
    "b@far.example": "waiting",
    "c@far.example": "waiting",
    "d@near.example": "waiting",
  });
  assert.equal(await store.queue.remove(FAR), 3);
  assert.deepEqual(await states(store), { "d@near.example": "waiting" });
  assert.equal(await store.queue.remove(ALL), 1);
  assert.equal(await store.queue.remove(ALL), 0);
  assert.deepEqual(await store.queue.destinations(undefined, 9), []);
});

storeTest("bulk actions reach all, in steps", async ({ store }) => {
  const many = Array.from({ length: 1200 }, (_, i) => `p${i}@far.example`);
  await queueTo(store, many);
  assert.equal(await store.queue.hold(ALL), 1200);
  assert.equal((await store.queue.summary()).held, 1200);
  assert.equal(await store.queue.release(FAR), 1200);
  assert.equal((await store.queue.summary()).waiting, 1200);
  assert.equal(await store.queue.remove(FAR), 1200);
});

storeTest(
  "summary() counts more messages than in one step",
  async ({ store }) => {
    const count = 1003;
    await Promise.all(
      Array.from(
        { length: count },
        (_, i) =>
          queueTo(store, [`p${i}@far.example`, `q${i}@near.example`], {
            reversePath: `s${i}@relay.example`,
          }),
      ),
    );
    const { messages, waiting, octets } = await store.queue.summary();
    assert.deepEqual({ messages, waiting }, {
      messages: count,
      waiting: 2 * count,
    });
    const { recipients: [one] } = await store.queue.list({ limit: 1 });
    assert.equal(octets, count * one!.sizeOctets);
  },
);

storeTest("list() and summary() show what there is", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  const first = await queueTo(store, ["a@far.example", "b@near.example"]);
  await queueTo(store, ["c@far.example"], { reversePath: "" });
  await queueTo(
    store,
    ["d@far.example", recipient("e@no.example", REFUSED)],
    { account: ann },
  );
  const seen: string[] = [];
  let after: { message: QueueId; n: number } | undefined;
  do {
    const page = await store.queue.list({ limit: 2, ...(after && { after }) });
    seen.push(...page.recipients.map(({ address }) => address[0]!));
    after = page.next;
  } while (after);
  assert.deepEqual(seen, ["a", "b", "c", "d", "e"]);
  const list = async (query: object) => {
    const { recipients } = await store.queue.list({ limit: 9, ...query });
    return recipients.map(({ address }) => address[0]).join("");
  };
  assert.equal(await list({ destination: "far.example" }), "acd");
  assert.equal(await list({ reversePath: "" }), "c");
  assert.equal(await list({ state: "failed" }), "e");
  const { recipients: [shown] } = await store.queue.list({ limit: 1 });
  assert.deepEqual(shown, {
    message: first,
    n: 0,
    address: "a@far.example",
    destination: "far.example",
    attempts: 0,
    reversePath: "ann@relay.example",
    origin: "submission",
    sizeOctets: shown!.sizeOctets,
    state: "waiting",
    queuedAt: shown!.queuedAt,
    expiresInSeconds: 2 * DAY,
    dueInSeconds: 0,
  });
  assert.deepEqual(await store.queue.summary(), {
    messages: 3,
    octets: 3 * shown!.sizeOctets,
    oldestQueuedAt: shown!.queuedAt,
    waiting: 4,
    deferred: 0,
    held: 0,
    failed: 1,
    firstExpiryInSeconds: 2 * DAY,
    unreached: 0,
    heldDestinations: 0,
  });
  const [unit] = await claim(store, { units: 1 });
  await settle(store, unit!, {
    kind: "unreached",
    note: { status: "4.4.1", text: "no answer" },
  });
  const { waiting, deferred } = await store.queue.summary();
  assert.deepEqual([waiting, deferred], [4, unit!.recipients.length]);
  await store.queue.resume("sender", { afterSeconds: 0, withinSeconds: 0 });
  const [, near] = await store.queue.destinations(undefined, 9);
  assert.deepEqual(near, {
    destination: "near.example",
    recipients: 1,
    leased: 0,
    held: false,
    failStreak: 0,
    nextInSeconds: 0,
  });
  assert.deepEqual(await store.queue.destinations("far.example", 9), [near]);
  assert.deepEqual(await store.queue.destination("near.example"), near);
  assert.equal(await store.queue.destination("none.example"), undefined);
});

storeTest(
  "who comes to fetch mail gets what waits, due or not",
  async ({ store }) => {
    await queueTo(store, ["a@far.example"]);
    const [unit] = await claim(store);
    const wait = {
      kind: "retry",
      afterSeconds: DAY,
      note: note("pull"),
    } as const;
    await settle(store, unit!, wait);
    await queueTo(store, ["b@far.example", "c@near.example"]);
    const pull = {
      holder: "exchanger:x",
      leaseSeconds: 300,
      units: 10,
      recipientsPerUnit: 50,
      of: { kind: "waiting", destinations: ["far.example"] },
    } as const;
    const units = await store.queue.claim(pull);
    assert.deepEqual(namesIn(units), [["a@far.example"], ["b@far.example"]]);
    assert.deepEqual(await store.queue.claim(pull), []);
    const taken = units[0]!;
    assert.equal(await settle(store, taken, { kind: "delivered" }), 0);
    assert.equal(
      await settle(store, taken, { kind: "delivered" }, pull.holder),
      1,
    );
  },
);

storeTest(
  "mail of an account that is gone or blocked is not sent",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    const cat = await addAccount(store, "cat");
    for (const account of [ann, bob, cat]) {
      await queueTo(store, [`x@far.example`], { account });
    }
    await store.accounts.startDeletion(ann);
    await store.accounts.block({
      pattern: address("bob"),
      reason: "",
      createdAt: 0,
    });
    const units = await claim(store);
    assert.deepEqual(units.map(({ account }) => account), [cat]);
    assert.equal((await store.queue.summary()).messages, 1);
  },
);

storeTest(
  "an account that is deleted takes its queued mail along",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const outbound = outboundTo(["x@far.example"], { account: ann });
    for (let i = 0; i < 120; i++) await acceptFor(store, { outbound });
    await store.queue.hold(ALL);
    await store.accounts.startDeletion(ann);
    await store.accounts.finishDeletion(ann);
    assert.equal((await store.queue.summary()).messages, 0);
    assert.deepEqual(await store.queue.destinations(undefined, 9), []);
  },
);
