import assert from "node:assert/strict";
import type { BlobId } from "../../src/base/ids.ts";
import { DELETED, FLAGGED, SEEN } from "../../src/mail/mailbox.ts";
import { SelectedInbox } from "./command_line.ts";

const PLAIN = `From: Ann <ann@relay.example>
To: bob@relay.example
Subject: Hello
 there
Message-ID: <1@relay.example>
Content-Type: text/plain; charset=utf-8

First line
Second line
`;

const MIXED = `From: Ann Lee <ann@relay.example>
Sender: sam@relay.example
To: Group: bob@relay.example, carl@relay.example;
Cc: "Q \\"x\\"" <q@relay.example>
Date: Mon, 5 Jan 2026 10:08:07 +0100
Subject: =?utf-8?q?=C3=A4?=
In-Reply-To: <0@relay.example>
Message-ID: <2@relay.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

preamble
--b1
Content-Type: text/plain; charset=us-ascii

one
two

--b1
Content-Type: message/rfc822
Content-Description: a forward

Subject: inner
Content-Type: multipart/alternative; boundary=b2

--b2

plain text
--b2
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-ID: <h@x>
Content-Disposition: inline; filename=a.html
Content-Language: en, de
Content-Location: http://x/
Content-MD5: abc

<p>
--b2--
--b1
Content-Type: application/octet-stream; name="f"
Content-Transfer-Encoding: base64

AAAA
--b1--
epilogue
`;

async function inbox(...messages: (string | Uint8Array)[]) {
  const session = new SelectedInbox();
  for (const message of messages) session.mail.deliver("INBOX", message);
  await session.select();
  return session;
}

const crlf = (text: string) => text.replace(/\r?\n/g, "\r\n");
const size = (text: string) => crlf(text).length;

/** Rows of command and what it answers, tag and completion left out. */
const PLAIN_ROWS: readonly (readonly [string, string])[] = [
  ["FETCH 1 FLAGS", "* 1 FETCH (FLAGS ())"],
  ["UID FETCH 1 FLAGS", "* 1 FETCH (UID 1 FLAGS ())"],
  ["UID FETCH 1 (FLAGS UID)", "* 1 FETCH (UID 1 FLAGS ())"],
  ["FETCH 1 (FLAGS UID)", "* 1 FETCH (FLAGS () UID 1)"],
  [
    "FETCH 1 FAST",
    `* 1 FETCH (FLAGS () INTERNALDATE "05-Jan-2026 09:08:07 +0000" RFC822.SIZE ${
      size(PLAIN)
    })`,
  ],
  [
    "UID FETCH 1:* (RFC822.SIZE BODY.PEEK[HEADER.FIELDS (message-id Subject)])",
    `* 1 FETCH (UID 1 RFC822.SIZE ${
      size(PLAIN)
    } BODY[HEADER.FIELDS (message-id Subject)] {57}\nSubject: Hello\n there\nMessage-ID: <1@relay.example>\n\n)`,
  ],
  [
    "FETCH 1 BODY.PEEK[HEADER.FIELDS (X-None)]",
    "* 1 FETCH (BODY[HEADER.FIELDS (X-None)] {2}\n\n)",
  ],
  [
    "FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (FROM TO SUBJECT CONTENT-TYPE)]",
    "* 1 FETCH (BODY[HEADER.FIELDS.NOT (FROM TO SUBJECT CONTENT-TYPE)] {33}\nMessage-ID: <1@relay.example>\n\n)",
  ],
  [
    "FETCH 1 BODY.PEEK[]",
    `* 1 FETCH (BODY[] {${size(PLAIN)}}\n${PLAIN})`,
  ],
  [
    "FETCH 1 (BODY.PEEK[TEXT] BODY.PEEK[1])",
    "* 1 FETCH (BODY[TEXT] {25}\nFirst line\nSecond line\n BODY[1] {25}\nFirst line\nSecond line\n)",
  ],
  [
    "FETCH 1 BODY.PEEK[TEXT]<6.4>",
    "* 1 FETCH (BODY[TEXT]<6> {4}\nline)",
  ],
  ["FETCH 1 BODY.PEEK[]<99999.10>", "* 1 FETCH (BODY[]<99999> {0}\n)"],
  ["FETCH 1 BODY.PEEK[2]", "* 1 FETCH (BODY[2] NIL)"],
  ["FETCH 1 BODY.PEEK[1.HEADER]", "* 1 FETCH (BODY[1.HEADER] NIL)"],
  ["FETCH 1 BODY.PEEK[1.1]", "* 1 FETCH (BODY[1.1] NIL)"],
  [
    "FETCH 1 RFC822.HEADER",
    `* 1 FETCH (RFC822.HEADER {${size(PLAIN) - 25}}\n${
      PLAIN.slice(0, PLAIN.indexOf("First"))
    })`,
  ],
  [
    "FETCH 1 (BODY BODYSTRUCTURE)",
    '* 1 FETCH (BODY ("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 25 2) BODYSTRUCTURE ("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 25 2 NIL NIL NIL NIL))',
  ],
  [
    "FETCH 1 ENVELOPE",
    '* 1 FETCH (ENVELOPE (NIL "Hello there" (("Ann" NIL "ann" "relay.example")) (("Ann" NIL "ann" "relay.example")) (("Ann" NIL "ann" "relay.example")) ((NIL NIL "bob" "relay.example")) NIL NIL NIL "<1@relay.example>"))',
  ],
  [
    "FETCH 1 MODSEQ",
    "* OK [HIGHESTMODSEQ 2] Highest\n* 1 FETCH (MODSEQ (2))",
  ],
  [
    "UID FETCH 1 FLAGS (CHANGEDSINCE 1)",
    "* OK [HIGHESTMODSEQ 2] Highest\n* 1 FETCH (UID 1 FLAGS () MODSEQ (2))",
  ],
  ["UID FETCH 1 FLAGS (CHANGEDSINCE 2)", "* OK [HIGHESTMODSEQ 2] Highest"],
  ["UID FETCH 2:3 FLAGS", ""],
  ["UID FETCH 5:* FLAGS", "* 1 FETCH (UID 1 FLAGS ())"],
];

