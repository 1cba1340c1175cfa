/** What is kept of exchangers, and where mail goes by them. @module */
import assert from "node:assert/strict";
import { parseDomain } from "../../src/mail/address.ts";
import { openExchange, withExchange } from "./exchange_world.ts";

const URL = "https://hub.example";

Deno.test("a secret is kept only as its roles need it, and found by what comes in", () =>
  withExchange(async ({ store, exchange }) => {
    const { exchangers } = exchange;
    await exchangers.put("hub", {
      url: URL,
      token: "a secret of ours".replaceAll(" ", "-"),
    });
    assert.equal(exchangers.bearer("a-secret-of-ours"), undefined);
    const { token } = await exchangers.put("agent", {
      roles: ["serve"],
      domains: ["peer.example"],
    });
    assert.ok(token !== undefined && token.length >= 32);
    const kept = JSON.stringify(await store.records.load("exchangers"));
    assert.ok(!kept.includes(token), "it can be read in the store");
    assert.equal(exchangers.bearer(token)?.name, "agent");
    assert.equal(exchangers.bearer(`${token}x`), undefined);
    await exchangers.put("agent", { enabled: false });
    assert.equal(exchangers.bearer(token), undefined);
    await exchangers.put("agent", { enabled: true });
    const again = await exchangers.setToken("agent");
    assert.equal(exchangers.bearer(token), undefined);
    assert.equal(exchangers.bearer(again.token!)?.name, "agent");
  }));

Deno.test("a change leaves alone what it does not name", () =>
  withExchange(async ({ exchange: { exchangers } }) => {
    await exchangers.put("Hub", {
      url: "https://hub.example/base/",
      roles: ["pull", "push"],
      token: "12345678",
      domains: ["B.example", "*.c.example"],
      pollInterval: 5,
    });
    const { created } = await exchangers.put("hub", { longPoll: 0 });
    assert.equal(created, false);
    const { createdAt: _, updatedAt: __, ...kept } = exchangers.named("HUB");
    assert.deepEqual(kept, {
      name: "hub",
      url: "https://hub.example/base/",
      roles: ["push", "pull"],
      protocol: "auto",
      token: "12345678",
      domains: ["b.example", "*.c.example"],
      enabled: true,
      pollInterval: 5,
      longPoll: 0,
      tls: "verify",
      when: "always",
      trustAuth: false,
      allowInsecure: false,
    });
    await assert.rejects(() => exchangers.remove("other"), {
      code: "not_found",
    });
  }));

Deno.test("mail goes to the exchanger that carries it, unless an override is about it", () =>
  withExchange(async ({ exchange }) => {
    const { exchangers, overrides, routes } = exchange;
    await exchangers.put("hub", {
      url: "https://hub.example/base",
      roles: ["push"],
      token: "12345678",
      domains: ["*.far.example", "near.example"],
      tls: "any",
    });
    await exchangers.put("last", {
      url: URL,
      roles: ["push"],
      domains: ["*"],
      when: "fallback",
    });
    await overrides.set({
      key: "own.far.example",
      target: "direct.example",
      options: { tls: "any", fallback: "none", http: false, smtp: false },
    });
    assert.deepEqual(routes.look("a.far.example"), {
      key: "a.far.example",
      tls: "any",
      fallback: "none",
      exchanger: "hub",
      target: {
        kind: "url",
        url: new globalThis.URL("https://hub.example/base/mxdeliv"),
        smtp: false,
        token: "12345678",
      },
    });
    assert.equal(routes.look("own.far.example")?.exchanger, undefined);
    assert.equal(routes.look("other.example"), undefined);
    assert.equal(routes.fallback("other.example")?.exchanger, "last");
    await exchangers.put("hub", { enabled: false });
    assert.equal(routes.look("a.far.example"), undefined);
  }));

Deno.test("mail that an exchanger fetches waits for it, and mail for one that is gone waits too", () =>
  withExchange(async ({ exchange }) => {
    const { exchangers, overrides, routes } = exchange;
    await exchangers.put("agent", {
      roles: ["serve"],
      domains: ["peer.example"],
    });
    await exchangers.put("later", {
      roles: ["serve"],
      domains: ["direct.example"],
      when: "fallback",
    });
    const options = {
      tls: "any",
      fallback: "none",
      http: false,
      smtp: false,
    } as const;
    await assert.rejects(
      overrides.set({ key: "a.example", target: "exchanger:no", options }),
      { code: "invalid_value" },
    );
    await overrides.set({
      key: "a.example",
      target: "exchanger:agent",
      options,
    });
    assert.equal(routes.waiting("peer.example")?.fetchedBy, "agent");
    assert.equal(routes.waiting("a.example")?.fetchedBy, "agent");
    assert.equal(routes.waiting("direct.example"), undefined);
    assert.equal(routes.waiting("other.example"), undefined);
    const agent = exchangers.named("agent");
    const served = ["peer.example", "a.example", "other.example"]
      .map((one) => exchange.serves(agent, parseDomain(one)));
    assert.deepEqual(served, [true, true, false]);
    await assert.rejects(exchange.removeExchanger("agent"), {
      code: "invalid_value",
    });
    await exchangers.put("agent", { enabled: false });
    assert.match(routes.waiting("a.example")!.reason, /agent is off/);
    assert.equal(routes.waiting("peer.example"), undefined);
  }));

Deno.test("what came of an exchanger is there after a start, and gone with it", () =>
  withExchange(async ({ store, exchange }) => {
    await exchange.exchangers.put("hub", { url: URL });
    exchange.exchangers.count("hub", "pulled", 2);
    exchange.exchangers.note("hub", { lastError: "no answer" });
    await exchange.write();
    const later = await openExchange(store);
    const status = later.exchangers.status("hub");
    assert.equal(status.pulled, 2);
    assert.equal(status.lastError, "no answer");
    later.exchangers.note("hub", { lastError: undefined });
    assert.equal(later.exchangers.status("hub").lastError, undefined);
    await later.removeExchanger("hub");
    await later.exchangers.put("hub", { url: URL });
    assert.equal(later.exchangers.status("hub").pulled, 0);
    await later.close();
  }));
