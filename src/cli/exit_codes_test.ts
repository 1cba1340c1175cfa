import assert from "node:assert/strict";
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import type { ControlFailure } from "../control/control_protocol.ts";
import { describeFailure, EXIT, exitOf } from "./exit_codes.ts";

const ROWS: [ControlFailure, number][] = [
  ["not_found", EXIT.not_found],
  ["no_such_user", EXIT.not_found],
  ["no_target_mailbox", EXIT.not_found],
  ["invalid_value", EXIT.conflict],
  ["username_taken", EXIT.conflict],
  ["task_running", EXIT.conflict],
  ["confirmation_required", EXIT.aborted],
  ["not_running", EXIT.not_running],
  ["storage_full", EXIT.failed],
  ["busy", EXIT.failed],
  ["internal", EXIT.failed],
  ["too_large", EXIT.conflict],
  // of a server of another version
  ["toString" as ControlFailure, EXIT.failed],
  ["__proto__" as ControlFailure, EXIT.failed],
  ["quite_new" as ControlFailure, EXIT.failed],
];
for (const [code, exit] of ROWS) {
  Deno.test(`exitOf(${code}) is ${exit}, from the server and without`, () => {
    assert.equal(exitOf(code), exit);
    const refusal = new Refusal(code as RefusalCode, { explanation: "No" });
    assert.equal(describeFailure(refusal).exit, exit);
  });
}
