import assert from "node:assert/strict";
import { formatAxis } from "../../web/browser/panel/graph/units.ts";

const AXES = [
  ["count", [0, 1, 2], ["0", "1", "2"]],
  ["count", [0, 0.05, 0.1, 0.15, 0.2], ["0", "0.05", "0.1", "0.15", "0.2"]],
  ["percent", [0, 0.02, 0.04], ["0%", "0.02%", "0.04%"]],
  ["count", [0, 0.00001], ["0", "0"]], // more digits than anybody reads
  ["bytes", [0, 1024], ["0\u00a0B", "1\u00a0KiB"]],
] as const;
for (const [unit, values, texts] of AXES) {
  Deno.test(`an axis of ${unit} tells ${values.join(", ")} apart`, () => {
    assert.deepEqual(formatAxis(values, unit), texts);
  });
}
