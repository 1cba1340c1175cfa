import assert from "node:assert/strict";
import type { Timers } from "../../base/clock.ts";
import { ServiceManager, type Watched } from "./service_manager.ts";

/** What systemd has heard, of a manager with a watchdog of a minute. */
class Heard {
  readonly manager: ServiceManager;
  readonly #socket: Deno.DatagramConn;

  constructor() {
    const name = `manager-${crypto.randomUUID()}`;
    this.#socket = Deno.listenDatagram({
      transport: "unixpacket",
      path: `\0${name}`,
    });
    this.manager = new ServiceManager({
      NOTIFY_SOCKET: `@${name}`,
      WATCHDOG_USEC: "60000000",
    }, 1);
  }

  async next(): Promise<string> {
    const [octets] = await this.#socket.receive();
    return new TextDecoder().decode(octets);
  }

  [Symbol.dispose](): void {
    this.manager.close();
    this.#socket.close();
  }
}

/** Ticks when it is told to. */
class HandTimers implements Timers {
  periodMs = 0;
  tick: () => void = () => {};

  sleep(): Promise<void> {
    return Promise.resolve();
  }

  every(periodMs: number, tick: () => void): () => void {
    this.periodMs = periodMs;
    this.tick = tick;
    return () => this.tick = () => {};
  }
}

function watched(parts: Partial<Watched>): Watched {
  return {
    askWriter: () => Promise.resolve(),
    isWriterBusy: () => false,
    status: () => Promise.resolve("Serves chat.example"),
    reportBug(error) {
      throw error;
    },
    ...parts,
  };
}

Deno.test("the watchdog is fed only once the writer has answered", async () => {
  using heard = new Heard();
  const timers = new HandTimers();
  const answers: (() => void)[] = [];
  let isBusy = false;
  const life = heard.manager.watch(
    watched({
      askWriter: () => new Promise<void>((resolve) => answers.push(resolve)),
      isWriterBusy: () => isBusy,
    }),
    timers,
  );
  await life.start();
  assert.equal(timers.periodMs, 20_000);

  timers.tick();
  timers.tick(); // hangs: nothing is told, and it is not asked twice
  assert.equal(answers.length, 1);
  await heard.manager.ready("so far");
  assert.equal(await heard.next(), "READY=1\nSTATUS=so far");

  answers.shift()?.();
  assert.equal(await heard.next(), "WATCHDOG=1");
  assert.equal(await heard.next(), "STATUS=Serves chat.example");

  timers.tick();
  isBusy = true; // on purpose
  timers.tick();
  assert.equal(await heard.next(), "WATCHDOG=1");
  await life.stop();
  timers.tick();
  await heard.manager.stopping();
  assert.match(await heard.next(), /^STOPPING=1\n/);
});

Deno.test("a writer that refuses has answered", async () => {
  using heard = new Heard();
  const timers = new HandTimers();
  const life = heard.manager.watch(
    watched({ askWriter: () => Promise.reject(new Error("the disk is full")) }),
    timers,
  );
  await life.start();
  timers.tick();
  assert.equal(await heard.next(), "WATCHDOG=1");
  assert.equal(await heard.next(), "STATUS=Serves chat.example");
  await life.stop();
});

Deno.test("a reload that fails ends in being ready", async () => {
  using heard = new Heard();
  const reload = heard.manager.whileReloading(() =>
    Promise.reject(new Error("no"))
  );
  await assert.rejects(reload, /no/);
  assert.equal(await heard.next(), "RELOADING=1");
  assert.equal(await heard.next(), "READY=1");
});

Deno.test("without systemd nothing is told, and all the same is done", async () => {
  const manager = new ServiceManager({}, 1);
  const timers = new HandTimers();
  const life = manager.watch(watched({}), timers);
  await life.start();
  assert.equal(timers.periodMs, 0);
  await manager.ready("ready");
  assert.equal(await manager.whileReloading(() => Promise.resolve(7)), 7);
  await manager.stopping();
  await life.stop();
  manager.close();
});
