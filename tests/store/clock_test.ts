/** What is stored ages with time that was lived through, whatever the machine's date says. @module */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SEEN } from "../../src/mail/mailbox.ts";
import { LONGEST_STEP_SECONDS } from "../../src/base/lived_clock.ts";
import type { Store } from "../../src/store/store.ts";
import type { Clock } from "../../src/base/clock.ts";
import { openTestStore } from "./engines.ts";
import {
  addAccount,
  deliver,
  inboxOf,
  mailOf,
  QUOTA,
  range,
  START_SECONDS,
  uidsOf,
  walk,
} from "./store_world.ts";

const DAY = 86_400;
const START_1970 = 86_400;

/** The date can be set, time itself only passes. */
class Machine implements Clock {
  real = 0;
  constructor(public wall: number) {}
  now = () => this.wall * 1000;
  monotonic = () => this.real * 1000;
  pass(seconds: number): void {
    this.wall += seconds;
    this.real += seconds;
  }
}

interface World {
  readonly machine: Machine;
  readonly store: Store;
  readonly stateDir: string;
  /** Time that the store lives through. */
  pass(seconds: number): void;
  reopen(between?: () => void): Promise<Store>;
}

function clockTest(
  name: string,
  work: (world: World) => Promise<void>,
  start = START_SECONDS,
): void {
  Deno.test(name, async () => {
    const stateDir = await Deno.makeTempDir({ prefix: "clock_test" });
    const machine = new Machine(start);
    const open = () => openTestStore({ stateDir, clock: machine });
    let store = await open();
    try {
      await work({
        machine,
        stateDir,
        get store() {
          return store;
        },
        pass(seconds) {
          for (let left = seconds; left > 0; left -= 3600) {
            machine.pass(Math.min(left, 3600));
            store.clock.look();
          }
        },
        async reopen(between = () => {}) {
          await store.close();
          between();
          return store = await open();
        },
      });
    } finally {
      await store.close();
      await Deno.remove(stateDir, { recursive: true });
    }
  });
}

/** How many messages and accounts the default ages would take. */
async function due(store: Store): Promise<[number, number, number]> {
  const { deleted } = await store.mail.prune({
    olderThanSeconds: 20 * DAY,
    dryRun: true,
  });
  const unused = await store.accounts.unusedFor(30 * DAY, 9);
  const inactive = await store.accounts.inactiveFor(90, 9);
  return [deleted, unused.length, inactive.length];
}

async function populate(store: Store): Promise<void> {
  const ann = await addAccount(store, "ann");
  await addAccount(store, "never");
  await deliver(store, [ann]);
  const atSeconds = Math.floor(START_SECONDS);
  store.accounts.recordLogin({ account: ann, atSeconds });
  await addAccount(store, "flush"); // takes the login along
}

const JUMPS: [string, number][] = [
  ["21 days ahead", 21 * DAY],
  ["91 days ahead", 91 * DAY],
  ["ten years ahead", 3650 * DAY],
  ["ten years back", -3650 * DAY],
];
for (const [name, seconds] of JUMPS) {
  clockTest(
    `a clock set ${name} ages nothing that is stored`,
    async (world) => {
      await populate(world.store);
      world.machine.wall += seconds;
      world.pass(60);
      assert.deepEqual(await due(world.store), [0, 0, 0]);
      await populateMore(world.store);
      const again = await world.reopen();
      assert.deepEqual(await due(again), [0, 0, 0]);
      world.machine.wall -= seconds; // set right
      world.pass(60);
      assert.deepEqual(await due(await world.reopen()), [0, 0, 0]);
      world.pass(29 * DAY);
      assert.deepEqual(await due(world.store), [2, 0, 0]);
      world.pass(2 * DAY);
      assert.deepEqual(await due(world.store), [2, 3, 0]);
      world.pass(61 * DAY);
      assert.deepEqual(await due(world.store), [2, 3, 1]);
    },
  );

  clockTest(`a start with a clock ${name} ages by one step`, async (world) => {
    await populate(world.store);
    const before = world.store.clock.seconds();
    const again = await world.reopen(() => world.machine.wall += seconds);
    const expected = seconds > 0 ? LONGEST_STEP_SECONDS : 0;
    assert.equal(again.clock.seconds() - before, expected);
    assert.deepEqual(await due(again), [0, 0, 0]);
  });
}