for (const [command, want] of PLAIN_ROWS) {
  Deno.test(`${command} of a plain message`, async () => {
    const session = await inbox(PLAIN);
    const wanted = want ? `${want}\n` : "";
    assert.equal(
      await session.run(`A1 ${command}`),
      crlf(`${wanted}A1 OK FETCH completed\n`),
    );
  });
}

const MIXED_ROWS: readonly (readonly [string, string])[] = [
  ["1", "one\ntwo\n"],
  ["1.MIME", "Content-Type: text/plain; charset=us-ascii\n\n"],
  [
    "2.HEADER",
    "Subject: inner\nContent-Type: multipart/alternative; boundary=b2\n\n",
  ],
  ["2.HEADER.FIELDS (subject)", "Subject: inner\n\n"],
  [
    "2.MIME",
    "Content-Type: message/rfc822\nContent-Description: a forward\n\n",
  ],
  ["2.1", "plain text"],
  ["2.1.MIME", "\n"],
  ["2.2", "<p>"],
  ["3", "AAAA"],
];

for (const [section, want] of MIXED_ROWS) {
  Deno.test(`BODY[${section}] of a multipart`, async () => {
    const session = await inbox(MIXED);
    assert.equal(
      await session.run(`A1 FETCH 1 BODY.PEEK[${section}]`),
      crlf(
        `* 1 FETCH (BODY[${section}] {${
          size(want)
        }}\n${want})\nA1 OK FETCH completed\n`,
      ),
    );
  });
}

Deno.test("BODY[2] and BODY[2.TEXT] are a forwarded message and its body", async () => {
  const session = await inbox(MIXED);
  const inner = MIXED.slice(
    MIXED.indexOf("Subject: inner"),
    MIXED.indexOf("\n--b1\nContent-Type: application"),
  );
  const text = inner.slice(inner.indexOf("\n\n") + 2);
  assert.equal(
    await session.run("A1 FETCH 1 (BODY.PEEK[2] BODY.PEEK[2.TEXT])"),
    crlf(
      `* 1 FETCH (BODY[2] {${size(inner)}}\n${inner} BODY[2.TEXT] {${
        size(text)
      }}\n${text})\nA1 OK FETCH completed\n`,
    ),
  );
});

