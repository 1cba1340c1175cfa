/** Exchangers fetch what waits for them: over the routes, from a real queue. @module */
import { NO_ECHO } from "../harness/no_echo.ts";
import assert from "node:assert/strict";
import { systemRandom } from "../../src/base/random.ts";
import { Serving } from "../../src/federation/exchange/serve/serving.ts";
import { prepare } from "../../src/federation/transports/outgoing.ts";
import { site } from "../../src/api/site.ts";
import {
  ask,
  EXCHANGE,
  FACTS,
  NO_SERVER_MAIL,
  NO_SHARING,
  NO_WEBMAIL,
  NOT_HIDDEN,
} from "../harness/test_site.ts";
import type { TestTime } from "../harness/test_time.ts";
import { queueTo } from "../store/queue_world.ts";
import type { Store } from "../../src/store/store.ts";
import { type ExchangeWorld, withExchange } from "./exchange_world.ts";

interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- an answer is looked at as JSON
  readonly json: any;
  readonly headers: Headers;
}

interface World extends ExchangeWorld {
  readonly token: string;
  get(query: string, more?: Asking): Promise<Answer>;
  ack(body: unknown, more?: Asking): Promise<Answer>;
}

interface Asking {
  readonly token?: string;
  readonly path?: string;
  readonly method?: string;
  readonly address?: string;
  readonly ending?: AbortSignal;
}

const NO_SIGNER = {
  sign: () =>
    Promise.resolve({ kind: "fields" as const, fields: new Uint8Array() }),
};

function withServing(
  work: (world: World) => Promise<void>,
  { isFederating = true, legacyPaths = true } = {},
) {
  return withExchange(async (world) => {
    const { store, exchange, clock } = world;
    const { token = "" } = await exchange.exchangers.put("agent", {
      roles: ["serve"],
      domains: ["peer.example", "*.wide.example"],
    });
    const serving = new Serving({
      store,
      exchange,
      clock,
      timers: clock,
      policy: () => ({
        enabled: isFederating,
        look: (domain) =>
          domain === "blocked.wide.example"
            ? { kind: "dismissed", pattern: domain }
            : {
              kind: "allowed",
              channels: ["http"],
              ground: { kind: "mode", mode: "open" },
            },
      }),
      prepare: (unit) =>
        prepare(unit, { queue: store.queue, signer: NO_SIGNER }),
      legacyPaths: () => legacyPaths,
    });
    const handler = site({
      serving,
      webmail: NO_WEBMAIL,
      clock,
      timers: clock,
      mail: NO_SERVER_MAIL,
      random: systemRandom,
      sharing: NO_SHARING,
      backend: {
        echo: NO_ECHO,
        facts: () => FACTS,
        register: () => Promise.reject(new Error("nobody signs up here")),
        countRefusal() {},
        pageWait: () => 0,
        invitation: () => Promise.resolve(undefined),
        stealth: () => NOT_HIDDEN,
        mtaStsPolicy: () => undefined,
      },
    });
    async function request(
      path: string,
      init: RequestInit,
      { token: given = token, address = "192.0.2.1", ending }: Asking,
    ): Promise<Answer> {
      const headers = { authorization: `Bearer ${given}` };
      const response = await handler(
        new Request(`https://here.example${path}`, { headers, ...init }),
        { ...EXCHANGE, address, ...(ending && { ending }) },
      );
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      const json = isJson ? JSON.parse(text) : text;
      return { status: response.status, json, headers: response.headers };
    }
    await work({
      ...world,
      token,
      get: (query, more = {}) =>
        request(`${more.path ?? "/exchanger/pull"}?${query}`, {
          method: more.method ?? "GET",
        }, more),
      ack: (body, more = {}) =>
        request(more.path ?? "/exchanger/pull/ack", {
          method: "POST",
          body: typeof body === "string" ? body : JSON.stringify(body),
        }, more),
    });
  });
}

/** What waits as an admin sees it. */
async function waiting(store: Store): Promise<string[]> {
  const { recipients } = await store.queue.list({ limit: 100 });
  return recipients.map(({ address, state }) => `${address} ${state}`);
}

/** A queue counts by lived time, which goes on with a look. */
async function live(clock: TestTime, store: Store, seconds: number) {
  for (let at = 0; at < seconds; at += 10) {
    await clock.pass(10_000);
    store.clock.look();
  }
}

