import assert from "node:assert/strict";
import { assertQuick } from "../../tests/hostile/family.ts";
import { concat } from "../base/octets.ts";
import { parseHeader } from "../mail/header.ts";
import { outerHeader } from "./outer_fields.ts";

/** What is left of one field: "as it is", its new value, or undefined. */
function left(field: string): string | undefined {
  const octets = new TextEncoder().encode(`${field}\r\n\r\n`);
  const header = parseHeader(octets);
  const { kept, replaced } = outerHeader(header);
  return kept.size > 0 ? "as it is" : [...replaced.values()][0];
}

const KEPT = "as it is";
const KEY = `xjM${"A".repeat(61)}`;
const PLAIN = "this is clear text";

const ROWS: readonly (readonly [string, string | undefined])[] = [
  ['To: "hidden-recipients": ;', KEPT],
  ["To: undisclosed-recipients:;", '"hidden-recipients": ;'],
  ["To: bob@relay.example, zoe@other.example", KEPT],
  ["To: <bob@relay.example>", KEPT],
  [
    `To: "${PLAIN}" <bob@relay.example> (${PLAIN}), ${PLAIN}: Zoe <Zoe@x.example>;`,
    "<bob@relay.example>,\r\n <Zoe@x.example>",
  ],
  [`To: ${PLAIN}`, '"hidden-recipients": ;'],
  ["To: these, words, <are>, clear", '"hidden-recipients": ;'],
  ["Cc: these, words, <are>, clear", undefined],
  ["Cc: these, <a@b.example>, words", "<a@b.example>"],
  ["Reply-To: word", undefined],
  [
    `To: ${"a@b.example, ".repeat(200)}a@b.example`,
    '"hidden-recipients": ;',
  ],
  [`To: ${"x".repeat(17_000)}`, undefined],
  [`Cc: ${PLAIN}`, undefined],
  [`Cc: ${PLAIN} <a@b.example>`, "<a@b.example>"],
  [`Sender: ${PLAIN} <a@b.example>`, "<a@b.example>"],
  [`Reply-To: ${PLAIN} <a@b.example>`, "<a@b.example>"],
  ["Date: Sun, 9 Sep 2001 01:46:40 +0000", KEPT],
  [
    `Date: Sun, 9 Sep 2001 01:46:40 +0000 (${PLAIN})`,
    "Sun, 9 Sep 2001 01:46:40 +0000",
  ],
  [`Date: ${PLAIN}`, undefined],
  ["Message-ID: <a.b-c@d>", KEPT],
  [`Message-ID: <${PLAIN}@x>`, undefined],
  [`Message-ID: <1@x> ${PLAIN}`, undefined],
  ["References: <1@x>\r\n <2@x>", KEPT],
  [`In-Reply-To: Your message of ${PLAIN} <1@x>`, undefined],
  [`References: ${"<1@x> ".repeat(1500)}`, undefined],
  ["Chat-Version: 1.0", KEPT],
  [`Chat-Version: ${PLAIN}`, undefined],
  ["Chat-Is-Post-Message: 1", KEPT],
  ["Auto-Submitted: auto-replied", KEPT],
  [`Auto-Submitted: auto-generated; x="${PLAIN}"`, "auto-generated"],
  [`Auto-Submitted: ${PLAIN}, all of it`, "this"],
  ["Secure-Join: vc-request", KEPT],
  [`Secure-Join: ${PLAIN}`, undefined],
  ["Secure-Join-Invitenumber: 3nJ_x-9", KEPT],
  [`Secure-Join-Invitenumber: ${PLAIN}`, undefined],
  [
    `Autocrypt: addr=ann@relay.example; prefer-encrypt=mutual; keydata=${KEY}`,
    `addr=ann@relay.example; prefer-encrypt=mutual; keydata=\r\n ${KEY}`,
  ],
  [
    `Autocrypt: addr=ann@relay.example; x="${PLAIN}"; keydata=${KEY} A B${
      "C".repeat(30)
    }`,
    `addr=ann@relay.example; keydata=\r\n ${KEY}AB${"C".repeat(10)}\r\n ${
      "C".repeat(20)
    }`,
  ],
  [`Autocrypt: addr=ann@relay.example; keydata=${PLAIN}`, undefined],
  [`Autocrypt: addr=ann@relay.example; keydata=${"A".repeat(64)}`, undefined],
  [`Autocrypt: keydata=${KEY}`, undefined],
  [
    `Autocrypt: addr=ann@relay.example; keydata=${KEY.repeat(400)}`,
    undefined,
  ],
  ...[
    "X-Any",
    "Comments",
    "Keywords",
    "Organization",
    "Content-Description",
    "Content-Location",
    "Resent-To",
    "Chat-Group-Name",
    "Thread-Topic",
    "List-Id",
    "Bcc",
  ].map((name) => [`${name}: ${PLAIN}`, undefined] as const),
];
for (const [field, want] of ROWS) {
  const name = field.length > 70 ? `${field.slice(0, 70)}…` : field;
  Deno.test(`outerHeader() on ${JSON.stringify(name)}`, () => {
    assert.equal(left(field), want);
  });
}

Deno.test("outerHeader() takes the first of a name, whatever becomes of it", () => {
  const header = parseHeader(
    new TextEncoder().encode(
      `To: ${PLAIN}\r\nTo: <a@b.example>\r\nDate: ${PLAIN}\r\n` +
        "Date: Sun, 9 Sep 2001 01:46:40 +0000\r\nMessage-ID: <1@x>\r\n\r\n",
    ),
  );
  const { kept, replaced, messageId } = outerHeader(header);
  assert.deepEqual([...kept].map(({ name }) => name), ["message-id"]);
  assert.deepEqual([...replaced], [["to", '"hidden-recipients": ;']]);
  assert.equal(messageId, "<1@x>");
});

Deno.test("outerHeader() reads any header of 256 KiB in a moment", () => {
  const names = [
    "To",
    "Cc",
    "Date",
    "References",
    "Autocrypt",
    "Auto-Submitted",
  ];
  for (const filling of ["<", "(", "a@", "x=", "= ", "keydata=", '"', ","]) {
    const fields = names.map((name) =>
      new TextEncoder().encode(
        `${name}: ${filling.repeat(15_000 / filling.length)}\r\n`,
      )
    );
    const header = parseHeader(concat([...fields, Uint8Array.of(13, 10)]));
    assertQuick(`six fields full of ${filling}`, () => outerHeader(header));
  }
});
