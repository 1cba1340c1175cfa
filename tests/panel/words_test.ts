/** Whatever the panel says by a key has words; that all languages have the same keys, `make check` sees to. */
import assert from "node:assert/strict";
import { SETTING_NAMES, settingNamed } from "../../src/settings/registry.ts";
import { TASKS } from "../../src/tasks/task_table.ts";
import { CONDITIONS } from "../../src/admin/conditions.ts";

const PANEL = new URL("../../web/browser/panel/", import.meta.url);
const WORDS = new URL("../../web/locales/en/", import.meta.url);

async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* sources(url);
    else if (/\.tsx?$/.test(name)) yield await Deno.readTextFile(url);
  }
}

/** Of `t("…")`, and of what the tables of screens and questions name. */
const KEYS = [
  /\bt\(\s*"([^"]+)"/g,
  /\b(?:title|askOn|askOff): "((?:\w+\.)+\w+)"/g,
];

Deno.test("every key that the panel names has words", async () => {
  const known = new Set<string>();
  for (const area of ["panel", "people", "conditions"]) {
    const url = new URL(`${area}.json`, WORDS);
    const words = JSON.parse(await Deno.readTextFile(url));
    for (const key of Object.keys(words)) known.add(key);
  }
  const missing = new Set<string>();
  let count = 0;
  for await (const text of sources(PANEL)) {
    for (const [, key] of KEYS.flatMap((form) => [...text.matchAll(form)])) {
      count++;
      if (!known.has(key!)) missing.add(key!);
    }
  }
  assert.ok(count > 400, `${count} keys`);
  for (const code of Object.keys(CONDITIONS)) {
    if (!known.has(`condition.${code}`)) missing.add(`condition.${code}`);
  }
  for (const { name } of TASKS) {
    if (!known.has(`task.${name}`)) missing.add(`task.${name}`);
  }
  for (const name of SETTING_NAMES) {
    const isKnown = known.has(`setting.${name}`) ||
      known.has(`service.${name}`) || /_(port|local_only|enabled)$/.test(name);
    if (!isKnown) missing.add(`setting.${name}`);
    const [section] = settingNamed(name).toml?.split(".") ?? [];
    if (section && !known.has(`section.${section}`)) {
      missing.add(`section.${section}`);
    }
  }
  assert.deepEqual([...missing], []);
});
