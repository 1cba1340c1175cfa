import assert from "node:assert/strict";
import { Refusal } from "../../base/refusal.ts";
import type { StorageFault } from "./database/errors.ts";
import { Health } from "./health.ts";

const HISTORIES: [
  reports: (StorageFault | undefined | "room")[],
  told: string[],
][] = [
  [[undefined], []],
  [["busy"], []],
  [["full", undefined, "full"], ["full"]],
  [["full", "room", undefined], ["full", "ok"]],
  [["read_only", undefined], ["read_only", "ok"]],
  [["io", "io", undefined], ["read_only", "ok"]],
  [["corrupt", undefined, "full", "room"], ["corrupt"]],
  [["room"], []],
];
for (const [reports, expected] of HISTORIES) {
  Deno.test(`Health after ${reports.join(", ") || "a write"}`, () => {
    const told: string[] = [];
    const health = new Health((state) => told.push(state));
    for (const report of reports) {
      if (report === "room") health.reportRoom();
      else health.report(report);
    }
    assert.deepEqual(told, expected);
    if (told.at(-1) === "corrupt") {
      assert.throws(
        () => health.check(),
        (error) =>
          error instanceof Refusal && error.code === "storage_read_only",
      );
    } else health.check();
  });
}
