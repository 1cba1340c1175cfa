/** Whether the panel has words of its own for what the doctor has found. @module */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { Phrases } from "../../web/browser/panel/i18n/phrases.ts";
import ENGLISH from "../../web/locales/en/doctor.json" with { type: "json" };
import CONDITIONS from "../../web/locales/en/conditions.json" with {
  type: "json",
};

const PHRASES = new Phrases(ENGLISH);
/** What an error of the system or of a peer says is in no catalogue. */
const FOREIGN: ReadonlySet<string> = new Set([
  "imap",
  "submission",
  "round-trip",
  "ss",
  "http-proxy",
  "iroh",
  "turn",
  "clock",
  "config",
  "acme-order",
  "server",
]);

export function checkWords(findings: readonly Finding[]): void {
  for (const { id, status, detail, condition } of findings) {
    if (condition !== undefined) {
      assert.ok(`condition.${condition}` in CONDITIONS, condition);
      continue;
    }
    if (status === "fail" && FOREIGN.has(id)) continue;
    if (id === "server") continue; // of the command alone
    if (/^(?:[A-Z]+ \S+(?:, )?)+$/.test(detail)) continue; // records, no words
    assert.ok(
      PHRASES.find(detail),
      `web/locales/en/doctor.json has no "${detail}" of ${id}`,
    );
  }
}
