/** What a settings table promises, of every engine and of the one in memory. @module */
import assert from "node:assert/strict";
import type { SettingStore } from "../../src/store/settings.ts";
import { ENGINES } from "./engines.ts";
import { MemorySettings } from "./memory_settings.ts";

type Settings = Pick<SettingStore, "all" | "set" | "reset">;

function settingsTest(
  name: string,
  work: (settings: Settings) => Promise<void>,
): void {
  Deno.test(`in memory: ${name}`, () => work(new MemorySettings()));
  for (const engine of ENGINES) {
    Deno.test(`${engine.name}: ${name}`, async () => {
      const stateDir = await Deno.makeTempDir({ prefix: "setting_store" });
      const store = await engine.open({ stateDir });
      try {
        await work(store.settings);
      } finally {
        await store.close();
        await Deno.remove(stateDir, { recursive: true });
      }
    });
  }
}

async function rowsOf(settings: Settings): Promise<Record<string, string>> {
  return Object.fromEntries((await settings.all()).values);
}

settingsTest("what is set stays until it is reset", async (settings) => {
  assert.deepEqual(await rowsOf(settings), {});
  assert.equal(await settings.set("a", "1"), true);
  assert.equal(await settings.set("b", "2"), true);
  assert.equal(await settings.set("a", "3"), true);
  assert.deepEqual(await rowsOf(settings), { a: "3", b: "2" });
  assert.equal(await settings.reset("b"), true);
  assert.equal(await settings.reset("none"), true);
  assert.deepEqual(await rowsOf(settings), { a: "3" });
});

settingsTest(
  "a revision is another one after each change",
  async (settings) => {
    const seen = [(await settings.all()).revision];
    for (
      const change of [
        () => settings.set("a", "1"),
        () => settings.set("a", "2"),
        () => settings.set("b", "1"),
        () => settings.set("a", "b"),
        () => settings.reset("a"),
      ]
    ) {
      await change();
      const { revision } = await settings.all();
      assert.equal(seen.includes(revision), false);
      assert.equal((await settings.all()).revision, revision);
      seen.push(revision);
    }
  },
);

settingsTest(
  "of two changes on one revision one is stored",
  async (settings) => {
    await settings.set("a", "1");
    const { revision } = await settings.all();
    const done = await Promise.all([
      settings.set("a", "2", revision),
      settings.set("b", "2", revision),
      settings.reset("a", revision),
    ]);
    assert.deepEqual(done, [true, false, false]);
    assert.deepEqual(await rowsOf(settings), { a: "2" });
    const later = await settings.all();
    assert.equal(await settings.reset("a", later.revision), true);
    assert.equal(await settings.set("a", "4", later.revision), false);
    assert.deepEqual(await rowsOf(settings), {});
  },
);
