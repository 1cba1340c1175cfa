import assert from "node:assert/strict";
import type { NoWayReason } from "../destination.ts";
import { NoWayJudge } from "./no_way_verdict.ts";

function judge() {
  let nowMs = 5_000;
  const clock = { now: () => 0, monotonic: () => nowMs };
  const judge = new NoWayJudge(clock);
  const say = (reason: NoWayReason, destination = "a.example") =>
    judge.judge(destination, { kind: "no_way", reason, name: destination });
  return { judge, say, pass: (seconds: number) => nowMs += seconds * 1000 };
}

const AT_ONCE: readonly [NoWayReason, string, string][] = [
  ["null_mx", "permanent", "5.1.10"],
  ["not_public", "permanent", "5.4.4"],
  ["routing_loop", "permanent", "5.4.6"],
  ["no_such_domain", "unreached", "4.1.2"],
  ["no_route", "unreached", "4.4.4"],
  ["no_host_address", "unreached", "4.4.4"],
  ["dns_temporary", "unreached", "4.4.3"],
];
for (const [reason, kind, status] of AT_ONCE) {
  Deno.test(`judge() of ${reason}`, () => {
    const verdict = judge().say(reason);
    assert.equal(verdict.kind, kind);
    assert.equal(verdict.note.status, status);
    assert.match(verdict.note.text, /a\.example/);
  });
}

Deno.test("a domain does not exist when it did not twice, a minute apart", () => {
  const { judge: asked, say, pass } = judge();
  assert.equal(asked.doubts("a.example"), false);
  const first = say("no_such_domain");
  assert.equal(first.kind === "unreached" && first.notBeforeSeconds, 60);
  assert.equal(asked.doubts("a.example"), true);
  pass(59);
  const early = say("no_such_domain");
  assert.equal(early.kind === "unreached" && early.notBeforeSeconds, 1);
  assert.equal(say("no_such_domain", "b.example").kind, "unreached");
  pass(1);
  assert.deepEqual(say("no_such_domain"), {
    kind: "permanent",
    note: { status: "5.1.2", text: "there is no domain a.example" },
  });
  // others that wait for it need not wait again, but are asked for anew
  assert.equal(say("no_such_domain").kind, "permanent");
  assert.equal(asked.doubts("a.example"), true);
  pass(3600);
  assert.equal(say("no_such_domain").kind, "unreached"); // that was long ago
});

for (const between of ["dns_temporary", "no_route", undefined] as const) {
  Deno.test(`${between ?? "an answer"} between makes it a first time again`, () => {
    const { judge: asked, say, pass } = judge();
    say("no_such_domain");
    pass(30);
    if (between) say(between);
    else asked.forget("a.example");
    pass(30);
    const verdict = say("no_such_domain");
    assert.equal(verdict.kind === "unreached" && verdict.notBeforeSeconds, 60);
  });
}

Deno.test("what is never believed stays a matter of time", () => {
  const { say, pass } = judge();
  for (let i = 0; i < 10; i++) {
    assert.equal(say("dns_temporary").kind, "unreached");
    assert.equal(say("no_host_address").kind, "unreached");
    pass(86_400);
  }
});

Deno.test("only so many doubts are kept, the newest", () => {
  const { judge: asked, say } = judge();
  for (let i = 0; i < 10_050; i++) say("no_such_domain", `d${i}.example`);
  assert.equal(asked.doubts("d0.example"), false);
  assert.equal(asked.doubts("d49.example"), false);
  assert.equal(asked.doubts("d50.example"), true);
  assert.equal(asked.doubts("d10049.example"), true);
});
