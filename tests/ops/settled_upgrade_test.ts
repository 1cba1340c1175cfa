/**
 * An upgrade that is killed and is not said again: what its guard does, whatever
 * the new version is like, wherever the upgrade was, wherever the guard itself is
 * killed in turn, and whether the machine lost its power then.
 */
import assert from "node:assert/strict";
import { UpgradeFailed } from "../../src/ops/upgrade/failure.ts";
import { endBegun, switchServed } from "../../src/ops/upgrade/switch.ts";
import type { SwitchGuard } from "../../src/ops/upgrade/switch_guard.ts";
import { SwitchMark } from "../../src/ops/upgrade/switch_mark.ts";
import { Mortal } from "./mortal.ts";
import { type Kind, NEW, OLD, Relay, SCHEMAS } from "./outliving_relay.ts";
import { Installed } from "./release_world.ts";

/** What there is in the end: the new version only where it serves, or where mail would be lost. */
const LEFT: Readonly<Record<Kind, readonly string[]>> = {
  good: [OLD, NEW],
  broken: [OLD],
  useless: [OLD],
  fickle: [OLD, NEW],
};

/** Of the steps of a guard, those where it is killed: others with each step of the upgrade. */
const STRIDE = 4;

class Unit implements SwitchGuard {
  isArmed = false;
  constructor(readonly mortal: () => Mortal) {}
  async arm(): Promise<void> {
    await this.#set(true);
  }
  async disarm(): Promise<void> {
    await this.#set(false);
  }
  #set(isArmed: boolean): Promise<void> {
    return Promise.try(() => {
      this.mortal().step();
      this.isArmed = isArmed;
      this.mortal().step();
    });
  }
}

/** Both versions are kept, and the old one is used. */
async function keepBoth({ tree }: Installed): Promise<void> {
  for (const version of [OLD, NEW]) {
    const sha256 = version;
    const installed_at = "2026-01-01T00:00:00Z";
    const meta = { version, installed_at, source: "", sha256 };
    await tree.add(
      { ...meta, signature_ok: false },
      (path) => Deno.writeTextFile(path, version),
    );
  }
  tree.activate(OLD);
}

interface Death {
  /** Of the upgrade. */
  readonly lastStep: number;
  /** Of the guard, the first time. */
  readonly guardsLastStep: number;
  readonly hasPowerCut: boolean;
}

/** @returns who has come to an end before that */
async function killed(
  kind: Kind,
  { lastStep, guardsLastStep, hasPowerCut }: Death,
): Promise<{ readonly upgrade: boolean; readonly guard: boolean }> {
  const installed = new Installed("");
  const { tree } = installed;
  try {
    await keepBoth(installed);
    const relay = new Relay(installed, kind);
    const mark = new SwitchMark(tree.places.root);
    let mortal = new Mortal(lastStep);
    const guard = new Unit(() => mortal);
    const live = (work: () => Promise<unknown>) =>
      mortal.live(() =>
        work().then(() => {}, (error) => {
          if (!(error instanceof UpgradeFailed)) throw error;
          mortal.step(); // one that is dead says nothing
        })
      );
    const parts = () => ({
      tree,
      service: relay.service(mortal),
      guard,
      tell() {},
    });
    const copy = await relay.service(new Mortal(Infinity)).copyDatabase();
    const upgrade = await live(() =>
      switchServed({
        version: NEW,
        says: NEW,
        previous: OLD,
        previous_says: OLD,
        copy,
      }, parts())
    );
    let guardsFirst = true;
    for (const last of [guardsLastStep, Infinity]) {
      if (!guard.isArmed) break;
      if (hasPowerCut) relay.start();
      const mails = relay.receive();
      mortal = new Mortal(last);
      const isAlive = await live(() => endBegun(parts()));
      if (last === guardsLastStep) guardsFirst = isAlive;
      assert.ok(relay.database.mails >= mails, "no mail is lost");
    }
    assert.equal(guard.isArmed, false);
    assert.equal(mark.read(), undefined, "all has come to its end");
    const { current = "" } = tree;
    assert.ok(LEFT[kind].includes(current), current);
    if (current === OLD || kind === "good") {
      assert.equal(relay.serves, current);
      assert.equal(
        relay.database.schema,
        SCHEMAS[current],
        "its database is the one that it made",
      );
      const mails = relay.receive();
      assert.equal(relay.receive(), mails + 1, "it serves");
    }
    return { upgrade, guard: guardsFirst };
  } finally {
    installed.dispose();
  }
}

for (const kind of Object.keys(LEFT) as Kind[]) {
  for (const hasPowerCut of [false, true]) {
    const how = hasPowerCut ? "by a power cut" : "alone";
    Deno.test(`whatever is begun is ended: a ${kind} version, an upgrade that is killed ${how}`, async () => {
      let steps = 0;
      for (let isAlive = false; !isAlive; steps++) {
        let last = steps % STRIDE;
        for (let isGuarded = true; isGuarded; last += STRIDE) {
          const death = { lastStep: steps, guardsLastStep: last, hasPowerCut };
          try {
            const { upgrade, guard } = await killed(kind, death);
            isAlive = upgrade;
            isGuarded = !guard;
          } catch (error) {
            const where = `Killed after ${steps}, then after ${last}`;
            throw new Error(where, { cause: error });
          }
        }
      }
      assert.ok(steps > 15, `${steps} steps`);
    });
  }
}
