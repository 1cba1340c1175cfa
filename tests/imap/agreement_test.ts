/**
 * Several clients work on one mailbox at random. Each keeps its own picture of
 * it, from nothing but responses; at checkpoints every picture must be true.
 */
import assert from "node:assert/strict";
import { Stage } from "./transcript.ts";
import type { MemoryWire } from "./memory_wire.ts";
import { storeWorld } from "./store_world.ts";
import { memoryWorld, type World } from "./world.ts";

interface Seen {
  uid?: number;
  flags?: string;
}

const NO_EXPUNGE = /^(?:FETCH|STORE|SEARCH) /;

class Client {
  messages: Seen[] = [];
  readonly #wire: MemoryWire;
  #read = 0; // of the stage's log
  #command = "";
  #fetching = 0; // the last message a response was about

  constructor(readonly stage: Stage, readonly name: string) {
    this.#wire = stage.connect(name);
  }

  send(command: string): void {
    this.#command = command;
    this.#wire.push(command === "DONE" ? "DONE\r\n" : `T ${command}\r\n`);
  }

  /** Believes what has been said since. */
  listen(): void {
    for (; this.#read < this.stage.log.length; this.#read++) {
      const line = this.stage.log[this.#read]!;
      if (line.startsWith(`S${this.name}: `)) this.#believe(line);
    }
  }

  #believe(line: string): void {
    assert.doesNotMatch(line, /SERVERBUG|BYE/);
    const [, count, what, rest] =
      /: \* (\d+) (EXISTS|EXPUNGE|FETCH) ?(.*)$/.exec(line) ?? [];
    const number = Number(count);
    if (what === "EXISTS") {
      assert.ok(number >= this.messages.length, line);
      while (this.messages.length < number) this.messages.push({});
    } else if (what === "EXPUNGE") {
      assert.doesNotMatch(this.#command, NO_EXPUNGE, line);
      assert.ok(number <= this.messages.length, line);
      this.messages.splice(number - 1, 1);
    } else if (what === "FETCH") this.#fetched(number, rest!, line);
    else if (/: .*FLAGS \([^)]*\)\)$/.test(line)) {
      this.#fetched(this.#fetching, line, line); // behind a literal
    }
  }

  #fetched(number: number, items: string, line: string): void {
    this.#fetching = number;
    const message = this.messages[number - 1];
    assert.ok(message, line);
    const uid = /\bUID (\d+)/.exec(items)?.[1];
    const flags = /\bFLAGS \(([^)]*)\)/.exec(items)?.[1];
    if (uid) {
      assert.equal(message.uid ?? Number(uid), Number(uid), line);
      message.uid = Number(uid);
    }
    if (flags !== undefined) message.flags = flags;
  }
}

function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ state >>> 13) >>> 0) % limit;
  };
}

function command(random: (limit: number) => number, client: Client): string {
  const exists = client.messages.length;
  const some = exists > 0 ? String(1 + random(exists)) : "1:*";
  const uids = `${1 + random(40)}:${1 + random(40)}`;
  const flag = ["\\Seen", "\\Deleted", "\\Flagged", "$Key"][random(4)]!;
  const sign = ["+", "-", ""][random(3)]!;
  const commands = [
    "NOOP",
    "EXPUNGE",
    `UID EXPUNGE ${uids}`,
    `STORE ${some} ${sign}FLAGS (${flag})`,
    `STORE ${some}:* ${sign}FLAGS.SILENT (${flag})`,
    `UID STORE ${uids} ${sign}FLAGS (${flag})`,
    `FETCH ${some} (FLAGS)`,
    `UID FETCH ${uids} (FLAGS BODY[])`,
    `FETCH ${some} (BODY[])`,
    `SEARCH ${flag === "$Key" ? "KEYWORD $Key" : flag.slice(1)}`,
    `UID COPY ${uids} INBOX`,
    `UID MOVE ${uids} INBOX`,
    `UID MOVE ${uids} Other`,
    "UNSELECT",
    "CLOSE",
    "IDLE",
  ];
  return commands[random(commands.length)]!;
}

/** Commands that SILENT leave the client's flags unknown. */
function forget(client: Client, sent: string): void {
  if (!sent.includes("SILENT")) return;
  for (const message of client.messages) delete message.flags;
}

async function act(stage: Stage, client: Client, sent: string): Promise<void> {
  client.send(sent);
  await stage.settle();
  client.listen();
  forget(client, sent);
  if (sent === "UNSELECT" || sent === "CLOSE") {
    client.messages = [];
    await act(stage, client, "SELECT INBOX");
  } else if (sent === "IDLE") {
    await stage.world.deliver("INBOX", 0);
    await stage.settle();
    client.listen();
    await act(stage, client, "DONE");
  }
}

async function checkpoint(stage: Stage, clients: Client[]): Promise<void> {
  const pictures: Seen[][] = [];
  for (const client of clients) {
    await act(stage, client, "NOOP");
    const believed = structuredClone(client.messages);
    await act(stage, client, "UID FETCH 1:* (FLAGS)");
    for (const [i, { uid, flags }] of believed.entries()) {
      const { uid: realUid, flags: realFlags } = client.messages[i]!;
      assert.equal(uid ?? realUid, realUid);
      assert.equal(flags ?? realFlags, realFlags);
    }
    pictures.push(structuredClone(client.messages));
  }
  for (const picture of pictures) assert.deepEqual(picture, pictures[0]);
  assert.ok(pictures[0]!.every(({ uid }) => uid !== undefined));
}

async function playRandom(world: World, seed: number): Promise<void> {
  const random = generator(seed);
  const stage = new Stage(world, { server: { maxBad: 1_000_000 } });
  const clients = ["1", "2", "3"].map((name) => new Client(stage, name));
  for (let i = 0; i < 5; i++) await world.deliver("INBOX", 0);
  for (const client of clients) {
    await act(stage, client, "LOGIN ann@relay.example secret");
    await act(stage, client, "CREATE Other");
    await act(stage, client, "SELECT INBOX");
  }
  for (let round = 0; round < 6; round++) {
    for (let step = 0; step < 15; step++) {
      if (random(4) === 0) await world.deliver("INBOX", 0);
      const client = clients[random(clients.length)]!;
      await act(stage, client, command(random, client));
    }
    await checkpoint(stage, clients);
  }
  await stage.end();
}

const SEEDS = Number(Deno.env.get("FUZZ_SECONDS") ?? "2") * 4;

Deno.test("all sessions agree on a mailbox", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    await atSeed(seed, () => playRandom(memoryWorld(), seed));
  }
});

Deno.test("all sessions agree on a mailbox of the store", async () => {
  for (let seed = 1; seed <= SEEDS / 4; seed++) {
    await atSeed(seed, async () => playRandom(await storeWorld(), seed));
  }
});

async function atSeed(seed: number, play: () => Promise<void>): Promise<void> {
  try {
    await play();
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}
