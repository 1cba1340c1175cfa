import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

const KNOWN = ["server.domain", "server.domains", "log.level", "smtp"];

const ROWS: [string, string | undefined][] = [
  ["server.domian", "server.domain"],
  ["server.domainss", "server.domains"],
  ["log.levle", "log.level"],
  ["smpt", "smtp"],
  ["imap", "smtp"],
  ["x", undefined],
  ["entirely.different", undefined],
];
for (const [name, meant] of ROWS) {
  Deno.test(`nearest() takes ${name} for ${meant ?? "nothing known"}`, () => {
    assert.equal(nearest(name, KNOWN), meant);
  });
}
