import assert from "node:assert/strict";
import { loadConfig, type LoadedConfig } from "./load.ts";
import { takeOver, withOld } from "./reload.ts";
import { KEY_NAMES, type KeyName, keyNamed, nest, valueOf } from "./schema.ts";

const STARTED = loadConfig({
  path: "postern.toml",
  text: '[server]\ndomain = "chat.example"',
});

/** Another value of the same shape. */
function another(key: KeyName, value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value}x`;
  if (value === undefined) return "other.example";
  if (!Array.isArray(value)) return { "a.example": "chat.example" };
  if (value.length > 0) return [...value, value[0]];
  return firstReadable(key, [
    "192.0.2.1",
    "192.0.2.1:25",
    "25",
    "https://panel.example",
    `${"A".repeat(43)}=`,
    "https://app.example",
    "server_comment",
    "/a/chain.pem=/a/key.pem",
  ]);
}

function firstReadable(key: KeyName, texts: readonly string[]): unknown {
  for (const text of texts) {
    try {
      return keyNamed(key).kind.parse(text);
    } catch {
      // of another kind
    }
  }
  throw new TypeError(`No text here is one for ${key}`);
}

function changedIn(keys: readonly KeyName[]): LoadedConfig {
  const values = new Map(KEY_NAMES.map((key) => {
    const value = valueOf(STARTED.values, key);
    return [key, keys.includes(key) ? another(key, value) : value];
  }));
  return { ...STARTED, values: nest(values) };
}

for (const key of KEY_NAMES) {
  Deno.test(`takeOver() names ${key} once when it changes`, () => {
    const fresh = changedIn([key]);
    const { changed, restart, loaded } = takeOver(STARTED, fresh);
    const isLate = keyNamed(key).inForce === "restart";
    assert.deepEqual(changed, isLate ? [] : [key]);
    assert.deepEqual(restart, isLate ? [key] : []);
    const expected = isLate ? STARTED : fresh;
    assert.deepEqual(loaded.values, expected.values);
  });
}

Deno.test("takeOver() names all keys that changed, and again those that wait", () => {
  const fresh = changedIn(KEY_NAMES);
  const first = takeOver(STARTED, fresh);
  assert.deepEqual(
    [...first.changed, ...first.restart].toSorted(),
    KEY_NAMES.toSorted(),
  );
  const second = takeOver(first.loaded, fresh);
  assert.deepEqual(second.changed, []);
  assert.deepEqual(second.restart, first.restart);
  assert.deepEqual(takeOver(first.loaded, STARTED).restart, []);
});

Deno.test("takeOver() finds nothing in the same file", () => {
  const { changed, restart } = takeOver(STARTED, changedIn([]));
  assert.deepEqual([changed, restart], [[], []]);
});

Deno.test("withOld() keeps the values of the keys that are old", () => {
  const fresh = changedIn(KEY_NAMES);
  const { values } = withOld(fresh, STARTED, (key) => key.startsWith("tls."));
  assert.deepEqual(values.tls, STARTED.values.tls);
  assert.deepEqual(values.smtp, fresh.values.smtp);
});
