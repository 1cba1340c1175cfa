import assert from "node:assert/strict";
import { type SaltKeeper, SeenSalts } from "./salts.ts";

function salt(number: number, octets = 16): Uint8Array {
  const made = new Uint8Array(octets);
  new DataView(made.buffer).setUint32(0, number);
  return made;
}

class Kept implements SaltKeeper {
  old: Uint8Array[] = [];
  young: Uint8Array[] = [];
  read() {
    return { old: this.old, young: this.young };
  }
  add(one: Uint8Array): void {
    this.young.push(one);
  }
  turn(): void {
    this.old = this.young;
    this.young = [];
  }
}

Deno.test("add() knows two generations, those of the process before too", () => {
  const kept = new Kept();
  let seen = new SeenSalts(kept, 2);
  for (const number of [1, 2, 3]) assert.ok(seen.add(salt(number)));
  seen = new SeenSalts(kept, 2);
  for (const number of [1, 2, 3]) assert.ok(!seen.add(salt(number)));
  assert.ok(seen.add(salt(4)));
  assert.ok(seen.add(salt(5))); // 1 and 2 are too old by now
  seen = new SeenSalts(kept, 2);
  for (const number of [3, 4, 5]) assert.ok(!seen.add(salt(number)));
  assert.ok(seen.add(salt(1)));
});

Deno.test("add() knows long salts again", () => {
  const kept = new Kept();
  assert.ok(new SeenSalts(kept).add(salt(1, 32)));
  assert.ok(!new SeenSalts(kept).add(salt(1, 32)));
});
