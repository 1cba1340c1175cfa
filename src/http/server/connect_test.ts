import assert from "node:assert/strict";
import { HeldWire } from "../../../tests/harness/held_wire.ts";
import { established } from "./connect.ts";

Deno.test("a tunnel whose peer left before the answer is driven to its end, too", async () => {
  const wire = Object.assign(new HeldWire(), {
    write: () => Promise.reject(new Error("lost")),
  });
  let isDriven = false;
  await established(() => {
    isDriven = true;
    return Promise.resolve();
  })(wire);
  assert.ok(isDriven, "What it leads to would stay open");
  assert.equal(wire.end, "aborted");
});
