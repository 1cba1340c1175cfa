/** What a relay tells of itself in numbers, without a server. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import type { Address } from "../../src/mail/address.ts";
import { call, type Relay, withRelay } from "./relay.ts";

function measuresTest(name: string, work: (relay: Relay) => Promise<void>) {
  Deno.test(name, () => withRelay(work));
}

async function add(relay: Relay, name: string, quotaOctets?: number) {
  const address = `${name}@relay.example` as Address;
  await relay.store.accounts.create({
    address,
    passwordHash: "x",
    origin: "cli",
    createdAt: 1,
    ...(quotaOctets === undefined ? {} : { quotaOctets }),
  });
  return (await relay.store.accounts.find(address))!;
}

measuresTest("overview counts accounts by what they are", async (relay) => {
  const ann = await add(relay, "ann");
  await add(relay, "bob", 0);
  await add(relay, "cat");
  relay.store.accounts.recordLogin({
    account: ann.id,
    atSeconds: Math.floor(relay.clock.now() / 1000),
  });
  await relay.store.accounts.setPinned(ann.id, true); // and the login with it
  await call(relay, "blocklist.add", { username: "dan" });
  const found = await call(relay, "overview", {});
  assert.deepEqual(found.accounts, {
    total: 3,
    active_24h: 1,
    active_30d: 1,
    never_logged_in: 2,
    blocked: 1,
  });
  assert.equal(found.storage.quota_exceeded_accounts, 1);
  assert.equal(found.storage.messages, 0);
  assert.deepEqual(found.queue, {
    messages: 0,
    pending: 0,
    deferred: 0,
    held: 0,
    failed: 0,
    bytes: 0,
    oldest_age_s: null,
  });
  assert.equal(found.running, false);
  assert.equal(found.process, null);
  assert.deepEqual(found.messages_today, {
    sent: 0,
    received: 0,
    delivered: 0,
    out: 0,
    refused: 0,
  });
  assert.deepEqual(found.federation, {
    domains: 0,
    health: { perfect: 0, federated: 0, bad: 0, none: 0 },
    today: null,
  });
});

measuresTest("many who look at once cost what one does", async (relay) => {
  const [a, b] = await Promise.all([
    call(relay, "overview", {}),
    call(relay, "overview", {}),
  ]);
  assert.equal(a, b);
  await add(relay, "ann");
  assert.equal((await call(relay, "overview", {})).accounts.total, 0);
  await relay.clock.pass(2000);
  assert.equal((await call(relay, "overview", {})).accounts.total, 1);
});

measuresTest("storage.usage says what fills the disk", async (relay) => {
  await add(relay, "ann");
  await Deno.mkdir(`${relay.stateDir}/dkim`, { recursive: true });
  await Deno.writeFile(`${relay.stateDir}/dkim/key`, new Uint8Array(700));
  const found = await call(relay, "storage.usage", {});
  const of = (kind: string) => found.parts.find((one) => one.kind === kind)!;
  assert.equal(of("keys").bytes, 700);
  assert.ok(of("database").bytes > 0);
  assert.equal(of("contents").files, 0);
  const sizes = found.parts.map(({ bytes }) => bytes);
  assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
  assert.equal(found.total_bytes, sizes.reduce((sum, one) => sum + one, 0));
  assert.deepEqual(found.accounts, [
    { username: "ann@relay.example", used_bytes: 0, messages: 0 },
  ]);
  assert.deepEqual(
    (await call(relay, "storage.usage", { accounts: 0 })).accounts,
    [],
  );
});

measuresTest(
  "limits of the month are said and heard in one place",
  async (relay) => {
    const set = await call(relay, "bandwidth.set_limits", {
      monthly_cap: "500G",
      cap_action: "disable_relays",
      billing_day: 7,
    });
    assert.equal(set.cap_action, "disable_relays");
    assert.equal(set.billing_day, 7);
    assert.equal(relay.settings.get("bandwidth_monthly_cap") > 1e11, true);
    await assert.rejects(
      call(relay, "bandwidth.set_limits", {
        monthly_cap: "much",
        cap_action: "none",
      }),
      (error) =>
        error instanceof Refusal && error.code === "invalid_value" &&
        error.detail.field === "monthly_cap",
    );
    const now = await call(relay, "bandwidth.limits", {});
    assert.equal(now.cap_action, "disable_relays");
  },
);

measuresTest("a tail of the log needs a server", async (relay) => {
  await assert.rejects(
    call(relay, "logs.tail", {}),
    (error) => error instanceof Refusal && error.code === "not_running",
  );
});

measuresTest("a backup goes where a whole path leads alone", async (relay) => {
  for (const directory of ["", "copies", "../copies", "%00"]) {
    await assert.rejects(
      call(relay, "backup.create", { directory }),
      (error) =>
        error instanceof Refusal && error.code === "invalid_value" &&
        error.detail.field === "directory",
    );
  }
});
