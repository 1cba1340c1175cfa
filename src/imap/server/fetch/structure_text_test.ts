import assert from "node:assert/strict";
import { MimeParser } from "../../../mail/mime_parser.ts";
import { envelopeText, structureText } from "./structure_text.ts";

function parse(mail: string) {
  const parser = new MimeParser();
  const octets = mail.replace(/\n/g, "\r\n");
  parser.write(Uint8Array.from(octets, (c) => c.charCodeAt(0)));
  return parser.finish();
}

for (
  const [name, mail, body, extension] of [
    [
      "no header at all",
      "\nhello\n",
      '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 1',
      " NIL NIL NIL NIL)",
    ],
    [
      "text with parameters but no charset",
      "Content-Type: text/plain; format=flowed\n\n",
      '("text" "plain" ("format" "flowed" "charset" "us-ascii") NIL NIL "7bit" 0 0',
      " NIL NIL NIL NIL)",
    ],
    [
      "no text",
      "Content-Type: application/x; name=a\nContent-Transfer-Encoding: base64\n\nAAAA\n",
      '("application" "x" ("name" "a") NIL NIL "base64" 6',
      " NIL NIL NIL NIL)",
    ],
    [
      "what needs a literal",
      'Content-Type: application/x; name="a\\"b"\nContent-Description: \\\n\n',
      '("application" "x" ("name" {3}\r\na"b) NIL {1}\r\n\\ "7bit" 0',
      " NIL NIL NIL NIL)",
    ],
    [
      "a multipart without parts",
      "Content-Type: multipart/mixed; boundary=b\n\nnothing\n",
      '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed"',
      undefined,
    ],
    [
      "a message that is no RFC822",
      "Content-Type: message/delivery-status\n\nX: 1\n",
      '("message" "delivery-status" NIL NIL NIL "7bit" 6',
      " NIL NIL NIL NIL)",
    ],
    [
      "an encoded message",
      "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nAAAA\n",
      '("application" "octet-stream" NIL NIL NIL "base64" 6',
      " NIL NIL NIL NIL)",
    ],
    [
      "a disposition without parameters",
      "Content-Disposition: inline\nContent-Language: en\n\n",
      '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0',
      ' NIL ("inline" NIL) ("en") NIL)',
    ],
  ] as const
) {
  Deno.test(`structureText() of ${name}`, () => {
    const message = parse(mail);
    assert.equal(structureText(message, { extended: false }), `${body})`);
    if (extension) {
      const text = structureText(message, { extended: true });
      assert.equal(text, body + extension);
    }
  });
}

Deno.test("structureText() of a multipart without parts is extended inside, too", () => {
  const message = parse("Content-Type: multipart/mixed; boundary=b\n\n");
  assert.equal(
    structureText(message, { extended: true }),
    '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL)',
  );
});

Deno.test("envelopeText() of a message that says nothing", () => {
  assert.equal(
    envelopeText(parse("\n").envelope),
    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
  );
});

Deno.test("envelopeText() writes what is not ASCII as a literal of UTF-8", () => {
  const { envelope } = parse("Subject: \xe4\nFrom: \xc3\xa4 <a@b>\n\n");
  const from = '(({2}\r\n\u00e4 NIL "a" "b"))';
  assert.equal(
    envelopeText(envelope),
    `(NIL {2}\r\n\u00e4 ${from} ${from} ${from} NIL NIL NIL NIL NIL)`,
  );
});
