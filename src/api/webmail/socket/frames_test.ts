import assert from "node:assert/strict";
import { errorFrame, readFrame, resultFrame } from "./frames.ts";

Deno.test("readFrame() never throws, and a ping is one only by its type", () => {
  const kinds: [string, string][] = [
    ['{"type":"ping"}', "ping"],
    ['{"type":"ping","action":"send"}', "ping"],
    ['{"action":"send","data":{"type":"ping"}}', "action"],
    ['{"action":"send","data":{"body":"\\"type\\":\\"ping\\""}}', "action"],
    ['{"type":"PING"}', "unreadable"],
    ["[".repeat(10_000), "unreadable"],
    ['"ping"', "unreadable"],
    ["\u0000", "unreadable"],
  ];
  for (const [text, kind] of kinds) {
    assert.equal(readFrame(text).kind, kind, text);
  }
  assert.equal(readFrame(new Uint8Array([0xc3])).kind, "unreadable");
});

Deno.test("an id is given back as it came, or not at all", () => {
  for (const id of ['a"b\\\n', "", 7, -0.5]) {
    const request = readFrame(JSON.stringify({ req_id: id, action: "x" }));
    assert.ok(request.kind === "action");
    assert.equal(JSON.parse(errorFrame(request.id, "e")).req_id, id);
  }
  for (const id of [null, {}, [], true, "x".repeat(300)]) {
    const request = readFrame(JSON.stringify({ req_id: id, action: "x" }));
    assert.ok(request.kind === "action");
    assert.equal(
      resultFrame(request.id, "{}"),
      '{"action":"result","data":{}}',
    );
  }
});
