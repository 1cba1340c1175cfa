import assert from "node:assert/strict";
import { allowsHost, parsePolicy, stsId } from "./policy.ts";

const POLICY = [
  "version: STSv1",
  "mode: enforce",
  "mx: mail.b.example",
  "mx: *.B.example.",
  "max_age: 604800",
].join("\r\n");

Deno.test("parsePolicy() reads what RFC 8461 §3.2 shows", () => {
  assert.deepEqual(parsePolicy(POLICY), {
    mode: "enforce",
    mx: ["mail.b.example", "*.b.example"],
    maxAgeSeconds: 604_800,
  });
  assert.deepEqual(
    parsePolicy(POLICY.replaceAll("\r\n", "\n")),
    parsePolicy(POLICY),
  );
  assert.equal(
    parsePolicy("version: STSv1\nmode: none\nmax_age: 9999999999")
      ?.maxAgeSeconds,
    31_557_600,
  );
});

for (
  const [name, text] of [
    ["nothing", ""],
    ["a page", "<html>"],
    ["another version", POLICY.replace("STSv1", "STSv2")],
    ["another mode", POLICY.replace("enforce", "believe")],
    ["no age", POLICY.replace(/max_age.*/, "")],
    ["an age that is none", POLICY.replace("604800", "-1")],
    ["no hosts", POLICY.replaceAll("mx:", "mz:")],
    ["hosts that are none", POLICY.replaceAll(/mx: .*/g, "mx: a b")],
  ] as const
) {
  Deno.test(`parsePolicy() takes ${name} for no policy`, () => {
    assert.equal(parsePolicy(text), undefined);
  });
}

Deno.test("allowsHost() lets an asterisk stand for one label", () => {
  const { mx } = parsePolicy(POLICY)!;
  const allowed = (host: string) => allowsHost({ mx }, host);
  assert.equal(allowed("mail.b.example"), true);
  assert.equal(allowed("other.b.example"), true);
  assert.equal(allowed("a.other.b.example"), false);
  assert.equal(allowed("b.example"), false);
  assert.equal(allowed("mailxb.example"), false);
});

Deno.test("stsId() takes the one record there is", () => {
  assert.equal(stsId(["v=STSv1; id=20260101T000000;"]), "20260101T000000");
  assert.equal(stsId(["other", "v=STSv1;id=1"]), "1");
  assert.equal(stsId([]), undefined);
  assert.equal(stsId(["v=STSv1; id=1", "v=STSv1; id=2"]), undefined);
  assert.equal(stsId(["v=STSv1; id=a b"]), undefined);
  assert.equal(stsId(["v=STSv1x; id=1"]), undefined);
});
