import assert from "node:assert/strict";
import { findPart, type MimeMessage, type MimePart } from "./mime.ts";
import { MimeParser } from "./mime_parser.ts";

const encode = (text: string) =>
  Uint8Array.from(text, (char) => char.charCodeAt(0));

function parse(mail: string, chunk = Infinity): MimeMessage {
  const octets = encode(mail);
  const parser = new MimeParser();
  for (let at = 0; at < octets.length; at += chunk) {
    parser.write(octets.subarray(at, at + chunk));
  }
  return parser.finish();
}

/** Type, header, body and lines of every part. */
function outline(mail: string, part: MimePart): unknown[] {
  return [
    `${part.type}/${part.subtype}`,
    mail.slice(part.headerStart, part.bodyStart),
    part.children.length > 0 || part.message
      ? part.bodyEnd - part.bodyStart
      : mail.slice(part.bodyStart, part.bodyEnd),
    part.lines,
    ...part.children.map((child) => outline(mail, child)),
    ...part.message ? [{ message: outline(mail, part.message.root) }] : [],
  ];
}

const MIXED = [
  'Content-Type: multipart/mixed; boundary="a"',
  "Subject: x",
  "",
  "preamble",
  "--a",
  "",
  "Hello",
  "",
  "--a ",
  "Content-Type: message/rfc822",
  "",
  "Subject: inner",
  "From: ann@b.example",
  "Content-Type: multipart/alternative; boundary=ab",
  "",
  "--ab",
  "Content-Type: text/html",
  "",
  "<p>",
  "--abc",
  "--ab--",
  "epilogue",
  "--a--",
  "after",
  "",
].join("\r\n");

const CASES: readonly [name: string, mail: string, want: unknown[]][] = [
  ["nothing", "", ["text/plain", "", "", 0]],
  ["a header alone", "A: b\r\n", ["text/plain", "A: b\r\n", "", 0]],
  ["a plain text", "A: b\r\n\r\nx\r\ny\r\n", [
    "text/plain",
    "A: b\r\n\r\n",
    "x\r\ny\r\n",
    2,
  ]],
  ["a body without a last line end", "\r\nx\r\ny", [
    "text/plain",
    "\r\n",
    "x\r\ny",
    1,
  ]],
  [
    "LF as line end",
    "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--",
    [
      "multipart/mixed",
      "Content-Type: multipart/mixed; boundary=a\n\n",
      12,
      3,
      ["text/plain", "\n", "x", 0],
    ],
  ],
  ["a tree", MIXED, [
    "multipart/mixed",
    MIXED.slice(0, MIXED.indexOf("preamble")),
    MIXED.length - MIXED.indexOf("preamble"),
    21,
    ["text/plain", "\r\n", "Hello\r\n", 1],
    ["message/rfc822", "Content-Type: message/rfc822\r\n\r\n", 150, 10, {
      message: [
        "multipart/alternative",
        "Subject: inner\r\nFrom: ann@b.example\r\n" +
        "Content-Type: multipart/alternative; boundary=ab\r\n\r\n",
        61,
        6,
        ["text/html", "Content-Type: text/html\r\n\r\n", "<p>\r\n--abc", 1],
      ],
    }],
  ]],
  [
    "an inner multipart that the outer boundary ends",
    "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" +
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--a--",
    [
      "multipart/mixed",
      "Content-Type: multipart/mixed; boundary=a\r\n\r\n",
      65,
      6,
      [
        "multipart/mixed",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
        8,
        2,
        ["text/plain", "\r\n", "x", 0],
      ],
    ],
  ],
  [
    "parts that a boundary ends within the header",
    "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n--a\r\nB: c\r\n--a\r\n" +
    "Content-Type: message/rfc822\r\n--a--\r\n",
    [
      "multipart/mixed",
      "Content-Type: multipart/mixed; boundary=a\r\n\r\n",
      58,
      6,
      ["text/plain", "", "", 0],
      ["text/plain", "B: c", "", 0],
      ["message/rfc822", "Content-Type: message/rfc822", 0, 0, {
        message: ["text/plain", "", "", 0],
      }],
    ],
  ],
  [
    "a digest, whose parts are messages",
    "Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\nSubject: x\r\n\r\ny\r\n--a--",
    [
      "multipart/digest",
      "Content-Type: multipart/digest; boundary=a\r\n\r\n",
      29,
      5,
      ["message/rfc822", "\r\n", 15, 2, {
        message: ["text/plain", "Subject: x\r\n\r\n", "y", 0],
      }],
    ],
  ],
  [
    "a multipart without a boundary",
    "Content-Type: multipart/mixed\r\n\r\n--\r\nx",
    [
      "multipart/mixed",
      "Content-Type: multipart/mixed\r\n\r\n",
      "--\r\nx",
      1,
    ],
  ],
  [
    "a message that is encoded",
    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==",
    [
      "application/octet-stream",
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      "QQ==",
      0,
    ],
  ],
];

