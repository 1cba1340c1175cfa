import assert from "node:assert/strict";
import { HalfMessages } from "./half_messages.ts";

Deno.test("tooMuch() names who began first, until there is room", () => {
  const half = new HalfMessages<string>(100);
  half.set("ann", 10);
  half.set("bob", 60);
  half.set("ann", 40);
  assert.equal(half.octets, 100);
  assert.equal(half.tooMuch(), undefined);
  half.set("eve", 1);
  assert.equal(half.tooMuch(), "ann");
  half.set("ann", 0);
  assert.equal(half.tooMuch(), undefined);
  assert.equal(half.octets, 61);
});

Deno.test("a message that is whole makes its owner the last to begin again", () => {
  const half = new HalfMessages<string>(100);
  half.set("ann", 50);
  half.set("bob", 50);
  half.set("ann", 0);
  half.set("ann", 51);
  assert.equal(half.tooMuch(), "bob");
  half.set("bob", 0);
  half.set("bob", 0);
  half.set("ann", 0);
  assert.equal(half.octets, 0);
  assert.equal(half.tooMuch(), undefined);
});
