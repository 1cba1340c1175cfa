/** The runner of the outbound queue, over a real store. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import type { Answer } from "./fake_transport.ts";
import { addAccount } from "../store/store_world.ts";
import { DAY, queueTo, states } from "../store/queue_world.ts";
import { aWhile, runnerTest, type RunnerWorld, until } from "./runner_world.ts";

type Names = readonly string[];

/** Calls that are answered when told to. */
function held() {
  const waiting: ((answer: Answer) => void)[] = [];
  const how = () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.push(resolve);
    return promise;
  };
  return { how, waiting };
}

function goesTo({ calls }: Pick<RunnerWorld, "calls">): Names {
  return calls.map(({ names }) => names.join(" "));
}

const isEmpty = async ({ store }: Pick<RunnerWorld, "store">) =>
  (await store.queue.summary()).messages === 0;

runnerTest(
  "mail is sent when it is queued, without any time",
  async (world) => {
    await world.runner.start();
    await queueTo(world.store, ["a@far.example", "b@far.example"]);
    await queueTo(world.store, ["c@near.example"]);
    await until(() => isEmpty(world));
    assert.deepEqual(goesTo(world).toSorted(), [
      "a@far.example b@far.example",
      "c@near.example",
    ]);
    assert.deepEqual(world.runner.status(), {
      attempts: 0,
      destinations: 0,
      isPaused: false,
    });
  },
);

runnerTest(
  "a destination that swallows all does not delay a healthy one",
  async (world) => {
    const { store, runner, calls } = world;
    const hole = held();
    world.answer((_, { destination }) =>
      destination === "hole.example" ? hole.how() : "answered"
    );
    const many = Array.from({ length: 1000 }, (_, i) => `p${i}@hole.example`);
    await Promise.all(
      many.map((name, i) =>
        queueTo(store, [name], { reversePath: `s${i}@relay.example` })
      ),
    );
    await runner.start();
    await world.live(70);
    await until(() => hole.waiting.length === 2);
    for (let i = 0; i < 100; i++) {
      await queueTo(store, [`h${i}@healthy.example`]);
    }
    const isSent = () =>
      calls.filter(({ destination }) => destination === "healthy.example")
        .length === 100;
    await until(isSent);
    await aWhile();
    // no second went by, and the other had no more than it may have
    assert.equal(hole.waiting.length, 2);
    assert.equal((await store.queue.summary()).waiting, 1000);
    hole.waiting.forEach((answer) => answer("unreached"));
    await until(() => runner.status().attempts === 0);
    await aWhile();
    assert.equal(hole.waiting.length, 2); // it is left alone
    await world.live(15);
    await until(() => hole.waiting.length > 2);
    await aWhile();
    assert.equal(hole.waiting.length, 3); // one, to see whether it is back
    hole.waiting[2]!("answered");
    await until(() => hole.waiting.length > 4); // all the others at once
    await aWhile();
    assert.equal(hole.waiting.length, 5);
    hole.waiting.slice(3).forEach((answer) => answer("unreached"));
  },
);

/** So many destinations of which nothing comes back, with a message each. */
async function queueToHoles({ store }: RunnerWorld, count: number) {
  const holes = Array.from({ length: count }, (_, n) => `hole${n}.example`);
  await Promise.all(holes.map((hole) => queueTo(store, [`x@${hole}`])));
}

runnerTest(
  "a thousand destinations that swallow all leave room for one that has answered",
  async (world) => {
    const { store, runner, calls } = world;
    const holes = held();
    world.answer((_, { destination }) =>
      destination === "healthy.example" ? "answered" : holes.how()
    );
    await runner.start();
    await queueTo(store, ["first@healthy.example"]);
    await until(() => isEmpty(world));
    await queueToHoles(world, 1000);
    await until(() => holes.waiting.length === 48);
    for (let n = 0; n < 50; n++) {
      await queueTo(store, [`h${n}@healthy.example`]);
    }
    const isSent = () =>
      calls.filter(({ destination }) => destination === "healthy.example")
        .length === 51;
    await until(isSent);
    assert.equal(holes.waiting.length, 48); // no time went by
    world.answer(() => "unreached");
    holes.waiting.forEach((answer) => answer("unreached"));
  },
);

