import assert from "node:assert/strict";
import { exampleConfig } from "./example.ts";
import { loadConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";
import { fuzzSeeds } from "../../tests/harness/fuzz.ts";

const PIECES = [
  "inf",
  "nan",
  "-1",
  "1e400",
  "0x10",
  "9223372036854775807",
  "99999999999999999999",
  "1979-05-27T07:32:00Z",
  "07:32:00",
  "[[]]",
  "[[1], {}]",
  "{ env = 1 }",
  '{ file = "/" }',
  "{ a = { b = 1 } }",
  '"\\u0000"',
  '"[IPv6:::]"',
  '"[1.2.3.4"',
  '":99999"',
  '"1.2.3.4:"',
  '"💥"',
  "__proto__",
  "constructor.prototype",
  "\n[server]\n",
  "[[server]]",
  "=",
  '"""',
  "'''",
  "#",
  "\r",
  "\ufeff",
];

Deno.test("loadConfig() reports whatever is in the file, and throws nothing else", () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 5);
  let state = seed;
  function below(limit: number): number {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  }
  const lines = exampleConfig(() => "").split("\n");
  for (const _ of fuzzSeeds(40)) {
    const changed = [...lines];
    for (let change = below(3); change >= 0; change--) {
      const at = below(changed.length);
      const line = changed[at] ?? "";
      const piece = PIECES[below(PIECES.length)] ?? "";
      const cut = below(line.length + 1);
      changed[at] = below(2) === 0
        ? line.replace(/=.*/, `= ${piece}`)
        : line.slice(0, cut) + piece + line.slice(cut + below(4));
    }
    const text = changed.join("\n");
    try {
      loadConfig({ path: "f.toml", text }, {
        readFile: () => "text\0",
        env: () => undefined,
      });
    } catch (error) {
      assert.ok(
        error instanceof ConfigError,
        `seed ${seed}: ${error}\n${text}`,
      );
      for (const { position, message } of error.problems) {
        assert.ok(
          message !== "" && (position?.line ?? 1) <= changed.length * 2,
        );
      }
    }
  }
});
