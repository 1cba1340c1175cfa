import assert from "node:assert/strict";
import type { BlobId } from "../../src/base/ids.ts";
import { ANSWERED, DELETED, SEEN } from "../../src/mail/mailbox.ts";
import { SelectedInbox } from "./command_line.ts";

const DAY = 86_400;
const JAN_5_2026 = 20_458 * DAY;

/** Five messages; what tells them apart is in the comments. */
async function inbox() {
  const session = new SelectedInbox();
  const { mail } = session;
  mail.now = JAN_5_2026 + 3600;
  // 1: seen, an old date, plain
  mail.deliver(
    "INBOX",
    "From: Ann <ann@relay.example>\nTo: bob (b) @x\nSubject: Hello World\nDate: Thu, 1 Jan 2026 23:30:00 -0800\n\nThe quick brown fox\n",
    { flags: SEEN, internalDate: JAN_5_2026 - 3 * DAY },
  );
  // 2: encoded subject, base64 body "Grüße", keyword
  mail.deliver(
    "INBOX",
    "From: carl@x\nCc: dora@x\nSubject: =?utf-8?q?Gr=C3=BC?=\n =?utf-8?b?w59l?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZSBhdXMgQmVybGlu\n",
    { keywords: ["$Junk"], internalDate: JAN_5_2026 - DAY },
  );
  // 3: answered, multipart with a forward and a picture
  mail.deliver(
    "INBOX",
    "From: carl@x\nBcc: ann@y\nX-Thing: 7\nContent-Type: multipart/mixed; boundary=b\n\npreamble\n--b\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\nX-Part: here\n\n<p>caf=E9 lon=\ng</p>\n--b\nContent-Type: message/rfc822\n\nSubject: inner subject\n\ninner body\n--b\nContent-Type: image/png\n\nnotsearched\n--b--\n",
    { flags: ANSWERED, internalDate: JAN_5_2026 },
  );
  // 4: deleted, no header to speak of
  mail.deliver("INBOX", "\n" + "x".repeat(5000) + "\n", { flags: DELETED });
  // 5: removed before the search
  mail.deliver("INBOX", "Subject: Hello\n\ngone\n");
  await session.select();
  mail.remove("INBOX", [5]);
  return session;
}

/** The responses; message 5 is missed by whoever looks at all, which is no matter here. */
async function searched(
  session: SelectedInbox,
  ...command: Parameters<SelectedInbox["run"]>
): Promise<string> {
  return (await session.run(...command)).replace(" [EXPUNGEISSUED]", "");
}

const ROWS: readonly (readonly [string, string])[] = [
  ["ALL", "1 2 3 4"],
  ["OLD", "1 2 3 4"],
  ["NEW", ""],
  ["RECENT", ""],
  ["SEEN", "1"],
  ["UNSEEN", "2 3 4"],
  ["ANSWERED", "3"],
  ["UNANSWERED UNDELETED", "1 2"],
  ["DELETED", "4"],
  ["FLAGGED", ""],
  ["UNDRAFT", "1 2 3 4"],
  ["KEYWORD $junk", "2"],
  ["KEYWORD $none", ""],
  ["UNKEYWORD $Junk", "1 3 4"],
  ["2:3", "2 3"],
  ["3,1", "1 3"],
  ["*", ""],
  ["9", ""],
  ["4:9", "4"],
  ["9:*", ""],
  ["UID 2:*", "2 3 4"],
  ["UID 9", ""],
  ["NOT 1:2", "3 4"],
  ["OR 1 4", "1 4"],
  ["OR (1 SEEN) (2:4 NOT ANSWERED)", "1 2 4"],
  ["(2 3)", ""],
  ["1:3 2:4", "2 3"],
  ["BEFORE 4-Jan-2026", "1"],
  ["ON 4-Jan-2026", "2"],
  ["SINCE 4-Jan-2026", "2 3 4"],
  ["SENTON 1-Jan-2026", "1"],
  ["SENTBEFORE 1-Jan-2026", ""],
  ["SENTSINCE 1-Jan-2026", "1"],
  ["OLDER 86400", "1 2"],
  ["YOUNGER 3600", "3 4"],
  ["LARGER 1000", "4"],
  ["SMALLER 1000", "1 2 3"],
  ["FROM ANN", "1"],
  ["SENTON 8-Jan-2026", ""],
  ["FROM carl", "2 3"],
  ["TO bob@x", "1"],
  ["CC dora", "2"],
  ["BCC ann", "3"],
  ['SUBJECT "hello w"', "1"],
  ["HEADER X-Thing 7", "3"],
  ['HEADER Subject ""', "1 2"],
  ["HEADER X-Thing 8", ""],
  ["BODY quick", "1"],
  ['BODY "aus berlin"', "2"],
  ["BODY long", "3"],
  ['BODY "inner subject"', "3"],
  ['BODY "inner body"', "3"],
  ["BODY notsearched", ""],
  ["BODY preamble", ""],
  ["BODY here", ""],
  ["BODY carl", ""],
  ['BODY ""', "1 2 3 4"],
  ["TEXT carl", "2 3"],
  ["TEXT here", "3"],
  ["TEXT fox", "1"],
  ["NOT BODY quick", "2 3 4"],
  ["OR BODY quick FROM carl", "1 2 3"],
  ["MODSEQ 6", "4 (MODSEQ 6)"],
  ["MODSEQ 99", ""],
];

