/** Where mail goes instead of where the DNS says, in a real store. @module */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { Overrides } from "../../src/federation/overrides/overrides.ts";
import { Routes } from "../../src/federation/exchange/routes.ts";
import type { Store } from "../../src/store/store.ts";
import { TestTime } from "../harness/test_time.ts";
import { openTestStore } from "../store/engines.ts";

const OPTIONS = {
  tls: "any",
  fallback: "none",
  http: false,
  smtp: false,
} as const;

interface World {
  readonly store: Store;
  readonly clock: TestTime;
  readonly ignored: number[];
  open(domains?: readonly string[]): Promise<Overrides>;
}

async function withWorld(work: (world: World) => Promise<void>) {
  const stateDir = await Deno.makeTempDir({ prefix: "overrides" });
  const clock = new TestTime();
  const store = await openTestStore({ stateDir });
  const opened: Overrides[] = [];
  const ignored: number[] = [];
  try {
    await work({
      store,
      clock,
      ignored,
      async open(domains = ["here.example"]) {
        const overrides = await Overrides.open({
          store,
          clock,
          domains: new LocalDomains({ domains }),
          hasExchanger: () => false,
          onIgnored: (count) => void ignored.push(count),
          reportBug(error) {
            throw error;
          },
        });
        opened.push(overrides);
        return overrides;
      },
    });
  } finally {
    opened.forEach((one) => one.close());
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

const NO_EXCHANGERS = {
  get: () => undefined,
  carrier: () => undefined,
  fallback: () => undefined,
};

function routesOf(overrides: Overrides): Routes {
  return new Routes(overrides, NO_EXCHANGERS);
}

function put(overrides: Overrides, key: string, target: string) {
  return overrides.set({ key, target, options: OPTIONS });
}

Deno.test("the narrowest override counts, however its key was written", () =>
  withWorld(async ({ open }) => {
    const overrides = await open();
    await put(overrides, "*", "hub.example");
    await put(overrides, "*.Example.ORG.", "wide.example");
    await put(overrides, "*.b.example.org", "narrow.example");
    await put(overrides, "A.b.example.org", "own.example");
    await put(overrides, "1.2.3.4", "literal.example");
    const routes = routesOf(overrides);
    const hosts = [
      ["a.b.example.org", "own.example"],
      ["c.b.example.org", "narrow.example"],
      ["c.example.org", "wide.example"],
      ["example.org", "hub.example"],
      ["[1.2.3.4]", "literal.example"],
      ["[1.2.3.5]", "hub.example"],
    ] as const;
    for (const [domain, host] of hosts) {
      const route = routes.find(domain);
      assert.deepEqual(route?.target, { kind: "host", host, http: false });
    }
  }));

Deno.test("an override is in force at once, also of another holder of the store, and after a start", () =>
  withWorld(async ({ open }) => {
    const one = await open();
    const other = await open();
    const { created } = await put(one, "peer.example", "https://hub.example");
    assert.equal(created, true);
    const again = await put(one, "Peer.example", "smtp://hub.example");
    assert.equal(again.created, false);
    for (const overrides of [one, other, await open()]) {
      assert.deepEqual(routesOf(overrides).find("peer.example"), {
        key: "peer.example",
        tls: "any",
        fallback: "none",
        target: {
          kind: "smtp",
          host: "hub.example",
          port: 25,
          implicitTls: false,
        },
      });
    }
    assert.equal(await other.remove("PEER.example"), "peer.example");
    assert.equal(await other.remove("peer.example"), undefined);
    assert.equal(routesOf(one).find("peer.example"), undefined);
  }));

Deno.test("a change keeps the comment unless it says another, and the day it was made", () =>
  withWorld(async ({ open, clock }) => {
    const overrides = await open();
    await overrides.set({
      key: "peer.example",
      target: "a.example",
      options: OPTIONS,
      comment: "why",
    });
    const made = overrides.get("peer.example")!;
    await clock.pass(60_000);
    await put(overrides, "peer.example", "b.example");
    const changed = overrides.get("peer.example")!;
    assert.equal(changed.comment, "why");
    assert.equal(changed.createdAt, made.createdAt);
    assert.equal(changed.updatedAt, made.updatedAt + 60);
  }));

Deno.test("mail of our own is never led away, nor led back here", () =>
  withWorld(async ({ open }) => {
    const overrides = await open();
    for (
      const [key, target] of [
        ["here.example", "hub.example"],
        ["HERE.example.", "hub.example"],
        ["peer.example", "here.example"],
        ["peer.example", "https://here.example:8443/x"],
        ["peer.example", "smtp://here.example"],
      ] as const
    ) {
      await assert.rejects(put(overrides, key, target), {
        code: "invalid_value",
      });
    }
    assert.deepEqual(overrides.list(), []);
  }));

Deno.test("options that do not go with the target are refused by their name", () =>
  withWorld(async ({ open }) => {
    const overrides = await open();
    const cases = [
      ["https://hub.example", { http: true }, "http"],
      ["hub.example", { smtp: true }, "smtp"],
      ["https://hub.example", { tls: "none" }, "tls"],
      ["smtps://hub.example", { tls: "none" }, "tls"],
      ["http://hub.example", { tls: "verify" }, "tls"],
    ] as const;
    for (const [target, more, field] of cases) {
      const options = { ...OPTIONS, ...more };
      await assert.rejects(
        overrides.set({ key: "peer.example", target, options }),
        (error) => error instanceof Refusal && error.detail.field === field,
      );
    }
  }));

Deno.test("uses are counted, written now and then, and gone with their entry", () =>
  withWorld(async ({ open, clock }) => {
    const overrides = await open();
    await put(overrides, "peer.example", "hub.example");
    const routes = routesOf(overrides);
    routes.find("peer.example");
    await clock.pass(5000);
    routes.find("peer.example");
    routes.find("other.example");
    const lastUsedAt = clock.now() / 1000;
    assert.deepEqual(overrides.use("peer.example"), { hits: 2, lastUsedAt });
    await overrides.writeUses();
    const later = await open();
    assert.deepEqual(later.use("peer.example"), { hits: 2, lastUsedAt });
    routesOf(later).find("peer.example");
    assert.equal(later.use("peer.example")?.hits, 3);
    await later.remove("peer.example");
    await put(later, "peer.example", "hub.example");
    assert.equal(later.use("peer.example"), undefined);
  }));

Deno.test("records that mean nothing here are left out, and told of", () =>
  withWorld(async ({ open, store, ignored }) => {
    const overrides = await open();
    await put(overrides, "peer.example", "hub.example");
    await put(overrides, "soon-ours.example", "hub.example");
    await store.records.change({
      collection: "overrides",
      put: [{ key: "broken.example", value: '{"target":1}' }],
    });
    ignored.length = 0;
    const moved = await open(["here.example", "soon-ours.example"]);
    assert.deepEqual(moved.list().map(({ key }) => key), ["peer.example"]);
    assert.equal(ignored.at(-1), 2);
    assert.equal(await moved.remove("soon-ours.example"), "soon-ours.example");
    assert.equal(ignored.at(-1), 1);
  }));
