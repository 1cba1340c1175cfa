import assert from "node:assert/strict";
import type { Octets } from "../../admin/bandwidth_control.ts";
import { Refusal } from "../../base/refusal.ts";
import { Traffic } from "../../observe/traffic.ts";
import type { RecordChange, StoredRecord } from "../../store/records.ts";
import { BandwidthLedger } from "./ledger.ts";
import { monthAt } from "./month.ts";

const HOUR = 3600;
const DAY = 86_400;
const START = Date.UTC(2026, 4, 10, 12) / 1000;

/** Records in memory, which may refuse to be written. */
class World {
  seconds = START;
  isFull = false;
  isOn = true;
  perUser = true;
  capOctets = 0;
  billingDay = 1;
  nic: Octets | undefined;
  traffic = new Traffic();
  readonly rows = new Map<string, Map<string, string>>();
  readonly bugs: unknown[] = [];

  open(): Promise<BandwidthLedger> {
    this.traffic = new Traffic(); // as after a start
    return BandwidthLedger.open({
      store: { records: this },
      traffic: this.traffic,
      clock: {
        now: () => this.seconds * 1000,
        monotonic: () => this.seconds * 1000,
      },
      timers: { every: () => () => {} },
      options: () => ({
        isOn: this.isOn,
        billingDay: this.billingDay,
        capOctets: this.capOctets,
        perUser: this.perUser,
        interface: this.nic ? "eth0" : "",
      }),
      readInterface: () => Promise.resolve(this.nic),
      reportBug: (error) => this.bugs.push(error),
    });
  }

  move(received: number, sent: number): void {
    const meter = this.traffic.meter("mail_imap");
    meter.received += received;
    meter.sent += sent;
  }

  load(collection: string): Promise<StoredRecord[]> {
    const rows = [...this.rows.get(collection) ?? []];
    return Promise.resolve(rows.map(([key, value]) => ({ key, value })));
  }

  change({ collection, put = [], remove = [] }: RecordChange): Promise<void> {
    if (this.isFull) return Promise.reject(new Refusal("storage_full"));
    const rows = this.rows.get(collection) ?? new Map();
    for (const { key, value } of put) rows.set(key, value);
    for (const key of remove) rows.delete(key);
    this.rows.set(collection, rows);
    return Promise.resolve();
  }
}

Deno.test("a month begins on the billing day, in UTC", () => {
  const at = (text: string, day: number) => {
    const month = monthAt(Date.parse(text) / 1000, day);
    return [month.startSeconds, month.endSeconds].map((seconds) =>
      new Date(seconds * 1000).toISOString().slice(0, 10)
    ).join(" ");
  };
  assert.equal(at("2026-05-10T12:00Z", 1), "2026-05-01 2026-06-01");
  assert.equal(at("2026-05-10T12:00Z", 15), "2026-04-15 2026-05-15");
  assert.equal(at("2026-05-15T00:00Z", 15), "2026-05-15 2026-06-15");
  assert.equal(at("2026-01-01T00:00Z", 28), "2025-12-28 2026-01-28");
  assert.equal(at("2026-12-31T23:59Z", 1), "2026-12-01 2027-01-01");
});

Deno.test("what has passed outlives a restart, and is counted once", async () => {
  const world = new World();
  const first = await world.open();
  world.move(10, 100);
  assert.deepEqual(first.month().total, { in: 10, out: 100 });
  await first.flush();
  world.move(1, 1);
  await first.stop();
  const second = await world.open();
  assert.deepEqual(second.month().total, { in: 11, out: 101 });
  await second.flush();
  world.move(5, 5);
  assert.deepEqual(second.month().total, { in: 16, out: 106 });
  assert.deepEqual([...second.month().byCategory], [
    ["mail_imap", { in: 16, out: 106 }],
  ]);
  assert.deepEqual(world.bugs, []);
});

Deno.test("what the store does not take is written the next time", async () => {
  const world = new World();
  const ledger = await world.open();
  world.move(10, 100);
  ledger.accounts.add(7, 1, 2);
  world.isFull = true;
  await ledger.flush();
  world.isFull = false;
  await ledger.flush();
  await ledger.flush();
  const again = await world.open();
  assert.deepEqual(again.month().total, { in: 10, out: 100 });
  assert.deepEqual(again.users(10), [{ account: 7, in: 1, out: 2 }]);
  assert.deepEqual(world.bugs, []);
});

Deno.test("months end, and a forecast is what goes on so", async () => {
  const world = new World();
  const ledger = await world.open();
  world.move(0, 950);
  const { forecastOctets, startSeconds, endSeconds } = ledger.month();
  assert.equal(forecastOctets, undefined, "it has only begun to count");
  const hour = START - START % HOUR;
  world.seconds = hour + DAY;
  assert.equal(
    ledger.month().forecastOctets,
    Math.round(950 * (endSeconds - hour) / DAY),
    "by the one day that was counted, not by all of the month",
  );
  world.seconds = Date.UTC(2026, 5, 1) / 1000;
  assert.deepEqual(ledger.month().total, { in: 0, out: 0 });
  assert.equal(ledger.month().forecastOctets, undefined);
  world.move(0, 0);
  world.seconds += 3 * DAY;
  world.move(0, 60);
  assert.equal(ledger.month().forecastOctets, 600, "by all of June so far");
  world.seconds -= 3 * DAY;
  const before = ledger.month(START);
  assert.deepEqual(before.total, { in: 0, out: 950 });
  assert.equal(before.forecastOctets, undefined);
  assert.equal(before.startSeconds, startSeconds);
  world.billingDay = 10; // and what was before belongs to this one again
  assert.deepEqual(ledger.month().total, { in: 0, out: 1010 });
});

