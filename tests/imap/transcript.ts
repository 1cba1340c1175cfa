/**
 * Plays dialogues with IMAP sessions.
 *
 * Lines of a script: `C:` what the client sends, `S:` what it must get, whole
 * and in this place; `C2:` and `S2:` for a second session, and so on. `T: 2000`
 * lets so many milliseconds pass, `! deliver INBOX` and `! remove INBOX 1,2` do
 * to the mail what others do.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Clock, Timers } from "../../src/base/clock.ts";
import {
  DEFAULT_OPTIONS,
  type ImapOptions,
} from "../../src/imap/server/options.ts";
import { ImapServer } from "../../src/imap/server/server.ts";
import { MemoryWire } from "./memory_wire.ts";
import { storeWorld } from "./store_world.ts";
import { memoryWorld, type World } from "./world.ts";

export const MESSAGE =
  "From: bob@relay.example\r\nSubject: hi\r\n\r\nhello\r\n";

export interface TranscriptOptions {
  world?(): World | Promise<World>;
  readonly server?: Partial<ImapOptions>;
  /** False for a connection that starts in clear. */
  readonly secure?: boolean;
  /** The client has to wait for answers: not cut into chunks. */
  readonly lockstep?: true;
  readonly bugs?: number;
  readonly onSleep?: (durationMs: number) => void;
}

/**
 * Declares a test: the script in lockstep, then in chunks of 1, 7 and 65,536
 * octets; and in lockstep over the real store, unless it sets up a world.
 */
export function transcript(
  name: string,
  script: string,
  options: TranscriptOptions = {},
): void {
  const want = script.split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
  Deno.test(name, async () => {
    const got = await play(want, options);
    assert.deepEqual(got.map(stable), want.map(stable));
    const alone = want.every((line) => /^[CS]:/.test(line));
    if (options.lockstep || !alone) return;
    const sent = want.filter((line) => line.startsWith("C:"))
      .map((line) => `${line.slice(3)}\r\n`).join("");
    const said = want.filter((line) => line.startsWith("S:")).map(stable);
    for (const size of [1, 7, 65_536]) {
      const log = await playChunks(sent, size, options);
      assert.deepEqual(log.map(stable), said, `in chunks of ${size}`);
    }
  });
  if (options.world || !script.includes("LOGIN")) return;
  Deno.test(`${name}, over the store`, async () => {
    const got = await play(want, { ...options, world: storeWorld });
    assert.deepEqual(got.map(stable), want.map(stable));
  });
}

/** Numbers that a store may give as it likes. */
function stable(line: string): string {
  return line.trimEnd().replace(
    /\b(UIDVALIDITY|APPENDUID|COPYUID) \d+/g,
    "$1 V",
  )
    .replace(/\b(HIGHESTMODSEQ) \d+|(MODSEQ) \(\d+\)/g, "$1$2 M");
}

/** Some sessions with one server, and the time they live in. */
export class Stage {
  readonly log: string[] = [];
  readonly server: ImapServer;
  readonly wires = new Map<string, MemoryWire>();
  now = 1_000_000;
  #tick: (() => void) | undefined;
  #runs: Promise<void>[] = [];

  constructor(readonly world: World, readonly options: TranscriptOptions) {
    const clock: Clock = { now: () => this.now, monotonic: () => this.now };
    const timers: Timers = {
      sleep(durationMs) {
        options.onSleep?.(durationMs);
        return Promise.resolve();
      },
      every: (_period, tick) => {
        this.#tick = tick;
        return () => this.#tick = undefined;
      },
    };
    this.server = new ImapServer({
      backend: world.backend,
      clock,
      timers,
      random: () => 0.5,
      options: { ...DEFAULT_OPTIONS, ...options.server },
    });
  }

  /** @param session `""` for the first, `"2"` and so on for others. */
  connect(session = ""): MemoryWire {
    const wire = new MemoryWire({
      secure: this.options.secure ?? true,
      onText: (text) => {
        const lines = text.replace(/\r\n$/, "").split("\r\n");
        this.log.push(...lines.map((line) => `S${session}: ${line}`));
      },
    });
    this.wires.set(session, wire);
    this.#runs.push(this.server.serve(wire));
    return wire;
  }

  /** Waits until every session waits. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 10_000; turns++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if ([...this.wires.values()].every((wire) => wire.quiet)) return;
    }
    throw new Error("The server neither answers nor reads");
  }

  async pass(durationMs: number): Promise<void> {
    for (let left = durationMs; left > 0; left -= 250) {
      this.now += 250;
      this.#tick?.();
      for (let i = 0; i < 20; i++) await Promise.resolve();
    }
    await this.settle();
  }

  async end(): Promise<void> {
    for (const wire of this.wires.values()) wire.end();
    await Promise.all(this.#runs);
    await this.server.shutdown();
    assert.equal(this.world.bugs.length, this.options.bugs ?? 0);
    await this.world.close?.();
  }
}

async function openStage(options: TranscriptOptions): Promise<Stage> {
  return new Stage(await (options.world ?? memoryWorld)(), options);
}

async function play(
  script: readonly string[],
  options: TranscriptOptions,
): Promise<string[]> {
  const stage = await openStage(options);
  for (const line of script) {
    const [, kind, session = "", rest] = /^([CST!])(\d*):? ?(.*)$/.exec(line)!;
    const wire = stage.wires.get(session) ??
      (kind === "!" || kind === "T" ? undefined : stage.connect(session));
    await stage.settle();
    if (kind === "S") continue;
    stage.log.push(line);
    if (kind === "C") wire!.push(`${rest}\r\n`);
    else if (kind === "T") await stage.pass(Number(rest));
    else await act(stage, rest!);
    await stage.settle();
  }
  const log = [...stage.log];
  await stage.end();
  return log;
}

async function act({ world }: Stage, action: string): Promise<void> {
  const [name, mailbox, rest] = action.split(" ");
  if (name === "deliver") await world.deliver(mailbox!, Number(rest ?? 0));
  else if (name === "remove") {
    await world.remove(mailbox!, rest!.split(",").map(Number));
  } else world.act!(name!);
}

async function playChunks(
  sent: string,
  size: number,
  options: TranscriptOptions,
): Promise<string[]> {
  const stage = await openStage(options);
  const wire = stage.connect();
  for (let at = 0; at < sent.length; at += size) {
    wire.push(sent.slice(at, at + size));
  }
  await stage.settle();
  const log = [...stage.log];
  await stage.end();
  return log;
}
