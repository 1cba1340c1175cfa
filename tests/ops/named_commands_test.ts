/** What texts for the operator tell to type is there. */
import assert from "node:assert/strict";
import { COMMANDS, GROUPS } from "../../src/cli/commands.ts";
import { isKeyName } from "../../src/config/schema.ts";
import { SETTING_NAMES } from "../../src/settings/registry.ts";

const SOURCES = new URL("../../src/", import.meta.url);
const PLACES = ["admin/", "cli/", "ops/"];
const TYPED =
  /(?:(?:\bpostern|\$\{NAME\}) |(?<=["'(; ])(?=settings (?:[gs]et|reset) ))([a-z][a-z-]+)(?: ([a-z][a-z-]+))?(?: ([a-z_.]+))?/g;
/** Of words that follow the name of the program as the subject of a sentence. */
const SENTENCES = new Set(["has", "in", "is", "runs", "was"]);

/** Words of each command, by its first. */
const KNOWN = new Map<string, Set<string>>();
for (const { usage, aliases = [], isDefault } of COMMANDS) {
  const words = usage.split(" ").filter((word) => /^[a-z]/.test(word));
  const [first = "", second] = words;
  const group = GROUPS.find(({ name }) => name === first);
  const isAlone = second === undefined;
  const firsts = [first, ...isAlone ? aliases : group?.aliases ?? []];
  for (const word of firsts) {
    const below = KNOWN.get(word) ?? new Set();
    for (const one of isAlone ? [] : [second, ...aliases]) below.add(one);
    if (isDefault) below.add("");
    KNOWN.set(word, below);
  }
}

async function* sources(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const url = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sources(url);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield url;
  }
}

Deno.test("commands, settings and keys that texts name are there", async () => {
  let count = 0;
  for (const place of PLACES) {
    for await (const url of sources(new URL(place, SOURCES))) {
      const text = await Deno.readTextFile(url);
      for (
        const [whole, first = "", second = "", third = ""] of text.matchAll(
          TYPED,
        )
      ) {
        if (SENTENCES.has(first)) continue;
        count++;
        const where = `${url.pathname}: ${whole}`;
        const below = KNOWN.get(first);
        assert.ok(below, where);
        if (below.size > 0) {
          assert.ok(second === "" || below.has(second), where);
        }
        if (first === "settings" && third !== "") {
          assert.ok(
            (SETTING_NAMES as readonly string[]).includes(third),
            where,
          );
        }
        if (first === "config" && second === "set" && /\.\w/.test(third)) {
          assert.ok(isKeyName(third), where);
        }
      }
    }
  }
  assert.ok(count > 50, String(count));
});
