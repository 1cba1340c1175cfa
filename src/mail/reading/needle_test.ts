import assert from "node:assert/strict";
import { Needle } from "./needle.ts";

Deno.test("isIn() finds what includes() finds, long or short", () => {
  let seed = 7;
  const random = (below: number) =>
    (seed = seed * 48_271 % 2_147_483_647) % below;
  const text = (length: number) =>
    Array.from({ length }, () => "ab"[random(2)]).join("");
  for (let i = 0; i < 300; i++) {
    const hay = text(random(40)) + "ab".repeat(random(400)) + text(random(300));
    const start = random(hay.length + 1);
    const cut = hay.slice(start, start + random(500));
    for (const needle of [cut, cut + "a", `b${cut}`, text(random(250))]) {
      assert.equal(new Needle(needle).isIn(hay), hay.includes(needle), needle);
    }
  }
  assert.equal(new Needle("").isIn(""), true);
  assert.equal(new Needle("a".repeat(201)).isIn("a".repeat(200)), false);
});
