import assert from "node:assert/strict";
import { Orphans } from "./orphans.ts";

Deno.test("isOld() counts from the first look, not from dates", () => {
  const orphans = new Orphans(3600);
  const look = (name: string, at: number) => {
    const isOld = orphans.isOld(name, at);
    orphans.endLook();
    return isOld;
  };
  assert.equal(look("a", 1000), false);
  assert.equal(look("a", 4599), false);
  assert.equal(look("a", 4600), true);
});

Deno.test("isOld() begins again for a file that had a message in between", () => {
  const orphans = new Orphans(3600);
  assert.equal(orphans.isOld("a", 0), false);
  orphans.endLook();
  orphans.endLook(); // it was not among those without a message
  assert.equal(orphans.isOld("a", 7200), false);
});
