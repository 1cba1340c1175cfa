import assert from "node:assert/strict";
import { LinePieces, parseLogLine } from "./log_lines.ts";

const TS = "2026-01-02T03:04:05.678Z";

Deno.test("lines of each kind become objects", () => {
  assert.deepEqual(parseLogLine(`${TS} INFO imap_login session=k3f9 ok=true`), {
    ts: TS,
    level: "info",
    event: "imap_login",
    fields: { session: "k3f9", ok: "true" },
    text: "imap_login session=k3f9 ok=true",
  });
  const text = 'status message="all \\"is\\" well" part=queue';
  assert.deepEqual(parseLogLine(`${TS} ${text}`), {
    ts: TS,
    level: "operational",
    event: "status",
    fields: { message: 'all "is" well', part: "queue" },
    text,
  });
});

Deno.test("what the server has not written so is text", () => {
  for (
    const line of [
      "",
      "last",
      "{}",
      `${TS}`,
      `${TS} LOUD a b=c`,
      "a=b ".repeat(9),
    ]
  ) assert.deepEqual(parseLogLine(line), { text: line });
  const long = `${TS} INFO bug ${'a="'.repeat(50_000)}`;
  assert.deepEqual(parseLogLine(long).fields, {});
  const open = parseLogLine(`${TS} INFO bug a="open b=c __proto__=d`);
  assert.deepEqual(open.fields, { b: "c" });
});

Deno.test("pieces become whole lines", () => {
  const pieces = new LinePieces();
  assert.deepEqual(pieces.add("on"), []);
  assert.deepEqual(pieces.add("e\ntwo\n\nth"), ["one", "two", ""]);
  assert.deepEqual(pieces.add("ree\n"), ["three"]);
});
