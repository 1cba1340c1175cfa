import assert from "node:assert/strict";
import { exampleConfig } from "./example.ts";
import { loadConfig } from "./load.ts";
import { KEY_NAMES } from "./schema.ts";

Deno.test("exampleConfig() is a configuration that names every key", () => {
  const text = exampleConfig(() => "");
  const { given, warnings, values } = loadConfig({ path: "e.toml", text });
  assert.deepEqual([...given].sort(), [...KEY_NAMES].sort());
  assert.deepEqual(warnings, []);
  const bare = loadConfig({
    path: "e.toml",
    text: '[server]\ndomain = "chat.example"',
  });
  assert.deepEqual(values, bare.values);
});
