import assert from "node:assert/strict";
import { secretOfText } from "../../base/secret.ts";
import { Refusal } from "../../base/refusal.ts";
import {
  PEER,
  STRONG,
  testAccounts,
  WEAK,
} from "../../../tests/accounts/test_accounts.ts";
import type { TestTime } from "../../../tests/harness/test_time.ts";
import type { Peer } from "./peer.ts";

const NAME = "ann.chats@relay.example";

/** The code, letting the throttle's two seconds pass. */
async function codeOf(work: Promise<unknown>, time: TestTime): Promise<string> {
  const code = work.then(() => "ok", (error) => {
    assert.ok(error instanceof Refusal, String(error));
    return error.code;
  });
  let isDone = false;
  code.finally(() => isDone = true);
  for (let i = 0; i < 100 && !isDone; i++) await Promise.resolve();
  return isDone ? await code : await time.passUntil(code);
}

function guesser(peer: Peer = PEER) {
  const parts = testAccounts({ jitRegistration: false });
  let n = 0;
  const guess = (name = NAME, from = peer) =>
    codeOf(
      parts.accounts.login(name, secretOfText(`${STRONG}${n++}`), from),
      parts.time,
    );
  return { ...parts, guess };
}

Deno.test("8 failures for one account from one network, then one in 30 seconds", async () => {
  const { guess, time } = guesser();
  for (let i = 0; i < 8; i++) assert.equal(await guess(), "bad_credentials");
  assert.equal(await guess(), "too_many_attempts"); // 2 s pass
  await time.pass(27_000);
  assert.equal(await guess(), "too_many_attempts"); // 31 s in all
  assert.equal(await guess(), "bad_credentials");
  assert.equal(await guess(), "too_many_attempts");
});

Deno.test("a throttled login is answered after 2 seconds, without a look at the password", async () => {
  const { accounts, options, guess, time, store } = guesser();
  options.jitRegistration = true;
  await accounts.login(NAME, secretOfText(STRONG), { address: "203.0.113.1" });
  for (let i = 0; i < 8; i++) await guess();
  const finds = store.finds;
  let code = "";
  const login = accounts.login(NAME, secretOfText(STRONG), PEER)
    .catch((error) => code = error.code);
  await time.pass(1_999);
  assert.equal(code, "");
  await time.pass(1);
  await login;
  assert.equal(code, "too_many_attempts");
  assert.equal(store.finds, finds);
});

Deno.test("nothing of a login is read once its network has tried too often", async () => {
  const { accounts, guess, domains } = guesser();
  assert.deepEqual(accounts.limits.locked(), []);
  for (let i = 0; i < 20; i++) await guess(`name${i}xx@relay.example`);
  let reads = 0;
  const parse = domains.parse.bind(domains);
  domains.parse = (text) => {
    reads++;
    return parse(text);
  };
  assert.equal(await guess("more.names@relay.example"), "too_many_attempts");
  assert.equal(await guess(":".repeat(4000)), "too_many_attempts");
  const [network] = accounts.limits.locked();
  assert.equal(network?.[0], PEER.address);
  assert.ok(network![1] > 0);
  assert.equal(reads, 0);
});

Deno.test("strangers lock nobody out: other networks still log in", async () => {
  const { accounts, options, guess } = guesser();
  options.jitRegistration = true;
  const { id } = await accounts.login(NAME, secretOfText(STRONG), {
    address: "203.0.113.1",
  });
  for (let i = 0; i < 20; i++) await guess();
  const login = await accounts.login(NAME, secretOfText(STRONG), {
    address: "192.0.2.9",
  });
  assert.equal(login.id, id);
});

Deno.test("20 failures from one network over many accounts, then one in 10 seconds", async () => {
  const { guess, time } = guesser();
  for (let i = 0; i < 20; i++) {
    assert.equal(await guess(`name${i}xx@relay.example`), "bad_credentials");
  }
  assert.equal(await guess("more.names@relay.example"), "too_many_attempts");
  await time.pass(8_000);
  assert.equal(await guess("more.names@relay.example"), "bad_credentials");
  assert.equal(await guess("more.names@relay.example"), "too_many_attempts");
});

Deno.test("loopback fails no more often than others", async () => {
  const { guess } = guesser({ address: "127.0.0.1" });
  for (let i = 0; i < 8; i++) await guess();
  assert.equal(await guess(), "too_many_attempts");
});

Deno.test("an IPv6 network is a /64", async () => {
  const { guess } = guesser();
  for (let i = 0; i < 8; i++) {
    await guess(NAME, { address: `2001:db8:1:2:${i}::9` });
  }
  const within = { address: "2001:db8:1:2:ffff::1" };
  assert.equal(await guess(NAME, within), "too_many_attempts");
  const beside = { address: "2001:db8:1:3::1" };
  assert.equal(await guess(NAME, beside), "bad_credentials");
});