Deno.test("BODYSTRUCTURE of nested parts", async () => {
  const session = await inbox(MIXED);
  const inner =
    '(NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 0 NIL NIL NIL NIL)("text" "html" ("charset" "us-ascii") "<h@x>" NIL "quoted-printable" 3 0 "abc" ("inline" ("filename" "a.html")) ("en" "de") "http://x/") "alternative" ("boundary" "b2") NIL NIL NIL)';
  const forward = crlf(MIXED.slice(
    MIXED.indexOf("Subject: inner"),
    MIXED.indexOf("\n--b1\nContent-Type: application"),
  ));
  assert.equal(
    await session.run("A1 FETCH 1 BODYSTRUCTURE"),
    `* 1 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)("message" "rfc822" NIL NIL "a forward" "7bit" ${forward.length} ${inner} ${
      forward.split("\n").length - 1
    } NIL NIL NIL NIL)("application" "octet-stream" ("name" "f") NIL NIL "base64" 4 NIL NIL NIL NIL) "mixed" ("boundary" "b1") NIL NIL NIL))\r\nA1 OK FETCH completed\r\n`,
  );
});

Deno.test("ENVELOPE has groups, literals for quotes, and encoded words as sent", async () => {
  const session = await inbox(MIXED);
  assert.equal(
    await session.run("A1 FETCH 1 ENVELOPE"),
    crlf(
      `* 1 FETCH (ENVELOPE ("Mon, 5 Jan 2026 10:08:07 +0100" "=?utf-8?q?=C3=A4?=" (("Ann Lee" NIL "ann" "relay.example")) ((NIL NIL "sam" "relay.example")) (("Ann Lee" NIL "ann" "relay.example")) ((NIL NIL "Group" NIL)(NIL NIL "bob" "relay.example")(NIL NIL "carl" "relay.example")(NIL NIL NIL NIL)) (({5}\nQ "x" NIL "q" "relay.example")) NIL "<0@relay.example>" "<2@relay.example>"))\nA1 OK FETCH completed\n`,
    ),
  );
});

Deno.test("BODY[] without PEEK sets \\Seen and tells the flags", async () => {
  const session = await inbox(PLAIN);
  const first = await session.run("A1 FETCH 1 BODY[TEXT]<0.5>");
  assert.equal(
    first,
    "* 1 FETCH (BODY[TEXT]<0> {5}\r\nFirst FLAGS (\\Seen))\r\nA1 OK FETCH completed\r\n",
  );
  assert.equal(session.announced.length, 1);
  const second = await session.run("A2 FETCH 1 RFC822.TEXT");
  assert.ok(!second.includes("FLAGS"));
  assert.equal(session.mail.box("INBOX").rows[0]?.flags, SEEN);
});

Deno.test("FLAGS and BODY[] in one FETCH tell \\Seen once, where FLAGS was asked", async () => {
  const session = await inbox(PLAIN);
  session.condstore = true;
  assert.match(
    await session.run("A1 UID FETCH 1 (FLAGS BODY[1]<0.1>)"),
    /^\* 1 FETCH \(UID 1 FLAGS \(\\Seen\) BODY\[1\]<0> \{1\}\r\nF MODSEQ \(3\)\)\r\n/,
  );
});

for (const section of ["BODY.PEEK[]", "RFC822.HEADER", "BODY.PEEK[1]"]) {
  Deno.test(`${section} leaves \\Seen alone`, async () => {
    const session = await inbox(PLAIN);
    await session.run(`A1 FETCH 1 ${section}`);
    assert.equal(session.mail.box("INBOX").rows[0]?.flags, 0);
  });
}

Deno.test("BODY[] leaves \\Seen alone under EXAMINE", async () => {
  const session = await inbox(PLAIN);
  session.readOnly = true;
  await session.run("A1 FETCH 1 BODY[]");
  assert.equal(session.mail.box("INBOX").rows[0]?.flags, 0);
});

