import assert from "node:assert/strict";
import { GatheredOctets } from "./gathered_octets.ts";

for (const piece of [1, 511, 512, 513, 5000]) {
  Deno.test(`GatheredOctets gives what came in pieces of ${piece}, and holds no more than that`, () => {
    const all = Uint8Array.from({ length: 5000 }, (_, at) => at % 251);
    const gathered = new GatheredOctets();
    for (let at = 0; at < all.length; at += piece) {
      const lent = all.slice(at, at + piece);
      gathered.add(lent);
      lent.fill(255); // whoever lent it uses it again
    }
    assert.equal(gathered.size, 5000);
    assert.deepEqual(gathered.octets, all);
    assert.ok(gathered.octets.buffer.byteLength < 2 * 5000);
  });
}
