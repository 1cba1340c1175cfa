import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { KEY_NAMES, keyNamed } from "./schema.ts";

for (const name of KEY_NAMES) {
  Deno.test(`${name} reads its built-in value back from TOML and from text`, () => {
    const { kind, initial } = keyNamed(name);
    const written = parse(`value = ${kind.toToml(initial)}`).value;
    assert.deepEqual(kind.fromToml(written), initial);
    assert.deepEqual(kind.parse(kind.format(initial)), initial);
  });
}
