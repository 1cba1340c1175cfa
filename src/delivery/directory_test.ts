import assert from "node:assert/strict";
import { addressInUri } from "./directory.ts";

const ROWS: readonly [string, string | undefined][] = [
  ["mailto:admin@chat.example", "admin@chat.example"],
  ["MAILTO:Admin%40chat.example?subject=x", "admin@chat.example"],
  ["mailto:a@b.example,c@d.example", "a@b.example"],
  ["https://chat.example/", undefined],
  ["mailto:%", undefined],
  ["mailto:nobody", undefined],
  ["", undefined],
];
for (const [uri, address] of ROWS) {
  Deno.test(`addressInUri() reads "${uri}"`, () => {
    assert.equal(addressInUri(uri), address);
  });
}
