/** Mail is fetched from exchangers: over loopback, of a real store. @module */
import assert from "node:assert/strict";
import type { ExchangerChange } from "../../src/federation/exchange/exchanger.ts";
import type { Exchange } from "../../src/federation/exchange/exchange.ts";
import {
  Pollers,
  type PollersParts,
} from "../../src/federation/exchange/poll/pollers.ts";
import type { Taken } from "../../src/federation/exchange/poll/protocols.ts";
import { Spool } from "../../src/federation/exchange/poll/spool.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { NO_DNS, withExchange } from "./exchange_world.ts";
import { FakeExchanger, KeepingExchanger, v1Answer } from "./fake_exchanger.ts";

interface Brought {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

interface World {
  readonly exchange: Exchange;
  readonly fake: FakeExchanger;
  readonly pollers: Pollers;
  readonly stateDir: string;
  readonly brought: Brought[];
  /** By the text of a message; it is taken without. */
  readonly fates: Map<string, Taken>;
  readonly failing: Map<string, string>;
  readonly switches: Set<() => void>;
  isOn: boolean;
  /** Names the exchanger "hub" and waits for its first poll. */
  add(change?: ExchangerChange): Promise<void>;
  pollersAnew(): Promise<Pollers>;
}

const LATER: Taken = { kind: "refused", code: 451, text: "4.3.0 later" };
const NEVER: Taken = { kind: "refused", code: 550, text: "5.1.1 nobody" };

function withPollers(work: (world: World) => Promise<void>): Promise<void> {
  return withExchange(async ({ exchange }) => {
    const stateDir = await Deno.makeTempDir({ prefix: "polling" });
    await using fake = new FakeExchanger();
    const brought: Brought[] = [];
    const running: Pollers[] = [];
    const bugs: unknown[] = [];
    const fates = new Map<string, Taken>();
    const failing = new Map<string, string>();
    const switches = new Set<() => void>();
    const parts = (): PollersParts => ({
      exchangers: exchange.exchangers,
      client: {
        dns: NO_DNS,
        clock: SYSTEM_CLOCK,
        timers: SYSTEM_TIMERS,
        families: () => ["ipv4"],
      },
      spool: new Spool(stateDir),
      async intake({ reversePath, recipients, content }) {
        let text = "";
        for await (const octets of content()) {
          text += new TextDecoder().decode(octets);
        }
        const fate = fates.get(text) ?? { kind: "taken" };
        if (fate.kind === "taken") {
          brought.push({ from: reversePath, to: recipients, text });
        }
        return fate;
      },
      domains: ["here.example", "[192.0.2.1]"],
      clock: SYSTEM_CLOCK,
      timers: SYSTEM_TIMERS,
      lot: () => 0.5,
      isOn: () => world.isOn,
      onSwitch(listener) {
        switches.add(listener);
        return () => void switches.delete(listener);
      },
      onFailing(now) {
        failing.clear();
        for (const [name, error] of now) failing.set(name, error);
      },
      reportBug: (error) => void bugs.push(error),
    });
    const world: World = {
      exchange,
      fake,
      stateDir,
      brought,
      fates,
      failing,
      switches,
      isOn: true,
      get pollers() {
        return running.at(-1)!;
      },
      async add(change = {}) {
        await exchange.exchangers.put("hub", {
          url: fake.url,
          allowInsecure: true,
          longPoll: 0,
          pollInterval: 3600,
          ...change,
        });
        await until(() => fake.asked.length > 0);
      },
      async pollersAnew() {
        const pollers = new Pollers(parts());
        running.push(pollers);
        await pollers.start();
        return pollers;
      },
    };
    await world.pollersAnew();
    try {
      await work(world);
      assert.deepEqual(bugs, []);
    } finally {
      for (const one of running) await one.stop();
      await Deno.remove(stateDir, { recursive: true });
    }
  });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await SYSTEM_TIMERS.sleep(5);
}

async function spooled(stateDir: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${stateDir}/exchange`));
  return entries.map(({ name }) => name);
}

Deno.test("messages are taken one by one, and told what became of them", () =>
  withPollers(
    async ({ fake, add, pollers, brought, fates, exchange, stateDir }) => {
      const keeping = new KeepingExchanger([
        { id: "a", to: ["ann@here.example"], text: "one", from: "x@y.example" },
        { id: "b", to: ["no@here.example"], text: "two" },
        { id: "c", to: ["eve@here.example"], text: "three" },
      ]);
      fake.answer = (asked) => keeping.answer(asked);
      fates.set("two", NEVER);
      fates.set("three", LATER);
      await add({ token: "a-token-of-ours" });
      await until(() => keeping.rejected.length === 2);
      assert.deepEqual(brought, [
        { from: "x@y.example", to: ["ann@here.example"], text: "one" },
      ]);
      assert.deepEqual(keeping.rejected, [
        { id: "b", code: 550, text: "5.1.1 nobody" },
        { id: "c", code: 451, text: "4.3.0 later" },
      ]);
      const [first] = fake.asked;
      assert.equal(
        first?.target,
        "/exchanger/pull?domain=here.example&domain=%5B192.0.2.1%5D",
      );
      assert.equal(first?.token, "a-token-of-ours");
      fates.clear();
      assert.deepEqual(await pollers.poll("Hub"), { pulled: 1, rejected: 0 });
      assert.deepEqual(keeping.waiting, []);
      assert.equal(exchange.exchangers.status("hub").pulled, 2);
      assert.equal(exchange.exchangers.status("hub").lastError, undefined);
      assert.deepEqual(await spooled(stateDir), []);
    },
  ));

Deno.test("an exchanger that knows nothing newer is asked as it can be", () =>
  withPollers(async ({ fake, add, pollers, brought, exchange }) => {
    let hasMail = true;
    fake.answer = ({ target, body }) => {
      if (target.startsWith("/exchanger/")) {
        return new Response("", { status: 404 });
      }
      if (target === "/pull/ack") {
        assert.deepEqual(JSON.parse(body), { ids: [17] });
        hasMail = false;
        return Response.json({ status: "ok", acked: 1 });
      }
      const isAsked = hasMail && target === "/pull?domain=here.example";
      const messages = isAsked
        ? [{
          id: 17,
          domain: "here.example",
          mail_from: "x@y.example",
          mail_to: "ann@here.example",
          body: "From: x\r\n\r\nä",
          created_at: "now",
        }]
        : [];
      return Response.json({ domain: "x", count: messages.length, messages });
    };
    await add();
    const isOver = () =>
      exchange.exchangers.status("hub").lastOkAt !== undefined;
    await until(isOver);
    assert.equal(brought[0]?.text, "From: x\r\n\r\nä");
    const before = fake.asked.length;
    await pollers.poll("hub");
    assert.deepEqual(fake.paths.slice(before), ["/pull", "/pull"]);
  }));

Deno.test("what is given once is kept until it is taken, over a crash too", () =>
  withPollers(async (world) => {
    const { fake, add, brought, fates, exchange, stateDir } = world;
    let isGiven = false;
    fake.answer = ({ target }) => {
      if (target !== "/me/full" || isGiven) {
        return new Response("", { status: 404 });
      }
      isGiven = true;
      const messages = ["one", "two"].map((text, at) => ({
        id: String(at),
        from: "x@y.example",
        to: ["ann@here.example"],
        body: btoa(text),
      }));
      return Response.json({ hash: "h", count: 2, messages });
    };
    fates.set("two", LATER);
    await add();
    await until(() =>
      exchange.exchangers.status("hub").lastError !== undefined
    );
    assert.deepEqual(brought.map(({ text }) => text), ["one"]);
    assert.match((await spooled(stateDir)).join(), /^hub\.\d+\.kept$/);
    await world.pollers.stop();
    fates.clear();
    await Deno.writeTextFile(`${stateDir}/exchange/hub.1.part`, "half");
    const anew = await world.pollersAnew();
    assert.equal((await anew.poll("hub")).error, undefined);
    // who has it already is known by the store
    assert.deepEqual(brought.map(({ text }) => text), ["one", "one", "two"]);
    assert.deepEqual(await spooled(stateDir), []);
  }));

const BROKEN:
  readonly (readonly [what: string, answer: () => Response, error: RegExp])[] =
    [
      ["is no JSON", () => new Response("<html>"), /cannot be read/],
      [
        "has fewer messages than it says",
        () => Response.json({ count: 2, messages: [{ id: "a" }] }),
        /cannot be read/,
      ],
      [
        "wants another token",
        () => new Response("", { status: 403 }),
        /does not know our token/,
      ],
      ["is busy", () => new Response("", { status: 503 }), /answers 503/],
      [
        "ends too early",
        () =>
          new Response(
            new ReadableStream({
              start(controller) {
                controller.enqueue(
                  new TextEncoder().encode('{"messages":[{"id":'),
                );
                controller.close();
              },
            }),
          ),
        /./,
      ],
    ];

for (const [what, answer, error] of BROKEN) {
  Deno.test(`an exchanger that ${what} is not told anything, and shown as failing`, () =>
    withPollers(async ({ fake, add, pollers, exchange, failing, stateDir }) => {
      fake.answer = answer;
      await add({ protocol: "v1" });
      for (let i = 0; i < 3; i++) {
        assert.match((await pollers.poll("hub")).error ?? "", error);
      }
      assert.match(exchange.exchangers.status("hub").lastError ?? "", error);
      assert.match(failing.get("hub") ?? "", error);
      assert.ok(fake.paths.every((path) => path === "/exchanger/pull"));
      assert.deepEqual(await spooled(stateDir), []);
      fake.answer = () => v1Answer([]);
      assert.equal((await pollers.poll("hub")).error, undefined);
      assert.equal(failing.size, 0);
    }));
}

Deno.test("a body that cannot be decoded is refused for good", () =>
  withPollers(async ({ fake, add, brought }) => {
    const rejected: string[] = [];
    fake.answer = ({ target, body }) => {
      if (target.endsWith("/ack")) {
        rejected.push(body);
        return Response.json({});
      }
      return Response.json({
        messages: [
          { id: "a", mail_to: ["ann@here.example"], body_b64: "!!" },
          { id: "b", mail_to: ["ann@here.example"] },
          { id: "c", body_b64: "QQ==" },
        ],
      });
    };
    await add({ protocol: "v1" });
    await until(() => rejected.length > 0);
    const { ids, rejected: told } = JSON.parse(rejected[0]!);
    assert.deepEqual(ids, []);
    assert.deepEqual(
      told.map((one: { id: string; code: number }) => [one.id, one.code]),
      [["a", 550], ["b", 550], ["c", 550]],
    );
    assert.deepEqual(brought, []);
  }));

Deno.test("a poll that an admin wants does not wait for a long one", () =>
  withPollers(async ({ fake, add, pollers }) => {
    fake.answer = async ({ target }) => {
      if (target.includes("wait=")) await new Promise(() => {});
      return v1Answer([]);
    };
    await add({ protocol: "v1", longPoll: 50 });
    assert.match(fake.asked[0]!.target, /&wait=50$/);
    assert.deepEqual(await pollers.poll("hub"), { pulled: 0, rejected: 0 });
  }));

Deno.test("nothing is asked of who is off, only pushed to, or while federation is off", () =>
  withPollers(async (world) => {
    const { fake, add, pollers, exchange, switches } = world;
    fake.answer = () => v1Answer([]);
    await add({ protocol: "v1" });
    const { exchangers } = exchange;
    const isRefused = () =>
      assert.rejects(pollers.poll("hub"), { code: "invalid_value" });
    await exchangers.put("hub", { enabled: false });
    await isRefused();
    await exchangers.put("hub", { enabled: true, roles: ["push"] });
    await isRefused();
    await exchangers.put("hub", { roles: ["pull"] });
    await pollers.poll("hub");
    world.isOn = false;
    switches.forEach((tell) => tell());
    await isRefused();
    await assert.rejects(pollers.poll("nobody"), { code: "not_found" });
  }));

Deno.test("an exchanger in a private network is asked only if that is allowed", () =>
  withPollers(async ({ exchange, fake, pollers }) => {
    await assert.rejects(
      exchange.exchangers.put("hub", { url: fake.url }),
      { code: "invalid_value" },
    );
    await exchange.exchangers.put("hub", { url: "https://hub.example" });
    assert.match((await pollers.poll("hub")).error ?? "", /no address/);
    assert.deepEqual(fake.asked, []);
  }));
