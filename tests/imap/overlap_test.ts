/**
 * Several clients work on one mailbox at the same time, commands overlapping.
 * Each believes only what it is told; now and then all must believe the same.
 *
 * `FUZZ_SECONDS=600 deno test -A tests/imap/overlap_test.ts` runs longer; a
 * failure prints its seed, which `FUZZ_SEED` takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ImapServer } from "../../src/imap/server/server.ts";
import { MemoryWire } from "./memory_wire.ts";
import { storeWorld } from "./store_world.ts";
import { memoryWorld, MESSAGE, type World } from "./world.ts";
import { fuzzSeeds } from "../harness/fuzz.ts";

const CLIENTS = 4;
const STEPS = 40;
const FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "one", "two"];

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed;
  for (let i = 0; i < 5; i++) state = state * 48_271 % 2_147_483_647;
  return (below) => (state = state * 48_271 % 2_147_483_647) % below;
}

interface KnownMessage {
  uid?: number;
  /** Sorted; undefined while it has not been told. */
  flags?: string;
}

/** What a client has been told, in order. Throws where that contradicts itself. */
class Client {
  readonly wire = new MemoryWire({ onText: (text) => this.#take(text) });
  messages: KnownMessage[] = [];
  idling = false;
  /** Of the command under way; undefined between commands. */
  #command: { tag: string; text: string } | undefined;
  #commands = 0;
  #lines: string[] = [];
  #failure: unknown;

  /** Sends a command without waiting. */
  send(text: string): void {
    const tag = `t${++this.#commands}`;
    this.#command = { tag, text };
    this.wire.push(`${tag} ${text}\r\n`);
  }

  done(): void {
    this.idling = false;
    this.wire.push("DONE\r\n");
  }

  get waits(): boolean {
    return this.#command !== undefined && !this.idling;
  }

  check(): void {
    if (this.#failure) throw this.#failure;
  }

  #take(text: string): void {
    const plain = text.replace(/\{1\}\r\n./g, "x").replace(/\r\n$/, "");
    for (const line of plain.split("\r\n")) {
      this.#lines.push(line);
      try {
        this.#read(line);
      } catch (error) {
        const log = this.#lines.slice(-30).join("\n");
        this.#failure ??= new Error(`after ${this.#command?.text}:\n${log}`, {
          cause: error,
        });
      }
    }
  }

  #read(line: string): void {
    const [first, second = "", third = ""] = line.split(" ");
    if (first === "+") this.idling = true;
    else if (first === this.#command?.tag) {
      const completed = second === "OK" || line.includes("[EXPUNGEISSUED]");
      assert.ok(completed, line);
      this.#command = undefined;
    } else if (third === "EXISTS") this.#exists(Number(second));
    else if (third === "EXPUNGE") this.#expunge(Number(second));
    else if (third === "FETCH") this.#fetch(Number(second), line);
    else assert.match(line, /^\* (OK|FLAGS|SEARCH|\d+ RECENT)|^\* LIST/);
  }

  #exists(count: number): void {
    if (/^SELECT/.test(this.#command?.text ?? "")) this.messages = [];
    assert.ok(count >= this.messages.length, "EXISTS never shrinks");
    while (this.messages.length < count) this.messages.push({});
  }

  #expunge(number: number): void {
    const command = this.#command?.text ?? "";
    assert.ok(!/^(FETCH|STORE|SEARCH)/.test(command), "EXPUNGE is withheld");
    assert.ok(number >= 1 && number <= this.messages.length, "is known");
    this.messages.splice(number - 1, 1);
  }

  #fetch(number: number, line: string): void {
    const message = this.messages[number - 1];
    assert.ok(message, "FETCH is about a known message");
    const uid = /UID (\d+)/.exec(line)?.[1];
    if (uid !== undefined) {
      message.uid ??= Number(uid);
      assert.equal(message.uid, Number(uid), "a UID stays at its number");
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1];
    if (flags !== undefined) message.flags = sorted(flags);
  }
}

function sorted(flags: string): string {
  return flags.split(" ").sort().join(" ");
}

function someSet(random: Random, client: Client, by: "uid" | "number"): string {
  const { messages } = client;
  const one = () => {
    const at = random(messages.length);
    return by === "uid" ? messages[at]!.uid ?? 1 + random(99) : at + 1;
  };
  return Array.from(
    { length: 1 + random(3) },
    () => random(3) ? `${one()}` : `${one()}:${one()}`,
  ).join(",");
}

