/** Rules and dismissals over a real store: in force at once, and after a restart. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import {
  RuleBook,
  type StoredRule,
} from "../../src/federation/policy/rule_book.ts";
import type { PolicyMode } from "../../src/federation/policy/policy.ts";
import { Overrides } from "../../src/federation/overrides/overrides.ts";
import type { Store } from "../../src/store/store.ts";
import { TestTime } from "../harness/test_time.ts";
import { storeTest } from "../store/store_world.ts";

interface Opened {
  readonly book: RuleBook;
  readonly unreadable: string[];
  set(state: { enabled?: boolean; mode?: PolicyMode }): void;
  /** `allowed`, `refused`, … of mail to a domain. */
  verdict(domain: string): string;
}

async function open(store: Store): Promise<Opened> {
  const state = { enabled: true, mode: "open" as PolicyMode };
  const unreadable: string[] = [];
  const book = await RuleBook.open({
    store,
    domains: new LocalDomains({ domains: ["relay.example"] }),
    clock: new TestTime(1_800_000_000_000),
    enabled: () => state.enabled,
    mode: () => state.mode,
    onUnreadable: (collection) => void unreadable.push(collection),
    reportBug(error) {
      throw error;
    },
  });
  return {
    book,
    unreadable,
    set: (change) => void Object.assign(state, change),
    verdict: (domain) => book.policy().outbound(domain).kind,
  };
}

storeTest("a rule counts at once, whatever the mode is", async ({ store }) => {
  const { book, verdict, set } = await open(store);
  assert.equal(verdict("far.example"), "allowed");
  await book.setAction("Far.Example.", "block");
  assert.equal(verdict("far.example"), "refused");
  await book.setAction("good.example", "allow");
  set({ mode: "closed" });
  assert.equal(verdict("far.example"), "refused");
  assert.equal(verdict("good.example"), "allowed");
  assert.equal(verdict("other.example"), "refused");
  set({ mode: "open", enabled: false });
  assert.equal(verdict("good.example"), "refused");
  set({ enabled: true });
  assert.equal(await book.removeRule("far.example"), "far.example");
  assert.equal(verdict("far.example"), "allowed");
});

storeTest(
  "where mail is led elsewhere it is as allowed as before",
  async ({ store }) => {
    const { book, verdict, set } = await open(store);
    const overrides = await Overrides.open({
      store,
      clock: new TestTime(),
      domains: new LocalDomains({ domains: ["relay.example"] }),
      hasExchanger: () => false,
      onIgnored() {},
      reportBug(error) {
        throw error;
      },
    });
    try {
      await book.setAction("foe.example", "block");
      for (const key of ["far.example", "foe.example", "*.wide.example"]) {
        const options = {
          tls: "any",
          fallback: "none",
          http: false,
          smtp: false,
        } as const;
        await overrides.set({ key, target: "b.example", options });
      }
      assert.equal(verdict("far.example"), "allowed");
      assert.equal(verdict("a.wide.example"), "allowed");
      assert.equal(verdict("foe.example"), "refused");
      set({ mode: "closed" });
      assert.equal(verdict("far.example"), "refused");
      assert.equal((await open(store)).verdict("foe.example"), "refused");
    } finally {
      overrides.close();
    }
  },
);

storeTest(
  "a rule tells what it is for, and how often it decided",
  async (test) => {
    const { book, verdict } = await open(test.store);
    await book.setAction("*.far.example", "block", "sends spam");
    verdict("a.far.example");
    verdict("b.far.example");
    verdict("near.example");
    book.policy().inbound("a.far.example");
    book.policy().look("a.far.example");
    const counted = {
      comment: "sends spam",
      hits: 3,
      lastHitAt: 1_800_000_000,
    };
    const of = (rules: readonly StoredRule[]) =>
      rules.map(({ comment, hits, lastHitAt }) => ({
        comment,
        hits,
        lastHitAt,
      }));
    assert.deepEqual(of(book.rules()), [counted]);
    await book.writeHits();
    assert.deepEqual(of((await open(test.store)).book.rules()), [counted]);
    // what it is for stays as it is, unless it is said anew
    await book.setAction("*.far.example", "allow");
    assert.deepEqual(of(book.rules()), [counted]);
    await book.removeRule("*.far.example");
    await book.setAction("*.far.example", "block");
    assert.deepEqual(of(book.rules()), [
      { comment: "", hits: 0, lastHitAt: undefined },
    ]);
  },
);

storeTest(
  "rules are kept, and followed by whoever else has them",
  async (test) => {
    const first = await open(test.store);
    const second = await open(test.store);
    await first.book.setAction("*.bad.example", "block");
    await first.book.setChannels("slow.example", { smtp: "off" });
    await first.book.dismiss("[192.0.2.1]");
    assert.equal(second.verdict("x.bad.example"), "refused");
    const again = await open(await test.reopen());
    assert.equal(again.verdict("x.bad.example"), "refused");
    assert.equal(again.verdict("[192.0.2.1]"), "dismissed");
    const slow = again.book.policy().outbound("slow.example");
    assert.ok(slow.kind === "allowed");
    assert.deepEqual(slow.channels, ["http"]);
    assert.deepEqual(again.book.rules(), [
      {
        pattern: "*.bad.example",
        action: "block",
        comment: "",
        createdAt: 1_800_000_000,
        hits: 1,
        lastHitAt: 1_800_000_000,
      },
      {
        pattern: "slow.example",
        channels: { smtp: "off" },
        comment: "",
        createdAt: 1_800_000_000,
        hits: 0,
      },
    ]);
    assert.equal(await again.book.flushRules(), 2);
    assert.equal(await again.book.flushDismissed(), 1);
    assert.equal(again.verdict("x.bad.example"), "allowed");
    assert.equal(again.verdict("[192.0.2.1]"), "allowed");
  },
);

storeTest("channels and action of a rule are set apart", async ({ store }) => {
  const { book, verdict } = await open(store);
  await book.setChannels("far.example", { http: "off", smtp: "off" });
  assert.equal(verdict("far.example"), "refused");
  await book.setAction("far.example", "allow");
  const rule = await book.setChannels("far.example", { smtp: "default" });
  assert.deepEqual([rule!.action, rule!.channels], ["allow", { http: "off" }]);
  assert.equal(verdict("far.example"), "allowed");
  const bare = await book.setChannels("near.example", { http: "default" });
  assert.equal(bare, undefined);
  assert.equal(book.rules().length, 1);
});

storeTest("what no rule can be about is refused", async ({ store }) => {
  const { book } = await open(store);
  const rejects = (work: Promise<unknown>, code: string) =>
    assert.rejects(
      work,
      (error) => error instanceof Refusal && error.code === code,
    );
  await rejects(book.setAction("relay.example", "block"), "invalid_value");
  await rejects(book.setAction("", "block"), "invalid_value");
  await rejects(book.dismiss("a b"), "invalid_value");
  await rejects(book.removeRule("far.example"), "not_found");
  await rejects(book.undismiss("far.example"), "not_found");
  assert.deepEqual([book.rules(), book.dismissed()], [[], []]);
});

storeTest(
  "a rule that cannot be read is told of, and counts as none",
  async ({ store }) => {
    await store.records.change({
      collection: "federation_rules",
      put: [
        { key: "a.example", value: '{"action":"explode","created_at":1}' },
        { key: "b.example", value: '{"action":"block","created_at":1}' },
      ],
    });
    const { verdict, unreadable } = await open(store);
    assert.deepEqual(unreadable, ["federation_rules"]);
    assert.equal(verdict("a.example"), "allowed");
    assert.equal(verdict("b.example"), "refused");
  },
);