/** Written while the date is wrong. */
async function populateMore(store: Store): Promise<void> {
  const bob = await addAccount(store, "bob");
  await deliver(store, [bob]);
}

clockTest(
  "a first start in 1970 loses nothing when the clock is set",
  async (world) => {
    await populate(world.store);
    world.pass(300);
    world.machine.wall = START_SECONDS;
    world.pass(300);
    assert.deepEqual(await due(world.store), [0, 0, 0]);
    assert.deepEqual(await due(await world.reopen()), [0, 0, 0]);
    world.pass(21 * DAY);
    assert.equal((await due(world.store))[0], 1);
  },
  START_1970,
);

clockTest(
  "another process on the same store, with a wrong date, moves its time by no more",
  async (world) => {
    const other = await openTestStore({
      stateDir: world.stateDir,
      clock: world.machine,
    });
    await world.store.clock.keep();
    world.machine.wall += 91 * DAY; // and nothing is kept any more
    assert.equal(other.clock.seconds(), START_SECONDS);
    await other.close();
    const again = await world.reopen(() => world.machine.wall = START_SECONDS);
    assert.equal(again.clock.seconds(), START_SECONDS);
  },
);

clockTest(
  "a full mailbox keeps mail of the last day when the clock leaps",
  async ({ store, machine, pass }) => {
    const ann = await addAccount(store, "ann");
    const quota = { ...QUOTA, defaultOctets: 1000 };
    const send = () => deliver(store, [ann], "x".repeat(400), { quota });
    await send();
    await send();
    machine.wall += 21 * DAY;
    pass(60);
    assert.equal((await send())[0]?.outcome, "quota_exceeded");
    machine.wall -= 42 * DAY; // what is known of full mailboxes follows no date
    pass(DAY);
    pass(60);
    assert.equal((await send())[0]?.outcome, "delivered");
  },
);

clockTest(
  "the grace of what was read is counted in time lived through",
  async ({ store, machine, pass }) => {
    const ann = await addAccount(store, "ann");
    await deliver(store, [ann]);
    const { id: mailbox } = await inboxOf(store, ann);
    const read = { mailbox, uids: [range(1)], keywords: [], flags: SEEN };
    await mailOf(store, ann, { seenGraceSeconds: () => 1000 }).storeFlags({
      ...read,
      mode: "add",
    });
    machine.wall += 21 * DAY;
    pass(999);
    assert.equal((await store.mail.purgeDue()).deleted, 0);
    pass(1);
    assert.equal((await store.mail.purgeDue()).deleted, 1);
  },
);

clockTest(
  "a shorter grace is that of messages already on the list",
  async ({ store, pass }) => {
    const ann = await addAccount(store, "ann");
    await deliver(store, [ann]);
    const { id: mailbox } = await inboxOf(store, ann);
    const read = { mailbox, uids: [range(1)], keywords: [], flags: SEEN };
    await mailOf(store, ann, { seenGraceSeconds: () => 90 * DAY }).storeFlags({
      ...read,
      mode: "add",
    });
    await store.mail.limitPurges(100);
    pass(100);
    assert.equal((await store.mail.purgeDue()).deleted, 1);
  },
);

clockTest(
  "a token lasts as long as was said, whatever the date",
  async ({ store, machine, pass }) => {
    const uses = { maxUses: 9 };
    const expiresAt = machine.wall + 3 * DAY;
    await store.accounts.putToken({ token: "party", ...uses, expiresAt });
    const signUp = (name: string) =>
      store.accounts.create({
        address: `${name}@relay.example` as never,
        passwordHash: "x",
        origin: "new",
        createdAt: machine.wall,
        token: "party",
      });
    machine.wall += 400 * DAY;
    pass(60);
    await signUp("ahead");
    machine.wall -= 800 * DAY;
    pass(2 * DAY);
    await store.accounts.putToken({ token: "party", comment: "changed" });
    await signUp("back");
    pass(DAY);
    const token = await store.accounts.findToken("party");
    assert.equal(token?.secondsLeft, -60);
    await assert.rejects(signUp("late"), { code: "token_invalid" });
    const [listed] = await store.accounts.listTokens();
    assert.equal(listed?.secondsLeft, -60);
  },
);

