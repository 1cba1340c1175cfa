import assert from "node:assert/strict";
import { Refusal } from "../../../base/refusal.ts";
import { refusalFor, storageFault } from "./errors.ts";

const FAULTS: [error: unknown, fault: string | undefined][] = [
  [Object.assign(new Error("x"), { errcode: 13 }), "full"],
  [Object.assign(new Error("x"), { errcode: 8 | 6 << 8 }), "read_only"],
  [Object.assign(new Error("x"), { errcode: 1 }), undefined],
  [new Error("database or disk is full"), "full"],
  [new Error("database is locked"), "busy"],
  [new Error("disk I/O error"), "io"],
  [new Error("file is not a database"), "corrupt"],
  [Object.assign(new Error("x"), { code: "ENOSPC" }), "full"],
  [Object.assign(new Error("x"), { code: "EDQUOT" }), "full"],
  [Object.assign(new Error("x"), { code: "EROFS" }), "read_only"],
  [new Error("no such table"), undefined],
  [new Refusal("storage_full"), undefined],
  ["disk I/O error", undefined],
];
for (const [error, fault] of FAULTS) {
  Deno.test(`storageFault() of ${String(error)} is ${fault}`, () => {
    assert.equal(storageFault(error), fault);
  });
}

Deno.test("refusalFor() names the fault for protocols", () => {
  const faults = ["full", "read_only", "corrupt", "busy", "io"] as const;
  assert.deepEqual(faults.map((fault) => refusalFor(fault).code), [
    "storage_full",
    "storage_read_only",
    "storage_read_only",
    "busy",
    "unavailable",
  ]);
});