runnerTest(
  "a thousand destinations that could not be reached leave room for a new one",
  async (world) => {
    const { store, runner, calls } = world;
    const holes = held();
    world.answer(() => "unreached");
    await runner.start();
    await queueToHoles(world, 1000);
    await until(() => calls.length === 1000 && runner.status().attempts === 0);
    await aWhile();
    world.answer((_, { destination }) =>
      destination === "new.example" ? "answered" : holes.how()
    );
    await world.live(20);
    await until(() => holes.waiting.length === 32);
    await queueTo(store, ["a@new.example"]);
    await until(() => calls.at(-1)!.destination === "new.example");
    assert.equal(holes.waiting.length, 32);
    world.answer(() => "unreached");
    holes.waiting.forEach((answer) => answer("unreached"));
  },
);

runnerTest(
  "no more attempts than allowed in all, and every place is used again",
  async (world) => {
    const { store, runner } = world;
    const { how, waiting } = held();
    world.answer(how);
    await runner.start();
    for (let i = 0; i < 9; i++) await queueTo(store, [`a@d${i}.example`]);
    await until(() => waiting.length === 4);
    await aWhile();
    assert.equal(waiting.length, 4);
    assert.equal(runner.status().attempts, 4);
    for (let i = 0; i < 9; i++) {
      await until(() => waiting.length > i);
      waiting[i]!("answered");
    }
    await until(() => isEmpty(world));
  },
  { limits: { total: 4, perDestination: 2 } },
);

runnerTest(
  "messages of one sender to one destination keep their order",
  async (world) => {
    const { store, runner } = world;
    const { how, waiting } = held();
    world.answer(how);
    await runner.start();
    for (let i = 0; i < 3; i++) await queueTo(store, [`m${i}@far.example`]);
    const other = { reversePath: "bob@relay.example" };
    await queueTo(store, ["other@near.example"], other);
    await until(() => waiting.length === 2);
    await aWhile();
    assert.deepEqual(goesTo(world).toSorted(), [
      "m0@far.example",
      "other@near.example",
    ]);
    for (let i = 0; i < 4; i++) {
      await until(() => waiting.length > i);
      waiting[i]!("answered");
    }
    await until(() => isEmpty(world));
    const order = goesTo(world).filter((name) => name.includes("@far"));
    assert.deepEqual(order, [
      "m0@far.example",
      "m1@far.example",
      "m2@far.example",
    ]);
  },
);

runnerTest(
  "what waits behind one that did not reach anybody is not tried",
  async (world) => {
    const { store, runner } = world;
    const { how, waiting } = held();
    world.answer(how);
    await runner.start();
    await queueTo(store, ["m0@far.example"]);
    await queueTo(store, ["m1@far.example"]);
    await until(() => runner.status().attempts === 2);
    waiting[0]!("unreached");
    await until(() => runner.status().attempts === 0);
    await aWhile();
    assert.deepEqual(goesTo(world), ["m0@far.example"]);
    const { recipients } = await store.queue.list({ limit: 9 });
    assert.deepEqual(recipients.map(({ attempts }) => attempts), [1, 0]);
  },
);

runnerTest("a retry comes at its time, and no sooner", async (world) => {
  const { store, runner, calls } = world;
  world.answer(() => ({ "*": "temporary 4.2.1" }));
  await runner.start();
  await queueTo(store, ["a@far.example"]);
  await until(() => calls.length === 1 && runner.status().attempts === 0);
  await aWhile();
  await world.live(14);
  await aWhile();
  assert.equal(calls.length, 1);
  await world.live(1);
  await until(() => calls.length === 2 && runner.status().attempts === 0);
  await aWhile();
  world.answer(() => "answered");
  await world.live(60);
  await until(() => isEmpty(world));
  assert.equal(calls.length, 3);
});

