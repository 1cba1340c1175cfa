import assert from "node:assert/strict";
import { Refusal } from "../../base/refusal.ts";
import { parseTarget, targetText } from "./target.ts";

const TEXTS: readonly (readonly [written: string, kept: string])[] = [
  ["Host.Example.", "host.example"],
  ["1.2.3.4", "1.2.3.4"],
  ["[1.2.3.4]", "1.2.3.4"],
  ["2001:DB8::1", "[2001:db8::1]"],
  ["[2001:db8:0::1]", "[2001:db8::1]"],
  ["[2001:db8::1]:8443", "[2001:db8::1]:8443"],
  ["host.example:8443", "host.example:8443"],
  ["host.example:443", "host.example"],
  ["https://Host.example", "https://host.example/mxdeliv"],
  ["https://host.example/", "https://host.example/mxdeliv"],
  ["http://host.example:8080/in?a=b", "http://host.example:8080/in?a=b"],
  ["https://[2001:db8::1]/x", "https://[2001:db8::1]/x"],
  ["SMTP://host.example", "smtp://host.example:25"],
  ["smtps://host.example/", "smtps://host.example:465"],
  ["smtp://[2001:db8::1]:2525", "smtp://[2001:db8::1]:2525"],
  ["exchanger:Hub.1", "exchanger:hub.1"],
];

for (const [written, kept] of TEXTS) {
  Deno.test(`the target ${written} is kept as ${kept}`, () => {
    assert.equal(targetText(parseTarget(written)), kept);
    assert.equal(targetText(parseTarget(kept)), kept);
  });
}

const WRONG = [
  "",
  " ",
  "a b",
  "ftp://host.example",
  "https://",
  "https://user@host.example/",
  "https://host.example/#x",
  "https://%/",
  "smtp://",
  "smtp://host.example/path",
  "host.example:0",
  "host.example:65536",
  "host.example:smtp",
  "[2001:db8::1]x",
  "exchanger:",
  "exchanger:a b",
  `exchanger:${"x".repeat(65)}`,
  "1.2.3",
  "host\r\n.example",
  "x".repeat(100_000),
  `https://host.example/${"x".repeat(600)}`,
];

for (const written of WRONG) {
  Deno.test(`the target "${written.slice(0, 40)}" is refused`, () => {
    assert.throws(
      () => parseTarget(written),
      (error) =>
        error instanceof Refusal && error.code === "invalid_value" &&
        error.detail.field === "target_host",
    );
  });
}
