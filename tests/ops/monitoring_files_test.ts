/** The board and the rules ask for nothing that is never told. */
import assert from "node:assert/strict";
import { CONDITIONS } from "../../src/admin/conditions.ts";
import {
  FAMILY_NAMES,
  familyNamed,
  PREFIX,
} from "../../src/observe/metrics/families.ts";

const DOCS = new URL("../../docs/monitoring/", import.meta.url);
const FILES = ["dashboard.json", "alerts.yaml"];

/** By the name of each sample that there may be, the labels that it has. */
const SAMPLES = new Map<string, readonly string[]>(
  FAMILY_NAMES.flatMap((name) => {
    const { type, labels = [] } = familyNamed(name);
    const full = PREFIX + name;
    if (type !== "histogram") return [[full, labels] as const];
    return [
      [`${full}_bucket`, [...labels, "le"]] as const,
      [`${full}_sum`, labels] as const,
      [`${full}_count`, labels] as const,
    ];
  }),
);

for (const file of FILES) {
  Deno.test(`docs/monitoring/${file} names metrics and labels that there are`, async () => {
    const text = (await Deno.readTextFile(new URL(file, DOCS)))
      .replaceAll('\\"', '"');
    const used = [...text.matchAll(/\b(chatmail_\w+)(?:\{([^}]*)\})?/g)];
    assert.ok(used.length > 10);
    for (const [whole, name = "", selector = ""] of used) {
      const labels = SAMPLES.get(name);
      assert.ok(labels, `${name} is never told`);
      for (const [, label = ""] of selector.matchAll(/(\w+)=~?"/g)) {
        assert.ok(label === "job" || labels.includes(label), whole);
      }
    }
    for (const [, codes = ""] of text.matchAll(/subsystem=~"([^"]*)"/g)) {
      for (const code of codes.split("|")) assert.ok(code in CONDITIONS, code);
    }
  });
}

Deno.test("the board is whole, and each panel has its place", async () => {
  const { panels } = JSON.parse(
    await Deno.readTextFile(new URL("dashboard.json", DOCS)),
  ) as { panels: { id: number; gridPos: { x: number; y: number } }[] };
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
  assert.equal(new Set(places).size, panels.length);
});