Deno.test("what waits is leased, comes again without an acknowledgement, and is gone with it", () =>
  withServing(async ({ store, clock, exchange, get, ack }) => {
    await queueTo(store, ["bob@peer.example", "eve@peer.example"]);
    await queueTo(store, ["far@other.example"]);
    const { status, json } = await get("domain=Peer.example.");
    assert.equal(status, 200);
    const [message, ...more] = json.messages;
    assert.deepEqual(more, []);
    const { id, body_b64, created_at, size, ...rest } = message;
    assert.deepEqual(rest, {
      domain: "peer.example",
      mail_from: "ann@relay.example",
      mail_to: ["bob@peer.example", "eve@peer.example"],
    });
    assert.deepEqual(
      { ...json, messages: [] },
      {
        version: 1,
        domain: "peer.example",
        count: 1,
        more: false,
        lease: 300,
        messages: [],
      },
    );
    assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const body = new TextDecoder().decode(Uint8Array.fromBase64(body_b64));
    assert.equal(size, body.length);
    assert.match(body, /hello$/);

    assert.equal((await get("domain=peer.example")).json.count, 0);
    await live(clock, store, 310);
    const again = await get("domain=peer.example");
    assert.equal(again.json.messages[0].id, id);

    assert.deepEqual((await ack({ ids: [id, id] })).json, {
      status: "ok",
      acked: 1,
      unknown: 0,
    });
    assert.deepEqual((await ack({ ids: [id] })).json, {
      status: "ok",
      acked: 0,
      unknown: 1,
    });
    assert.deepEqual(await waiting(store), ["far@other.example waiting"]);
    assert.equal(exchange.exchangers.status("agent").served, 1);
  }));

Deno.test("what is leased to another is unknown, and stays", () =>
  withServing(async ({ store, exchange, get, ack }) => {
    await queueTo(store, ["bob@peer.example"]);
    const { token = "" } = await exchange.exchangers.put("other", {
      roles: ["serve"],
      domains: ["*"],
    });
    const { json } = await get("domain=peer.example");
    const [{ id }] = json.messages;
    const answer = await ack({ ids: [id, "", "x", "1-0@"] }, { token });
    assert.deepEqual(answer.json, { status: "ok", acked: 0, unknown: 4 });
    assert.deepEqual(await waiting(store), ["bob@peer.example leased"]);
  }));

Deno.test("a long poll ends when mail comes, with its time, or with who asked", () =>
  withServing(async ({ store, clock, get }) => {
    const asked = get("domain=a.wide.example&wait=50");
    await clock.passUntil(
      queueTo(store, ["bob@a.wide.example"]).then(() => asked),
    );
    assert.equal((await asked).json.count, 1);
    const empty = get("domain=a.wide.example&wait=50");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.pass(50_000);
    assert.equal((await clock.passUntil(empty)).json.count, 0);
    const gone = new AbortController();
    const left = get("domain=peer.example&wait=50", { ending: gone.signal });
    await queueTo(store, ["bob@a.wide.example"]);
    gone.abort();
    assert.equal((await clock.passUntil(left)).status, 503);
    assert.deepEqual(await waiting(store), [
      "bob@a.wide.example leased",
      "bob@a.wide.example waiting",
    ]);
  }));

Deno.test("an answer has no more messages and octets than was asked for, but one", () =>
  withServing(async ({ store, get }) => {
    for (let i = 0; i < 4; i++) await queueTo(store, ["bob@peer.example"]);
    const first = await get("domain=peer.example&max=1");
    assert.equal(first.json.count, 1);
    assert.equal(first.json.more, true);
    const second = await get("domain=peer.example&max_bytes=1");
    assert.equal(second.json.count, 1);
    assert.equal(second.json.more, true);
    const rest = await get("domain=peer.example");
    assert.equal(rest.json.count, 2);
    assert.equal(rest.json.more, false);
    const ids = [first, second, rest].flatMap(({ json }) =>
      json.messages.map(({ id }: { id: string }) => id)
    );
    assert.equal(new Set(ids).size, 4);
  }));

Deno.test("what is refused for good fails, what is refused for now waits for its lease", () =>
  withServing(async ({ store, clock, get, ack }) => {
    await queueTo(store, ["bob@peer.example"]);
    await queueTo(store, ["eve@peer.example"]);
    const { json } = await get("domain=peer.example");
    const [bob, eve] = json.messages;
    const answer = await ack({
      rejected: [
        { id: bob.id, code: 550, text: "5.1.1 no such\r\nuser" },
        { id: eve.id, code: 451, text: "later" },
      ],
    });
    assert.deepEqual(answer.json, { status: "ok", acked: 2, unknown: 0 });
    // nobody here sent it, so nobody is told
    assert.deepEqual(await waiting(store), ["eve@peer.example leased"]);
    assert.equal((await get("domain=peer.example")).json.count, 0);
    await live(clock, store, 310);
    assert.equal((await get("domain=peer.example")).json.count, 1);
  }));