runnerTest("each recipient ends its own way", async (world) => {
  const { store, runner } = world;
  const ann = await addAccount(store, "ann");
  world.answer(() => ({
    "a@far.example": "delivered",
    "b@far.example": "permanent 5.1.1",
    "c@far.example": "temporary 4.2.1",
  }));
  await runner.start();
  await queueTo(store, ["a@far.example", "b@far.example", "c@far.example"], {
    account: ann,
  });
  await until(async () => !("a@far.example" in await states(store)));
  assert.deepEqual(await states(store), {
    "b@far.example": "failed",
    "c@far.example": "waiting",
  });
});

runnerTest("mail whose content cannot be read is held", async (world) => {
  world.answer(() => "unreadable");
  await world.runner.start();
  await queueTo(world.store, ["a@far.example"]);
  await until(async () =>
    (await states(world.store))["a@far.example"] === "held"
  );
});

runnerTest("what was due before a start waits a little", async (world) => {
  const { store, runner, calls } = world;
  await queueTo(store, ["old@far.example"]);
  await runner.start();
  await queueTo(store, ["new@near.example"]);
  await until(() => calls.length === 1);
  await aWhile();
  assert.deepEqual(goesTo(world), ["new@near.example"]);
  await world.live(70);
  await until(() => isEmpty(world));
});

runnerTest(
  "while federation is off nothing goes, and nothing is lost",
  async (world) => {
    const { store, runner, calls } = world;
    world.set({ enabled: false });
    await runner.start();
    await queueTo(store, ["a@far.example"]);
    await aWhile();
    await world.live(600);
    await aWhile();
    assert.equal(calls.length, 0);
    assert.equal(runner.status().isPaused, true);
    world.set({});
    await store.settings.set("any", "thing");
    await until(() => isEmpty(world));
    assert.equal(calls.length, 1);
  },
);

runnerTest(
  "it looks again when it is told that something was set",
  async (world) => {
    const { store, runner, calls } = world;
    world.set({ enabled: false });
    await runner.start();
    await queueTo(store, ["a@far.example"]);
    await aWhile();
    world.set({});
    runner.wake();
    await until(() => isEmpty(world));
    assert.equal(calls.length, 1);
  },
);

runnerTest(
  "what an admin blocks meanwhile fails, with its reason",
  async (world) => {
    const { store, runner, calls } = world;
    const ann = await addAccount(store, "ann");
    world.set({ rules: [{ pattern: "*.example", action: "block" }] });
    await runner.start();
    await queueTo(store, ["a@far.example"], { account: ann });
    await until(async () =>
      (await states(store))["a@far.example"] === "failed"
    );
    const [failed] = await store.queue.failures(undefined, 9);
    assert.equal(failed!.recipients[0]!.note.status, "5.7.1");
    assert.equal(calls.length, 0);
  },
);

runnerTest("an admin's word counts at once", async (world) => {
  const { store, runner, calls } = world;
  const far = { kind: "destination", destination: "far.example" } as const;
  world.answer(() => "unreached");
  await runner.start();
  await queueTo(store, ["a@far.example"]);
  await until(() => calls.length === 1 && runner.status().attempts === 0);
  await store.queue.retry(far);
  await until(() => calls.length === 2 && runner.status().attempts === 0);
  await store.queue.hold(far);
  await store.queue.retry(far);
  await aWhile();
  assert.equal(calls.length, 2);
  world.answer(() => "answered");
  await store.queue.release(far);
  await store.queue.retry(far);
  await until(() => isEmpty(world));
});

runnerTest("what is out of time fails, tried or not", async (world) => {
  const { store, runner } = world;
  const ann = await addAccount(store, "ann");
  world.answer(() => "unreached");
  await runner.start();
  const options = { account: ann, lifetimeSeconds: 2 * DAY };
  await queueTo(store, ["a@far.example"], options);
  await until(() => runner.status().attempts === 0 && world.calls.length > 0);
  await store.queue.hold({ kind: "destination", destination: "held.example" });
  await queueTo(store, ["h@held.example"], options);
  world.pass(2 * DAY);
  await world.live(120);
  await until(async () => (await states(store))["h@held.example"] === "failed");
  await until(async () => (await states(store))["a@far.example"] === "failed");
  const [failed] = await store.queue.failures(undefined, 9);
  assert.deepEqual(failed!.recipients[0]!.note, {
    status: "5.4.7",
    text: "said 4.4.1",
  });
});

