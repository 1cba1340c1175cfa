import assert from "node:assert/strict";
import { Refusal, type RefusalCode } from "../../base/refusal.ts";
import { responseFor } from "./refusals.ts";

const NOT_THE_PASSWORD: RefusalCode[] = [
  "tls_required",
  "too_many_attempts",
  "busy",
  "unavailable",
  "storage_full",
  "server_full",
  "registration_limited",
];
for (const code of NOT_THE_PASSWORD) {
  Deno.test(`responseFor() does not blame the password: ${code}`, () => {
    assert.doesNotMatch(responseFor(new Refusal(code)), /authentication/i);
  });
}

Deno.test("responseFor() does not tell an unknown account from a wrong password", () => {
  const wrong = responseFor(new Refusal("bad_credentials"));
  assert.equal(wrong, "NO [AUTHENTICATIONFAILED] Authentication failed");
  for (
    const code of ["account_inactive", "registration_closed", "token_required"]
  ) {
    assert.equal(responseFor(new Refusal(code as RefusalCode)), wrong);
  }
});
