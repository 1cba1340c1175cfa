/** A state directory that takes the place of another, killed after every change that it makes. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { exchangeNames } from "../../src/ops/backup/exchange.ts";
import { replaceState, unsettled } from "../../src/ops/backup/replace.ts";

const SECONDS = 1_700_000_000;
const CHANGES = [
  "mkdirSync",
  "chownSync",
  "chmodSync",
  "renameSync",
  "removeSync",
  "writeTextFileSync",
  "copyFileSync",
] as const;

class Killed extends Error {}

/** From its end on nothing of this process changes any file. */
class Life {
  #left: number;
  constructor(changes: number) {
    this.#left = changes;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** Of one change, which is done if there is life left. */
  spend<T>(change: () => T): T {
    if (this.isOver) throw new Killed();
    this.#left--;
    return change();
  }
}

function within(life: Life, work: () => void): void {
  const saved = CHANGES.map((name) => [name, Deno[name]] as const);
  try {
    for (const [name, real] of saved) {
      const change = real as (...args: unknown[]) => unknown;
      Object.assign(Deno, {
        [name]: (...args: unknown[]) => life.spend(() => change(...args)),
      });
    }
    work();
  } finally {
    for (const [name, real] of saved) Object.assign(Deno, { [name]: real });
  }
}

interface World {
  readonly scratch: string;
  readonly stateDir: string;
}

function made(): World {
  const scratch = Deno.makeTempDirSync({ prefix: "postern-replace-" });
  const stateDir = `${scratch}/state`;
  Deno.mkdirSync(`${stateDir}/backups`, { recursive: true });
  Deno.writeTextFileSync(`${stateDir}/chat.db`, "old");
  Deno.writeTextFileSync(`${stateDir}/backups/one`, "a backup");
  Deno.writeTextFileSync(`${stateDir}/postern.toml`, "the configuration");
  return { scratch, stateDir };
}

function restore({ stateDir }: World, exchange: typeof exchangeNames): void {
  const place = {
    stateDir,
    database: "chat.db",
    configFile: `${stateDir}/postern.toml`,
  };
  const replacement = replaceState(place, SECONDS, exchange);
  try {
    Deno.writeTextFileSync(`${replacement.place.stateDir}/chat.db`, "new");
    replacement.finish();
  } finally {
    replacement.giveUp();
  }
}

function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

function isNew({ scratch, stateDir }: World): boolean {
  const text = Deno.readTextFileSync(`${stateDir}/chat.db`);
  assert.match(text, /^(?:old|new)$/);
  const isNew = text === "new";
  const old = `state.old-${SECONDS}`;
  assert.deepEqual(namesIn(scratch), isNew ? ["state", old] : ["state"]);
  assert.deepEqual(namesIn(stateDir), ["backups", "chat.db", "postern.toml"]);
  assert.deepEqual(namesIn(`${stateDir}/backups`), ["one"]);
  if (isNew) {
    assert.equal(Deno.readTextFileSync(`${scratch}/${old}/chat.db`), "old");
  }
  return isNew;
}

const WAYS = {
  "at one moment": exchangeNames,
  "with a moment without a directory": () => false,
} as const;

for (const [way, exchange] of Object.entries(WAYS)) {
  Deno.test(`replaced ${way}: whenever it is killed, all of the old one or of the new one is there`, () => {
    const ends: boolean[] = [];
    for (let changes = 0;; changes++) {
      const world = made();
      const life = new Life(changes);
      const counted = (one: string, other: string) =>
        life.spend(() => exchange(one, other));
      try {
        within(life, () => restore(world, counted));
      } catch (error) {
        assert.ok(life.isOver, String(error)); // it may be told in other words
      }
      const wasKilled = life.isOver;
      if (exchange === exchangeNames) {
        assert.ok(existsSync(`${world.stateDir}/chat.db`), `${changes}`);
      }
      // killed again, wherever, while that is mended
      for (let again = 0; unsettled(world.stateDir).length > 0; again++) {
        assert.ok(again < 20);
        const short = new Life(again);
        try {
          within(
            short,
            () => unsettled(world.stateDir).forEach((one) => one.settle()),
          );
        } catch (error) {
          assert.ok(short.isOver, String(error));
        }
      }
      ends.push(isNew(world));
      Deno.removeSync(world.scratch, { recursive: true });
      if (!wasKilled) break;
    }
    assert.ok(ends.length > 10, String(ends.length));
    // once it is there, it stays
    assert.deepEqual(ends, ends.toSorted((a, b) => Number(a) - Number(b)));
    assert.deepEqual([ends[0], ends.at(-1)], [false, true]);
  });
}

Deno.test("a second name that cannot be taken leaves the first", () => {
  const world = made();
  const { scratch, stateDir } = world;
  const rename = Deno.renameSync;
  try {
    Object.assign(Deno, {
      renameSync(from: string, to: string) {
        if (from.endsWith(`.new-${SECONDS}`)) throw new Error("no");
        rename(from, to);
      },
    });
    assert.throws(() => restore(world, () => false), /nothing has changed/);
  } finally {
    Object.assign(Deno, { renameSync: rename });
  }
  assert.equal(isNew(world), false);
  assert.deepEqual(namesIn(scratch), ["state"]);
  assert.ok(existsSync(`${stateDir}/backups/one`));
  Deno.removeSync(scratch, { recursive: true });
});

Deno.test("two that come in the same second both keep what was there", () => {
  const world = made();
  const { scratch, stateDir } = world;
  restore(world, exchangeNames);
  Deno.writeTextFileSync(`${stateDir}/chat.db`, "newer");
  restore(world, exchangeNames);
  assert.deepEqual(namesIn(scratch), [
    "state",
    `state.old-${SECONDS}`,
    `state.old-${SECONDS + 1}`,
  ]);
  const kept = [SECONDS, SECONDS + 1].map((seconds) =>
    Deno.readTextFileSync(`${scratch}/state.old-${seconds}/chat.db`)
  );
  assert.deepEqual(kept, ["old", "newer"]);
  assert.equal(Deno.readTextFileSync(`${stateDir}/chat.db`), "new");
  assert.deepEqual(unsettled(stateDir), []);
  Deno.removeSync(scratch, { recursive: true });
});