Deno.test("a success forgives what the network got wrong for the account", async () => {
  const { accounts, options, guess } = guesser();
  options.jitRegistration = true;
  await accounts.login(NAME, secretOfText(STRONG), PEER);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 7; i++) assert.equal(await guess(), "bad_credentials");
    await accounts.login(NAME, secretOfText(STRONG), PEER);
  }
});

Deno.test("guesses at the same time get no further than one after the other", async () => {
  const { accounts, options, time } = guesser();
  options.jitRegistration = true;
  await accounts.login(NAME, secretOfText(WEAK), { address: "203.0.113.1" });
  const codes = Promise.all(
    Array.from(
      { length: 19 },
      (_, i) =>
        accounts.login(NAME, secretOfText(`${WEAK}${i}`), PEER).catch((error) =>
          error.code
        ),
    ),
  );
  const all = await time.passUntil(codes);
  const counts = Object.groupBy(all, (code) => String(code));
  assert.equal(counts.bad_credentials?.length, 8);
  assert.equal(counts.too_many_attempts?.length, 11);
});

Deno.test("malformed and foreign names share the account's part of the limit", async () => {
  const { guess } = guesser();
  for (let i = 0; i < 8; i++) {
    assert.equal(await guess(`x${i}@elsewhere.example`), "bad_credentials");
  }
  assert.equal(await guess("no address"), "too_many_attempts");
  assert.equal(await guess(), "bad_credentials");
});

const create = (
  { accounts, time }: ReturnType<typeof testAccounts>,
  n: number,
  peer: Peer = PEER,
) =>
  codeOf(
    accounts.login(`person${n}xx@relay.example`, secretOfText(STRONG), peer),
    time,
  );

Deno.test("30 accounts at once from one network, then one a minute", async () => {
  const parts = testAccounts();
  for (let i = 0; i < 30; i++) assert.equal(await create(parts, i), "ok");
  assert.equal(await create(parts, 30), "busy");
  assert.equal(await create(parts, 30, { address: "192.0.2.9" }), "ok");
  await parts.time.pass(59_000);
  assert.equal(await create(parts, 31), "busy");
  await parts.time.pass(1_000);
  assert.equal(await create(parts, 31), "ok");
  assert.equal(await create(parts, 32), "busy");
  assert.equal(await create(parts, 0), "ok"); // known accounts are not concerned
});

Deno.test("limits of 0 are none, at once", async () => {
  const parts = testAccounts();
  for (let i = 0; i < 30; i++) await create(parts, i);
  assert.equal(await create(parts, 30), "busy");
  parts.options.regPerIpPerHour = 0;
  parts.options.regGlobalPerMinute = 0;
  for (let i = 30; i < 300; i++) assert.equal(await create(parts, i), "ok");
});

Deno.test("200 accounts at once from everywhere, then two a second", async () => {
  const parts = testAccounts();
  const from = (i: number) => ({ address: `10.0.${i >> 8}.${i & 255}` });
  for (let i = 0; i < 200; i++) await create(parts, i, from(i));
  assert.equal(await create(parts, 200, from(200)), "busy");
  await parts.time.pass(500);
  assert.equal(await create(parts, 200, from(200)), "ok");
  assert.equal(await create(parts, 201, from(201)), "busy");
});

const UNLIMITED: Peer[] = [
  { address: "127.0.0.1" },
  { address: "127.9.9.9" },
  { address: "::1" },
  { address: "::ffff:127.0.0.1" },
  { address: "203.0.113.200" },
  { address: "2001:db8:77:1::1" },
];
for (const peer of UNLIMITED) {
  Deno.test(`accounts from ${peer.address} are not limited`, async () => {
    const parts = testAccounts();
    for (let i = 0; i < 250; i++) {
      assert.equal(await create(parts, i, peer), "ok");
    }
  });
}

Deno.test("accounts by way of our own proxy share one bucket", async () => {
  const parts = testAccounts();
  for (let i = 0; i < 30; i++) {
    await create(parts, i, { address: "127.0.0.1", proxied: true });
  }
  const peer = { address: "127.0.0.2", proxied: true };
  assert.equal(await create(parts, 30, peer), "busy");
  assert.equal(await create(parts, 30, { address: "127.0.0.2" }), "ok");
});

Deno.test("an IPv6 network is a /56 for new accounts", async () => {
  const parts = testAccounts();
  for (let i = 0; i < 30; i++) {
    await create(parts, i, { address: `2001:db8:1:2${i + 10}::1` });
  }
  assert.equal(
    await create(parts, 30, { address: "2001:db8:1:2ff::1" }),
    "busy",
  );
  assert.equal(await create(parts, 30, { address: "2001:db8:1:300::1" }), "ok");
});
