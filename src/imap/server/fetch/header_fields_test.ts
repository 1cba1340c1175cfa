import assert from "node:assert/strict";
import { selectFields } from "./header_fields.ts";

function select(
  header: string,
  names: readonly string[],
  which: "named" | "others" = "named",
): string {
  const octets = Uint8Array.from(header, (c) => c.charCodeAt(0));
  const selected = selectFields(octets, new Set(names), which);
  return String.fromCharCode(...selected);
}

for (
  const [name, header, names, want] of [
    [
      "in message order",
      "A: 1\r\nB: 2\r\n\r\n",
      ["b", "a"],
      "A: 1\r\nB: 2\r\n",
    ],
    [
      "each of a name",
      "A: 1\r\nB: 2\r\na: 3\r\n\r\n",
      ["a"],
      "A: 1\r\na: 3\r\n",
    ],
    [
      "with folded lines",
      "A: 1\r\n\t2\r\n 3\r\nB: x\r\n y\r\n\r\n",
      ["a"],
      "A: 1\r\n\t2\r\n 3\r\n",
    ],
    ["of any octets", "A: \xff\xe4\0\r\n\r\n", ["a"], "A: \xff\xe4\0\r\n"],
    ["with a blank before the colon", "A : 1\r\n\r\n", ["a"], "A : 1\r\n"],
    ["ended by a bare LF", "A: 1\nB: 2\n\n", ["b"], "B: 2\n"],
    ["without an empty line", "A: 1\r\nB: 2\r\n", ["b"], "B: 2\r\n"],
    ["not behind the empty line", "\r\nA: 1\r\n", ["a"], ""],
    ["not what is no field", "A\r\nA 1\r\nB: A: 1\r\n\r\n", ["a"], ""],
    ["not what is part of a name", "AB: 1\r\nA: 2\r\n\r\n", ["a"], "A: 2\r\n"],
    ["of nothing", "", ["a"], ""],
  ] as const
) {
  Deno.test(`selectFields() takes fields ${name}`, () => {
    assert.equal(select(header, names), `${want}\r\n`);
  });
}

Deno.test("selectFields() takes the others", () => {
  const header = "A: 1\r\n 2\r\nB: 3\r\nC: 4\r\n 5\r\n\r\n";
  assert.equal(
    select(header, ["b"], "others"),
    "A: 1\r\n 2\r\nC: 4\r\n 5\r\n\r\n",
  );
  assert.equal(select(header, [], "others"), header);
});
