import assert from "node:assert/strict";
import { AddressHash, shownAddress, word } from "./fields.ts";
import { Log } from "./log.ts";
import { USUAL_SHAPE } from "../../tests/harness/log_shape.ts";

function log(configured: "off" | "info" | "debug") {
  const state = { ms: 1000 };
  const clock = { now: () => 5000, monotonic: () => state.ms };
  const sink = { write() {}, reopen() {}, close() {} };
  const random = (octets: number) => new Uint8Array(octets);
  return {
    state,
    log: new Log({
      clock,
      hash: new AddressHash(clock, random, () => true),
      stderr: sink,
      targets: [sink],
      file: { configured, locked: false },
      shape: USUAL_SHAPE,
    }),
  };
}

Deno.test("the tail has what the targets get, as redacted as there", () => {
  const { log: one } = log("info");
  const heard: string[] = [];
  const stop = one.tail.listen(({ text }) => heard.push(text));
  one.info(word("login"), { account: shownAddress("ann@relay.example") });
  one.debug(word("unseen"));
  one.operational({ event: "reloaded", changed: ["a"], restart: [] });
  const lines = one.tail.recent(10);
  assert.equal(lines.length, 2);
  assert.match(lines[0]!.text, /^login account=[0-9a-f]{6}@own$/);
  assert.deepEqual(lines.map(({ level }) => level), ["info", "operational"]);
  assert.deepEqual(lines.map(({ at_ms }) => at_ms), [5000, 5000]);
  assert.deepEqual(heard, lines.map(({ text }) => text));
  stop();
  one.info(word("more"));
  assert.equal(heard.length, 2);
});

Deno.test("there is no tail while the log is off", () => {
  const { log: one } = log("off");
  one.error(word("bad"));
  one.operational({ event: "stopped" });
  one.bug(word("bad"), new Error("x"));
  assert.deepEqual(one.tail.recent(10), []);
});

Deno.test("what a level showed goes with it", () => {
  const { state, log: one } = log("info");
  one.info(word("kept"));
  one.setLevel("debug");
  one.debug(word("to"), { account: shownAddress("ann@relay.example") });
  assert.equal(one.tail.recent(10).length, 2);
  state.ms += 60 * 60 * 1000;
  one.info(word("after"));
  assert.deepEqual(one.tail.recent(10).map(({ text }) => text), ["after"]);
  one.setLevel("off");
  assert.deepEqual(one.tail.recent(10), []);
});

Deno.test("the tail is bounded in lines and in their length", () => {
  const { log: one } = log("info");
  for (let i = 0; i < 1000; i++) one.info(word("line"), { i });
  assert.equal(one.tail.recent(5000).length, 500);
  assert.equal(one.tail.recent(1)[0]!.text, "line i=999");
  assert.deepEqual(one.tail.recent(0), []);
  one.tail.add({ at_ms: 0, level: "info", text: "x".repeat(9999) });
  assert.equal(one.tail.recent(1)[0]!.text.length, 2001);
});