Deno.test("mail that rules keep from going there is not handed out", () =>
  withServing(async ({ store, get }) => {
    await queueTo(store, ["bob@blocked.wide.example"]);
    assert.equal((await get("domain=blocked.wide.example")).json.count, 0);
  }));

Deno.test("wrong requests have answers of their own", () =>
  withServing(async ({ get, ack, exchange, token }) => {
    const statuses = async (...asked: Promise<Answer>[]) =>
      (await Promise.all(asked)).map(({ status }) => status);
    assert.deepEqual(
      await statuses(
        get(""),
        get("domain=a%20b"),
        get("domain=peer.example&wait=56"),
        get("domain=peer.example&max=501"),
        get("domain=peer.example&max=x"),
        get("domain=other.example"),
        get("domain=peer.example&domain=other.example"),
        get("domain=peer.example", { token: "wrong" }),
        get("domain=peer.example", { method: "POST" }),
        ack("{"),
        ack([]),
        ack({ ids: [1] }),
        ack({ rejected: [{ id: "x", code: 200 }] }),
        ack({ ids: ["x".repeat(2_000_000)] }),
      ),
      [400, 400, 400, 400, 400, 403, 403, 401, 405, 400, 400, 400, 400, 413],
    );
    await exchange.exchangers.put("agent", { enabled: false });
    const disabled = await get("domain=peer.example", { token });
    const unknown = await get("domain=peer.example", { token: "wrong" });
    assert.equal(disabled.status, 401);
    assert.deepEqual(disabled.json, unknown.json);
  }));

Deno.test("who guesses tokens has to wait, and so has who asks too often or too often at once", () =>
  withServing(async ({ clock, get }) => {
    const address = "198.51.100.7";
    for (let i = 0; i < 10; i++) {
      const wrong = await get("domain=peer.example", { token: "no", address });
      assert.equal(wrong.status, 401);
    }
    const late = await get("domain=peer.example", { address });
    assert.equal(late.status, 429);
    assert.ok(Number(late.headers.get("retry-after")) > 0);
    assert.equal((await get("domain=peer.example")).status, 200);
    for (let i = 0; i < 4; i++) await get("domain=peer.example");
    assert.equal((await get("domain=peer.example")).status, 429);
    const polls = [1, 2, 3].map(() => get("domain=peer.example&wait=5"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.pass(5000);
    const answers = await clock.passUntil(Promise.all(polls));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [
      200,
      200,
      429,
    ]);
  }));

Deno.test("where nobody is served, there is no such path", () =>
  withServing(async ({ exchange, get }) => {
    const elsewhere = await ask("/exchanger/pull?domain=peer.example");
    await exchange.removeExchanger("agent");
    const { status, json } = await get("domain=peer.example");
    assert.equal(status, 404);
    assert.equal(status, elsewhere.response.status);
    assert.equal(json, elsewhere.text);
  }));

Deno.test("while federation is off nothing is handed out", () =>
  withServing(async ({ store, get }) => {
    await queueTo(store, ["bob@peer.example"]);
    assert.equal((await get("domain=peer.example")).status, 503);
    assert.deepEqual(await waiting(store), ["bob@peer.example waiting"]);
  }, { isFederating: false }));

Deno.test("older programs get numbers, one recipient each, and text", () =>
  withServing(async ({ store, get, ack }) => {
    await queueTo(store, ["bob@peer.example", "eve@peer.example"]);
    const path = "/pull";
    const { json } = await get("domain=peer.example", { path });
    assert.equal(json.count, 2);
    assert.deepEqual(
      json.messages.map((one: { mail_to: string }) => one.mail_to),
      ["bob@peer.example", "eve@peer.example"],
    );
    const [message] = json.messages;
    assert.ok(Number.isSafeInteger(message.id));
    assert.match(message.body, /\r\n\r\nhello$/);
    const ids = json.messages.map(({ id }: { id: number }) => id);
    const answer = await ack({ ids: [...ids, 7] }, { path: "/pull/ack" });
    assert.deepEqual(answer.json, { status: "ok", acked: 2 });
    assert.deepEqual(await waiting(store), []);
  }));

Deno.test("the paths of older programs are there only when they are wanted", () =>
  withServing(async ({ get }) => {
    const { status } = await get("domain=peer.example", { path: "/pull" });
    assert.equal(status, 404);
  }, { legacyPaths: false }));