for (const [name, mail, want] of CASES) {
  Deno.test(`MimeParser reads ${name}`, () => {
    for (const chunk of [Infinity, 1, 2, 7]) {
      assert.deepEqual(outline(mail, parse(mail, chunk).root), want);
    }
  });
}

Deno.test("MimeParser reads what a part's header says", () => {
  const { root } = parse(
    'Content-Type: TEXT/Plain; charset="UTF-8"; format=flowed\r\n' +
      "Content-Transfer-Encoding: Quoted-Printable\r\n" +
      "Content-Disposition: ATTACHMENT;\r\n filename=a.txt\r\n" +
      "Content-Language: de, en\r\nContent-Location: http://x/\r\n" +
      "Content-ID: <1@x>\r\nContent-Description: d\r\nContent-MD5: m\r\n\r\n",
  );
  const { headerStart: _1, bodyStart: _2, bodyEnd: _3, ...rest } = root;
  assert.deepEqual(rest, {
    type: "text",
    subtype: "plain",
    parameters: [["charset", "UTF-8"], ["format", "flowed"]],
    encoding: "quoted-printable",
    id: "<1@x>",
    description: "d",
    md5: "m",
    disposition: { type: "attachment", parameters: [["filename", "a.txt"]] },
    language: ["de", "en"],
    location: "http://x/",
    lines: 0,
    children: [],
  });
});

Deno.test("MimeParser reads envelopes, of inner messages too", () => {
  const message = parse(MIXED);
  assert.equal(message.envelope.subject, "x");
  assert.deepEqual(message.envelope.from, []);
  const inner = message.root.children[1]!.message!.envelope;
  const ann = { kind: "mailbox", localPart: "ann", domain: "b.example" };
  assert.equal(inner.subject, "inner");
  assert.deepEqual([inner.from, inner.sender, inner.replyTo], [
    [ann],
    [ann],
    [ann],
  ]);
});

for (
  const [path, want] of [
    [[], "multipart/mixed"],
    [[1], "text/plain"],
    [[1, 1], undefined],
    [[2], "message/rfc822"],
    [[2, 1], "text/html"],
    [[2, 2], undefined],
    [[3], undefined],
    [[0], undefined],
  ] as const
) {
  Deno.test(`findPart() at ${JSON.stringify(path)}`, () => {
    const part = findPart(parse(MIXED), path);
    assert.equal(part && `${part.type}/${part.subtype}`, want);
  });
}

Deno.test("findPart() takes 1 for the body of a message without parts", () => {
  const message = parse("A: b\r\n\r\nx");
  assert.equal(findPart(message, [1]), message.root);
  assert.equal(findPart(message, [2]), undefined);
  assert.equal(findPart(message, [1, 1]), undefined);
});

Deno.test("MimeParser gives the line end behind an inner last boundary to the outer one", () => {
  const inner =
    "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--i--";
  const mail =
    `Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n${inner}\r\n--o--\r\n`;
  const [part] = parse(mail).root.children;
  assert.equal(mail.slice(part!.headerStart, part!.bodyEnd), inner);
});

Deno.test("MimeParser opens no more than its limits", () => {
  const deep = Array.from(
    { length: 100 },
    (_, i) =>
      `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  ).join("");
  let depth = 0;
  let part: MimePart | undefined = parse(deep).root;
  for (; part; part = part.children[0]) depth++;
  assert.equal(depth, 32);
  const wide = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
    "--b\r\n\r\nx\r\n".repeat(2000);
  assert.equal(parse(wide).root.children.length, 499);
});

Deno.test("MimeParser finds the same parts in any chunks of any octets", () => {
  let seed = 17;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const pieces = [
    "--a",
    "--b",
    "--",
    "\r\n",
    "\r\n",
    "\n",
    "\r",
    "Content-Type: multipart/mixed; boundary=a\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Type: message/rfc822\r\n",
    "x",
    " ",
    "-",
    "\xff",
  ];
  for (let round = 0; round < 3000; round++) {
    const mail = Array.from(
      { length: random(40) },
      () => pieces[random(pieces.length)],
    ).join("");
    const whole = parse(mail);
    assert.deepEqual(parse(mail, 1 + random(9)), whole, JSON.stringify(mail));
    assert.equal(whole.root.bodyEnd, mail.length);
    checkRanges(whole.root, mail);
  }
});

function checkRanges(part: MimePart, mail: string): void {
  assert.ok(part.headerStart <= part.bodyStart, JSON.stringify(mail));
  assert.ok(part.bodyStart <= part.bodyEnd, JSON.stringify(mail));
  const body = mail.slice(part.bodyStart, part.bodyEnd);
  assert.equal(part.lines, body.split("\n").length - 1, JSON.stringify(mail));
  let at = part.bodyStart;
  const inner = part.message ? [part.message.root] : part.children;
  for (const child of inner) {
    assert.ok(at <= child.headerStart, JSON.stringify(mail));
    assert.ok(child.bodyEnd <= part.bodyEnd, JSON.stringify(mail));
    at = child.bodyEnd;
    checkRanges(child, mail);
  }
}