runnerTest("stop() waits for what runs, and begins nothing", async (world) => {
  const { store, runner, calls } = world;
  const { how, waiting } = held();
  world.answer(how);
  await runner.start();
  await queueTo(store, ["m0@far.example"]);
  await queueTo(store, ["m1@far.example"]);
  await until(() => runner.status().attempts === 2);
  const stopped = runner.stop();
  await queueTo(store, ["late@near.example"]);
  await aWhile();
  assert.equal(calls[0]!.signal.aborted, false);
  waiting[0]!("answered");
  await stopped;
  assert.equal(calls.length, 1);
  // given back: the next run need not wait for the lease to end
  assert.deepEqual(await states(store), {
    "m1@far.example": "waiting",
    "late@near.example": "waiting",
  });
});

runnerTest("stop() gives back what does not end", async (world) => {
  const { store, runner, calls } = world;
  world.answer(held().how);
  await runner.start();
  await queueTo(store, ["a@far.example"]);
  await until(() => calls.length === 1);
  await world.time.passUntil(Promise.race([
    runner.stop(),
    aWhile().then(() => world.live(30)).then(aWhile),
  ]));
  await runner.stop();
  assert.equal(calls[0]!.signal.aborted, true);
  assert.deepEqual(await states(store), { "a@far.example": "waiting" });
  const { recipients: [listed] } = await store.queue.list({ limit: 1 });
  assert.equal(listed!.attempts, 0);
});

runnerTest("an attempt that never ends is ended", async (world) => {
  const { store, runner, calls } = world;
  world.answer(held().how);
  await runner.start();
  await queueTo(store, ["a@far.example"]);
  await until(() => calls.length === 1);
  await world.live(40 * 60);
  assert.equal(calls[0]!.signal.aborted, true);
  await world.live(3);
  await until(() => runner.status().attempts === 0);
  await until(async () => (await states(store))["a@far.example"] === "waiting");
  const { recipients: [listed] } = await store.queue.list({ limit: 1 });
  assert.equal(listed!.note?.status, "4.3.0");
});

runnerTest("a transport with a bug costs no mail", async (world) => {
  const { store, runner, bugs } = world;
  world.answer(() => Promise.reject(new TypeError("a bug")));
  await runner.start();
  await queueTo(store, ["a@far.example"]);
  await until(() => bugs.length === 1);
  await until(async () => (await states(store))["a@far.example"] === "waiting");
  bugs.length = 0;
  world.answer(() => "answered");
  await aWhile();
  await world.live(15);
  await until(() => isEmpty(world));
});

const FULL = new Refusal("storage_full");
let refusals = 0;
runnerTest(
  "what a store does not take is kept until it does, and not sent again",
  async (world) => {
    const { store, runner, calls } = world;
    refusals = 3;
    await runner.start();
    await queueTo(store, ["a@far.example"]);
    await until(() => calls.length === 1 && refusals === 2);
    for (let i = 0; i < 4; i++) {
      await world.live(5);
      await aWhile();
    }
    await until(() => isEmpty(world));
    assert.equal(refusals, 0);
    assert.equal(calls.length, 1);
  },
  {
    wrap: (store) => ({
      onEvent: (listener) => store.onEvent(listener),
      queue: {
        claim: (claim) => store.queue.claim(claim),
        nextDue: (except) => store.queue.nextDue(except),
        resume: (holder, spread) => store.queue.resume(holder, spread),
        expire: () => store.queue.expire(),
        settle: (settlements) =>
          refusals > 0
            ? Promise.reject((refusals--, FULL))
            : store.queue.settle(settlements),
      },
    }),
  },
);

runnerTest(
  "start() after a crash tries again what was not settled",
  async (world) => {
    const { store, runner, calls } = world;
    await queueTo(store, ["a@far.example"]);
    await store.queue.claim({
      holder: "sender",
      leaseSeconds: 3600,
      units: 1,
      recipientsPerUnit: 50,
      of: { kind: "due", perDestination: 2, busy: new Map() },
    });
    await runner.start();
    await aWhile();
    assert.equal(calls.length, 0);
    await world.live(70);
    await until(() => isEmpty(world));
    assert.equal(calls.length, 1);
  },
);