Deno.test("FLAGS names keywords", async () => {
  const session = new SelectedInbox();
  session.mail.deliver("INBOX", PLAIN, {
    flags: DELETED | FLAGGED,
    keywords: ["$Junk", "x"],
  });
  await session.select();
  assert.equal(
    await session.run("A1 FETCH 1 FLAGS"),
    "* 1 FETCH (FLAGS (\\Flagged \\Deleted $Junk x))\r\nA1 OK FETCH completed\r\n",
  );
});

Deno.test("BODY[] is 8-bit transparent, the header too", async () => {
  const octets = Uint8Array.from({ length: 600 }, (_, i) => i % 256);
  const message = new Uint8Array([
    ...new TextEncoder().encode("X: "),
    0xff,
    0xe4,
    ...new TextEncoder().encode("\r\n\r\n"),
    ...octets,
  ]);
  const session = await inbox(message);
  const text = String.fromCharCode(...message);
  assert.equal(
    await session.run("A1 FETCH 1 (BODY.PEEK[] BODY.PEEK[HEADER.FIELDS (x)])"),
    `* 1 FETCH (BODY[] {${message.length}}\r\n${text} BODY[HEADER.FIELDS (x)] {9}\r\nX: \xff\xe4\r\n\r\n)\r\nA1 OK FETCH completed\r\n`,
  );
});

Deno.test("a large BODY[] passes in pieces", async () => {
  const message = new Uint8Array(1_000_000).fill(0x61);
  const session = await inbox(message, PLAIN);
  const text = await session.run("A1 UID FETCH 1:2 (BODY.PEEK[] FLAGS)");
  assert.equal(session.writes.length, 1 + Math.ceil(1_000_000 / 65_536) + 1);
  assert.ok(Math.max(...session.writes) <= 65_536);
  assert.ok(text.startsWith("* 1 FETCH (UID 1 BODY[] {1000000}\r\naaa"));
  assert.ok(text.includes("aaa FLAGS ())\r\n* 2 FETCH (UID 2 BODY[] {"));
});

Deno.test("a part of a large message is found and read by range", async () => {
  const session = await inbox(
    `Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${
      "line\n".repeat(40_000)
    }\n--b\n\nlast\n--b--\n`,
  );
  assert.equal(
    await session.run("A1 FETCH 1 (BODY.PEEK[2] BODY.PEEK[1]<199990.99999>)"),
    `* 1 FETCH (BODY[2] {4}\r\nlast BODY[1]<199990> {40010}\r\n${
      "line\r\n".repeat(40_000).slice(199_990)
    })\r\nA1 OK FETCH completed\r\n`,
  );
});

Deno.test("what takes long is told at once, message by message", async () => {
  const large = `Subject: x\n\n${"line\n".repeat(20_000)}`;
  const session = await inbox(large, large, PLAIN, PLAIN);
  await session.run("A1 UID FETCH 1:* (BODYSTRUCTURE)");
  assert.equal(session.writes.length, 3);
});

Deno.test("many small messages are few writes", async () => {
  const session = await inbox(...Array(1000).fill(PLAIN));
  const text = await session.run(
    "A1 UID FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])",
  );
  assert.equal(text.split("* ").length - 1, 1000);
  assert.ok(session.writes.length <= 5);
});

Deno.test("markFetched() is called for whole messages only", async () => {
  const session = await inbox(PLAIN, PLAIN);
  await session.run("A1 UID FETCH 1 (BODY.PEEK[TEXT] BODY.PEEK[]<0.5>)");
  assert.deepEqual(session.mail.fetched, []);
  await session.run("A2 UID FETCH 2 BODY.PEEK[]");
  assert.deepEqual(session.mail.fetched, [2]);
});

Deno.test("a message without octets is skipped", async () => {
  const session = await inbox(PLAIN, PLAIN, PLAIN);
  session.mail.blobs.delete(2 as BlobId);
  const text = await session.run(
    "A1 UID FETCH 1:3 (FLAGS BODY.PEEK[TEXT]<0.1>)",
  );
  assert.equal(
    text,
    "* 1 FETCH (UID 1 FLAGS () BODY[TEXT]<0> {1}\r\nF)\r\n* 3 FETCH (UID 3 FLAGS () BODY[TEXT]<0> {1}\r\nF)\r\nA1 OK FETCH completed\r\n",
  );
});