for (const [keys, want] of ROWS) {
  for (const command of ["SEARCH", "UID SEARCH"]) {
    Deno.test(`${command} ${keys}`, async () => {
      const session = await inbox();
      assert.equal(
        await searched(session, `A1 ${command} ${keys}`),
        `${
          keys.startsWith("MODSEQ") ? "* OK [HIGHESTMODSEQ 8] Highest\r\n" : ""
        }* SEARCH${want && ` ${want}`}\r\nA1 OK SEARCH completed\r\n`,
      );
    });
  }
}

for (
  const [text, want] of [["gr\u00fc\u00dfe", "2"], ["CAF\u00c9", "3"]] as const
) {
  Deno.test(`SEARCH CHARSET UTF-8 TEXT ${text} in a literal`, async () => {
    const session = await inbox();
    const octets = new TextEncoder().encode(text);
    assert.equal(
      await searched(
        session,
        `A1 SEARCH CHARSET utf-8 TEXT {${octets.length}}\r\n`,
        [octets],
      ),
      `* SEARCH ${want}\r\nA1 OK SEARCH completed\r\n`,
    );
  });
}

Deno.test("SEARCH SUBJECT decodes encoded words", async () => {
  const session = await inbox();
  const octets = new TextEncoder().encode("GR\u00dc\u00dfE");
  assert.equal(
    await searched(session, `A1 SEARCH SUBJECT {${octets.length}}\r\n`, [
      octets,
    ]),
    "* SEARCH 2\r\nA1 OK SEARCH completed\r\n",
  );
});

for (
  const [command, want] of [
    ["SEARCH RETURN (MIN MAX COUNT ALL) ALL", "MIN 1 MAX 4 ALL 1:4 COUNT 4"],
    ["SEARCH RETURN () NOT 2", "ALL 1,3:4"],
    ["SEARCH RETURN (COUNT) NEW", "COUNT 0"],
    ["SEARCH RETURN (MIN) NEW", ""],
    ["UID SEARCH RETURN (min) 2:3", "UID MIN 2"],
    ["UID SEARCH RETURN (MAX) CHARSET UTF-8 ALL", "UID MAX 4"],
    ["SEARCH RETURN (ALL) MODSEQ 1", "ALL 1:4 MODSEQ 6"],
    ["SEARCH RETURN (MIN) MODSEQ 1", "MIN 1 MODSEQ 2"],
  ] as const
) {
  Deno.test(command, async () => {
    const session = await inbox();
    session.condstore = true;
    assert.equal(
      await searched(session, `A1 ${command}`),
      `* ESEARCH (TAG "A1")${want && ` ${want}`}\r\nA1 OK SEARCH completed\r\n`,
    );
  });
}

Deno.test("SEARCH in an unknown charset is refused", async () => {
  const session = await inbox();
  assert.equal(
    await searched(session, "A1 SEARCH CHARSET KOI8-R ALL"),
    "A1 NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset\r\n",
  );
});

for (
  const command of [
    "SEARCH",
    "SEARCH ",
    "SEARCH FOO",
    "SEARCH RETURN (SAVE) ALL",
    "SEARCH RETURN (FOO) ALL",
    "SEARCH RETURN ALL",
    "SEARCH RETURN ()",
    "SEARCH CHARSET UTF-8",
    "UID SEARCH SINCE yesterday",
  ]
) {
  Deno.test(`${command} is BAD`, async () => {
    const session = await inbox();
    assert.match(
      await searched(session, `A1 ${command}`),
      /^A1 BAD [ -~]+\r\n$/,
    );
  });
}

Deno.test("SEARCH BODY finds what lies across pieces of a large message", async () => {
  const session = new SelectedInbox();
  const filler = "a".repeat(65_536 - 10);
  session.mail.deliver("INBOX", `Subject: x\n\n${filler}needle${filler}`);
  session.mail.deliver("INBOX", `Subject: x\n\n${filler}neeXdle${filler}`);
  await session.select();
  assert.equal(
    await searched(session, "A1 SEARCH BODY NeedLE"),
    "* SEARCH 1\r\nA1 OK SEARCH completed\r\n",
  );
  assert.equal(
    await searched(session, "A2 SEARCH BODY X"),
    "* SEARCH 2\r\nA2 OK SEARCH completed\r\n",
  );
});

Deno.test("SEARCH that takes too long is refused", async () => {
  const session = await inbox();
  session.stepMs = 1700;
  assert.equal(
    await searched(session, "A1 SEARCH BODY quick"),
    "A1 NO [LIMIT] Search too expensive\r\n",
  );
});

Deno.test("SEARCH takes a message without octets for one that does not match", async () => {
  const session = await inbox();
  session.mail.blobs.delete(1 as BlobId);
  assert.equal(
    await searched(session, "A1 SEARCH NOT BODY zebra"),
    "* SEARCH 2 3 4\r\nA1 OK SEARCH completed\r\n",
  );
});