Deno.test("old hours become days, old days go, and no octet is lost before", async () => {
  const world = new World();
  const ledger = await world.open();
  for (let hour = 0; hour < 100 * 24; hour += 6) {
    world.move(1, 10);
    await ledger.flush();
    world.seconds += 6 * HOUR;
  }
  const range = { fromSeconds: START - DAY, toSeconds: world.seconds };
  const daily = ledger.series({ ...range, granularity: "day" });
  assert.equal(daily.reduce((sum, one) => sum + one.out, 0), 4000);
  assert.ok(daily.every(({ startSeconds }) => startSeconds % DAY === 0));
  const keys = [...world.rows.get("bandwidth")!.keys()];
  assert.ok(keys.some((key) => key.startsWith("d ")));
  assert.ok(keys.length < 91 * 4 + 12, String(keys.length));
  const again = await world.open();
  assert.deepEqual(again.series({ ...range, granularity: "day" }), daily);
  world.seconds += 900 * DAY;
  await again.flush();
  await again.flush();
  assert.equal(world.rows.get("bandwidth")!.size, 0);
});

Deno.test("an account's days are kept within the month", async () => {
  const world = new World();
  const ledger = await world.open();
  ledger.accounts.add(1, 10, 20);
  ledger.accounts.add(1, 1, 2);
  world.seconds += DAY;
  ledger.accounts.add(1, 5, 0);
  const today = world.seconds - world.seconds % DAY;
  const known = {
    in: 16,
    out: 22,
    days: [
      { startSeconds: today - DAY, in: 11, out: 22 },
      { startSeconds: today, in: 5, out: 0 },
    ],
  };
  assert.deepEqual(ledger.ofAccount(1), known);
  await ledger.flush();
  assert.deepEqual((await world.open()).ofAccount(1), known);
  // as an earlier program wrote it
  const month = monthAt(world.seconds, 1).startSeconds;
  world.rows.get("bandwidth_accounts")!.set("2", `[${month},7,8]`);
  assert.deepEqual((await world.open()).ofAccount(2), {
    in: 7,
    out: 8,
    days: [],
  });
});

Deno.test("accounts are counted where that is wished, within the month", async () => {
  const world = new World();
  const ledger = await world.open();
  ledger.accounts.add(1, 10, 20);
  ledger.accounts.add(2, 100, 200);
  ledger.accounts.add(3, 1, 1);
  ledger.accounts.forget(3);
  await ledger.flush();
  assert.deepEqual(ledger.users(1), [{ account: 2, in: 100, out: 200 }]);
  for (const order of ["in", "out"] as const) {
    const sizes = ledger.users(10, order).map((one) => one[order]);
    assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
  }
  assert.deepEqual([...world.rows.get("bandwidth_accounts")!.keys()], [
    "1",
    "2",
  ]);
  ledger.accounts.forget(1);
  await ledger.flush();
  assert.deepEqual([...world.rows.get("bandwidth_accounts")!.keys()], ["2"]);
  world.perUser = false;
  ledger.accounts.add(4, 1, 1);
  await ledger.flush();
  assert.equal(world.rows.get("bandwidth_accounts")!.size, 0);
  world.perUser = true;
  ledger.accounts.add(5, 1, 1);
  world.seconds = Date.UTC(2026, 5, 2) / 1000;
  assert.deepEqual(ledger.users(10), []);
});

Deno.test("the interface is compared with, not added, and may begin anew", async () => {
  const world = new World();
  world.nic = { in: 1000, out: 2000 };
  const ledger = await world.open();
  await ledger.flush(); // all that was before is not ours
  world.nic = { in: 1010, out: 2020 };
  await ledger.flush();
  world.nic = { in: 5, out: 5 }; // the machine has started
  await ledger.flush();
  world.nic = { in: 8, out: 9 };
  await ledger.flush();
  assert.deepEqual(ledger.month().interface, { in: 13, out: 24 });
  assert.deepEqual(ledger.month().total, { in: 0, out: 0 });
});

Deno.test("records that mean nothing are left out", async () => {
  const world = new World();
  world.rows.set(
    "bandwidth",
    new Map([
      ["h 1778414400", '{"mail_imap":[1,"x"]}'],
      ["h x", '{"mail_imap":[1,1]}'],
      ["h 1778410800", "no JSON"],
      [`h ${START - HOUR}`, '{"mail_imap":[3,4]}'],
    ]),
  );
  world.rows.set("bandwidth_accounts", new Map([["1", "no"]]));
  const ledger = await world.open();
  assert.deepEqual(ledger.month().total, { in: 3, out: 4 });
  assert.deepEqual(ledger.users(10), []);
});

Deno.test("what passes while the ledger is off is counted by nobody, later neither", async () => {
  const world = new World();
  const ledger = await world.open();
  world.move(100, 1000);
  await ledger.flush();
  world.isOn = false;
  world.move(7, 70);
  world.nic = { in: 5, out: 5 };
  await ledger.flush();
  world.nic = { in: 50, out: 50 };
  await ledger.flush();
  assert.deepEqual(ledger.month().total, { in: 100, out: 1000 });
  assert.equal(ledger.month().interface, undefined);
  assert.ok(!ledger.isOn);
  world.isOn = true;
  world.move(1, 2);
  await ledger.flush();
  assert.deepEqual(ledger.month().total, { in: 101, out: 1002 });
  assert.equal((await world.open()).month().total.out, 1002);
});