clockTest(
  "a login by a wrong date gives way to the next one by a right date",
  async ({ store, machine, pass }) => {
    const account = await addAccount(store, "ann");
    const login = async () => {
      store.accounts.recordLogin({ account, atSeconds: machine.wall });
      await addAccount(store, `flush${machine.wall}`);
      return (await store.accounts.byId(account))?.lastLoginDay;
    };
    machine.wall += 400 * DAY;
    await login();
    machine.wall -= 400 * DAY;
    pass(DAY);
    assert.equal(await login(), Math.floor(machine.wall / DAY));
  },
);

clockTest(
  "a file about to get its message stays when the clock leaps",
  async ({ store, machine, stateDir }) => {
    const staging = store.staging.stage();
    await staging.write(new Uint8Array(100_000));
    await staging.finish(); // its file is in its place, its message comes later
    machine.wall += 21 * DAY;
    const steps = await walk((at) => store.maintenance.collectBlobs(at));
    assert.ok(steps.every((deleted) => deleted === 0));
    assert.equal([...Deno.readDirSync(`${stateDir}/blobs`)].length, 1);
    await staging.discard();
  },
);

clockTest(
  "accounts from another relay bring their age along",
  async ({ store, machine, pass }) => {
    machine.wall += 400 * DAY; // a wrong date is wrong for both
    pass(60);
    const person = (name: string, ageDays: number, idleDays?: number) =>
      store.accounts.create({
        address: `${name}@relay.example` as never,
        passwordHash: "x",
        origin: "import",
        createdAt: machine.wall - ageDays * DAY,
        ...(idleDays === undefined ? {} : {
          firstLoginAt: 1,
          lastLoginDay: Math.floor(machine.wall / DAY) - idleDays,
        }),
      });
    await person("never31", 31);
    await person("never29", 29);
    await person("idle91", 200, 91);
    await person("idle89", 200, 89);
    await person("future", -500, -500);
    assert.deepEqual(await due(store), [0, 1, 1]);
  },
);

Deno.test("a database of an earlier version goes on from its latest date", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "clock_test" });
  const machine = new Machine(START_SECONDS);
  const options = { stateDir, clock: machine };
  try {
    const store = await openTestStore(options);
    await populate(store);
    await store.close();
    const db = new DatabaseSync(`${stateDir}/chat.db`);
    db.exec("DELETE FROM lived_time");
    db.close();
    machine.wall += 91 * DAY; // the first start of this version, with a wrong date
    const again = await openTestStore(options);
    assert.deepEqual(await due(again), [0, 0, 0]);
    assert.ok(again.clock.seconds() <= START_SECONDS + LONGEST_STEP_SECONDS);
    await again.close();
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

clockTest("dates in the future count as now", async (world) => {
  await populate(world.store);
  const { stateDir } = world;
  const again = await world.reopen(() => {
    const db = new DatabaseSync(`${stateDir}/chat.db`);
    db.exec(`
      UPDATE messages SET arrived_at = arrived_at + 400 * 86400;
      UPDATE accounts SET lived_created_at = lived_created_at + 400 * 86400,
        lived_login_day = lived_login_day + 400`);
    db.close();
  });
  assert.deepEqual(await due(again), [0, 0, 0]);
  world.pass(20 * DAY + 1);
  assert.deepEqual(await due(again), [1, 0, 0]);
  world.pass(72 * DAY);
  assert.deepEqual(await due(again), [1, 2, 1]);
  const inbox = await inboxOf(again, 1 as never);
  assert.deepEqual(await uidsOf(again, inbox), [1]);
});