Deno.test("a small message that is cut short is skipped and reported", async () => {
  const session = await inbox(PLAIN, PLAIN);
  session.mail.blobs.set(1 as BlobId, new Uint8Array(3));
  assert.equal(
    await session.run("A1 UID FETCH 1:2 (FLAGS BODY.PEEK[TEXT]<0.1>)"),
    "* 2 FETCH (UID 2 FLAGS () BODY[TEXT]<0> {1}\r\nF)\r\nA1 OK FETCH completed\r\n",
  );
  assert.equal(session.backend.bugs.length, 1);
});

for (const octets of [150_000, 200_001]) {
  Deno.test(`a large message of ${octets} octets in place of 200000 is skipped before its size is told`, async () => {
    const session = await inbox(PLAIN, new Uint8Array(200_000), PLAIN);
    session.mail.blobs.set(2 as BlobId, new Uint8Array(octets));
    const text = await session.run("A1 UID FETCH 1:3 (BODY.PEEK[] UID)");
    assert.deepEqual(text.match(/^\* \d+ FETCH/gm), [
      "* 1 FETCH",
      "* 3 FETCH",
    ]);
    assert.match(text, /A1 OK FETCH completed\r\n$/);
    assert.equal(session.backend.bugs.length, 1);
  });
}

for (const after of [0, 1] as const) {
  Deno.test(`a message whose reading fails after ${after} pieces closes the connection only where its size was told`, async () => {
    const session = await inbox(PLAIN, new Uint8Array(200_000), PLAIN);
    const { mail } = session;
    const body = mail.body.bind(mail);
    mail.body = async (mailbox, uid, range) => {
      const found = await body(mailbox, uid, range);
      if (uid !== 2 || !found) return found;
      return {
        sizeOctets: found.sizeOctets,
        async *[Symbol.asyncIterator]() {
          if (after === 1) yield new Uint8Array(100);
          throw new Error("the disk");
        },
      };
    };
    const text = await session.run("A1 UID FETCH 1:3 BODY.PEEK[]");
    assert.match(text, /^\* 1 FETCH .*From/s);
    assert.equal(session.closed, after === 1);
    assert.equal(text.includes("A1 OK FETCH completed"), after === 0);
    assert.equal(text.includes("* 2 FETCH"), after === 1);
    assert.equal(text.includes("* 3 FETCH"), after === 0);
    assert.equal(session.backend.bugs.length, 1);
  });
}

Deno.test("a message that breaks off closes the connection", async () => {
  const session = await inbox(new Uint8Array(200_000), PLAIN);
  const { mail } = session;
  const body = mail.body.bind(mail);
  mail.body = async (blob, range) => {
    const found = await body(blob, range);
    if (blob !== 1 || !found) return found;
    const pieces = await Array.fromAsync(found);
    return {
      sizeOctets: found.sizeOctets,
      async *[Symbol.asyncIterator]() {
        yield* pieces.slice(0, -1);
      },
    };
  };
  const text = await session.run("A1 UID FETCH 1:2 BODY.PEEK[]");
  assert.ok(session.closed);
  assert.ok(!text.includes("A1 "));
  assert.equal(session.backend.bugs.length, 1);
});

Deno.test("a large message that is gone is skipped before its size is told", async () => {
  const session = await inbox(new Uint8Array(200_000), PLAIN);
  session.mail.blobs.delete(1 as BlobId);
  const plain = PLAIN.replaceAll("\n", "\r\n");
  assert.equal(
    await session.run("A1 UID FETCH 1:2 (BODY.PEEK[] UID)"),
    `* 2 FETCH (UID 2 BODY[] {${plain.length}}\r\n${plain})\r\nA1 OK FETCH completed\r\n`,
  );
});

Deno.test("a message removed in the middle of its response closes the connection, which is no bug", async () => {
  const session = await inbox(new Uint8Array(200_000));
  const { mail } = session;
  const body = mail.body.bind(mail);
  mail.body = async (mailbox, uid, range) => {
    const pieces = await body(mailbox, uid, range);
    mail.blobs.clear();
    return pieces;
  };
  const text = await session.run(
    "A1 UID FETCH 1 (BODY.PEEK[] BODY.PEEK[TEXT])",
  );
  assert.ok(session.closed);
  assert.ok(!text.includes("A1 "));
  assert.deepEqual(session.backend.bugs, []);
});