function someCommand(random: Random, client: Client): string {
  const pick = (...texts: string[]) => texts[random(texts.length)]!;
  if (client.messages.length === 0) return pick("NOOP", "CHECK", "IDLE");
  const by = random(2) ? "uid" : "number";
  const uid = by === "uid" ? "UID " : "";
  const set = someSet(random, client, by);
  const flags = Array.from({ length: random(3) }, () => pick(...FLAGS));
  const store = `${uid}STORE ${set} ${
    pick("+FLAGS", "-FLAGS", "FLAGS", "+FLAGS")
  } (${flags.join(" ")})`;
  return pick(
    "NOOP",
    "IDLE",
    "EXPUNGE",
    "SELECT INBOX",
    `${uid}FETCH ${set} (UID FLAGS)`,
    `${uid}FETCH ${set} (BODY[TEXT]<0.1>)`,
    `${uid}SEARCH NOT DELETED`,
    store,
    store,
    store,
    `UID STORE ${someSet(random, client, "uid")} +FLAGS (\\Deleted)`,
    `UID EXPUNGE ${someSet(random, client, "uid")}`,
    `${uid}COPY ${set} INBOX`,
    `${uid}MOVE ${set} INBOX`,
    `APPEND INBOX (${flags.join(" ")}) {${MESSAGE.length}+}\r\n${MESSAGE}`,
  );
}

/** Some clients, their relay, and the turns they take. */
class Play {
  readonly clients = Array.from({ length: CLIENTS }, () => new Client());
  readonly #server: ImapServer;
  readonly #runs: Promise<void>[];

  constructor(readonly world: World, readonly random: Random) {
    this.#server = new ImapServer({
      backend: world.backend,
      clock: { now: () => 1_000_000, monotonic: () => 1_000_000 },
      timers: { sleep: () => Promise.resolve(), every: () => () => {} },
      random: () => 0.5,
    });
    this.#runs = this.clients.map(({ wire }) => this.#server.serve(wire));
  }

  /** Until no client waits for the end of its command. */
  async settle(): Promise<void> {
    const busy = () =>
      this.clients.some((client) => {
        client.check();
        assert.ok(!client.wire.closed, "the session goes on");
        return client.waits || !client.wire.quiet;
      });
    do await new Promise((resolve) => setTimeout(resolve, 0)); while (busy());
  }

  async all(text: string): Promise<void> {
    for (const client of this.clients) client.send(text);
    await this.settle();
  }

  /** Some clients at once, and now and then new mail. */
  async step(): Promise<void> {
    for (const client of this.clients) {
      if (this.random(3) === 0) continue;
      if (client.idling) client.done();
      else client.send(someCommand(this.random, client));
    }
    if (this.random(4) === 0) await this.world.deliver("INBOX", 0);
    await this.settle();
  }

  async checkpoint(): Promise<void> {
    for (const client of this.clients) if (client.idling) client.done();
    await this.settle();
    await this.all("NOOP");
    const told = this.clients.map(({ messages }) =>
      messages.map((message) => ({ ...message }))
    );
    if (told[0]!.length > 0) await this.all("FETCH 1:* (UID FLAGS)");
    const [first] = this.clients;
    for (const [i, { messages }] of this.clients.entries()) {
      assert.deepEqual(messages, first!.messages, "all see the same");
      for (const [at, { uid, flags }] of told[i]!.entries()) {
        const now = messages[at]!;
        assert.equal(uid ?? now.uid, now.uid);
        assert.equal(flags ?? now.flags, now.flags, "flags were told");
      }
    }
  }

  async end(): Promise<void> {
    for (const { wire } of this.clients) wire.end();
    await Promise.all(this.#runs);
    await this.#server.shutdown();
    await this.world.close?.();
    assert.deepEqual(this.world.bugs, []);
  }
}

async function playOnce(world: World, random: Random): Promise<void> {
  const play = new Play(world, random);
  try {
    for (let i = random(8); i > 0; i--) await world.deliver("INBOX", 0);
    await play.all("LOGIN ann@relay.example secret");
    await play.all("SELECT INBOX");
    for (let i = 1; i <= STEPS; i++) {
      await play.step();
      if (i % 10 === 0) await play.checkpoint();
    }
  } finally {
    await play.end();
  }
}

for (
  const [name, rounds, open] of [
    ["in memory", 20, () => Promise.resolve(memoryWorld())],
    ["of the store", 5, storeWorld],
  ] as const
) {
  Deno.test(`clients at the same time agree on a mailbox ${name}`, async () => {
    for (const seed of fuzzSeeds(rounds)) {
      try {
        await playOnce(await open(), randomFrom(seed));
      } catch (error) {
        throw new Error(`FUZZ_SEED=${seed} fails`, { cause: error });
      }
    }
  });
}