Deno.test("UID FETCH skips what another session expunged", async () => {
  const session = await inbox(PLAIN, PLAIN, PLAIN);
  session.mail.remove("INBOX", [2]);
  assert.equal(
    await session.run("A1 UID FETCH 1:* FLAGS"),
    "* 1 FETCH (UID 1 FLAGS ())\r\n* 3 FETCH (UID 3 FLAGS ())\r\nA1 OK FETCH completed\r\n",
  );
});

Deno.test("FETCH tells that messages were expunged", async () => {
  const session = await inbox(PLAIN, PLAIN, PLAIN);
  session.mail.remove("INBOX", [2]);
  assert.equal(
    await session.run("A1 FETCH 1:* FLAGS"),
    "* 1 FETCH (FLAGS ())\r\n* 3 FETCH (FLAGS ())\r\nA1 NO [EXPUNGEISSUED] Some messages were expunged\r\n",
  );
});

Deno.test("FETCH keeps numbers over many batches with gaps", async () => {
  const session = await inbox(...Array(900).fill(PLAIN));
  const gone = Array.from({ length: 450 }, (_, i) => 2 * i + 1);
  session.mail.remove("INBOX", gone);
  const text = await session.run("A1 UID FETCH 1:* FLAGS");
  const lines = text.split("\r\n").slice(0, -2);
  assert.deepEqual(
    lines,
    Array.from(
      { length: 450 },
      (_, i) => `* ${2 * i + 2} FETCH (UID ${2 * i + 2} FLAGS ())`,
    ),
  );
});

Deno.test("FETCH of a set with gaps gives what is in it", async () => {
  const session = await inbox(...Array(600).fill(PLAIN));
  session.mail.remove("INBOX", [4, 5, 300]);
  const wanted = [1, 3, 5, 20, 36, 53, ...range(280, 590), 600];
  const set = "600,590:280,53,1,3,20,36,5";
  const lines = (await session.run(`A1 UID FETCH ${set} FLAGS`)).split("\r\n");
  assert.deepEqual(
    lines.slice(0, -2),
    wanted.filter((uid) => uid !== 5 && uid !== 300)
      .map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())`),
  );
  assert.match(
    await session.run("A2 FETCH 3,6 FLAGS"),
    /^\* 3 FETCH [^*]*\* 6 FETCH [^*]*A2 OK/,
  );
  assert.match(await session.run("A3 FETCH 3,5 FLAGS"), /A3 NO/);
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

for (
  const command of [
    "FETCH 2 FLAGS",
    "FETCH 1:5 FLAGS",
    "FETCH 0 FLAGS",
    "FETCH 1",
    "FETCH 1 FLAGS UID",
    "FETCH 1 (FLAGS",
    "FETCH FLAGS",
    "UID FETCH 1 BODY[",
    "UID FETCH 1 (FLAGS) (CHANGEDSINCE)",
  ]
) {
  Deno.test(`${command} is BAD`, async () => {
    const session = await inbox(PLAIN);
    assert.match(await session.run(`A1 ${command}`), /^A1 BAD [ -~]+\r\n$/);
  });
}

Deno.test("FETCH of an empty mailbox", async () => {
  const session = await inbox();
  assert.match(await session.run("A1 FETCH 1:* FLAGS"), /^A1 BAD/);
  assert.match(await session.run("A1 UID FETCH 1:* FLAGS"), /^A1 OK/);
});

Deno.test("HEADER.FIELDS takes a literal for a name", async () => {
  const session = await inbox(PLAIN);
  assert.equal(
    await session.run(
      "A1 FETCH 1 BODY.PEEK[HEADER.FIELDS ({2}\r\n)]",
      [new TextEncoder().encode("To")],
    ),
    "* 1 FETCH (BODY[HEADER.FIELDS (To)] {25}\r\nTo: bob@relay.example\r\n\r\n)\r\nA1 OK FETCH completed\r\n",
  );
});
