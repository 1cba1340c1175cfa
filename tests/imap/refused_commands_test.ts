/** Commands that cannot be done, or not all: what they say, and that they leave nothing behind. */
import { CAPABILITIES, GREETING, selected } from "./selected_inbox.ts";
import { transcript } from "./transcript.ts";

const NEW = "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft";

transcript(
  "a number of a message that another session has removed is EXPUNGEISSUED",
  `
  ! deliver INBOX
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 3, 4)}
  C: A0 CREATE Sent
  S: A0 OK CREATE completed
  ! remove INBOX 2
  C: A1 STORE 1:3 +FLAGS (\\Seen)
  S: * 1 FETCH (FLAGS (\\Seen))
  S: * 3 FETCH (FLAGS (\\Seen))
  S: A1 NO [EXPUNGEISSUED] Some messages were expunged
  C: A2 STORE 2 +FLAGS (\\Seen)
  S: A2 NO [EXPUNGEISSUED] Some messages were expunged
  C: A3 STORE 2:3 +FLAGS.SILENT (\\Answered)
  S: A3 OK [EXPUNGEISSUED] STORE completed
  C: A4 FETCH 2:3 FLAGS
  S: * 3 FETCH (FLAGS (\\Answered \\Seen))
  S: A4 NO [EXPUNGEISSUED] Some messages were expunged
  C: A5 SEARCH 1:2
  S: * SEARCH 1
  S: A5 OK [EXPUNGEISSUED] SEARCH completed
  C: A6 STATUS Sent (MESSAGES)
  S: * STATUS "Sent" (MESSAGES 0)
  S: * 2 EXPUNGE
  S: A6 OK STATUS completed
  C: A7 STORE 2 +FLAGS (\\Draft)
  S: * 2 FETCH (FLAGS (\\Answered \\Seen \\Draft))
  S: A7 OK STORE completed
`,
);

for (const name of ["COPY", "MOVE"]) {
  transcript(
    `${name} by numbers takes all messages or, where one has been removed, none`,
    `
  ! deliver INBOX
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 3, 4)}
  C: A0 CREATE Sent
  S: A0 OK CREATE completed
  ! remove INBOX 2
  C: A1 ${name} 1:3 Sent
  S: * 2 EXPUNGE
  S: A1 NO [EXPUNGEISSUED] Some messages were expunged
  C: A2 STATUS Sent (MESSAGES UIDNEXT)
  S: * STATUS "Sent" (MESSAGES 0 UIDNEXT 1)
  S: A2 OK STATUS completed
  `,
  );
  transcript(
    `UID ${name} passes over messages that have been removed`,
    `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  C: A0 CREATE Sent
  S: A0 OK CREATE completed
  ! remove INBOX 2
  C: A1 UID ${name} 2 Sent
  S: * 2 EXPUNGE
  S: A1 OK ${name} completed
  C: A2 STATUS Sent (MESSAGES)
  S: * STATUS "Sent" (MESSAGES 0)
  S: A2 OK STATUS completed
  `,
  );
}

transcript(
  "UID STORE and UID SEARCH pass over messages that have been removed",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ! remove INBOX 2
  C: A1 UID STORE 2 +FLAGS (new)
  S: * 2 EXPUNGE
  S: A1 OK STORE completed
  ! remove INBOX 1
  C: A2 UID SEARCH UID 1
  S: * SEARCH
  S: * 1 EXPUNGE
  S: A2 OK SEARCH completed
`,
);

transcript(
  "a conditional STORE that changes nothing takes no keyword and tells of none",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ${selected("2", 2, 3)}
  C: A1 STORE 1:2 (UNCHANGEDSINCE 1) +FLAGS (refused1 refused2)
  S: A1 OK [MODIFIED 1:2] STORE completed
  C: A2 UID STORE 1:2 (UNCHANGEDSINCE 1) FLAGS.SILENT (refused3)
  S: A2 OK [MODIFIED 1:2] STORE completed
  C: A3 UID STORE 77 +FLAGS (refused4)
  S: A3 OK STORE completed
  C2: B1 NOOP
  S2: B1 OK NOOP completed
  C: A4 STORE 1 (UNCHANGEDSINCE 1000000) +FLAGS.SILENT (taken)
  S: ${NEW} taken)
  S: * 1 FETCH (UID 1 MODSEQ (3))
  S: A4 OK STORE completed
  C2: B2 NOOP
  S2: ${NEW} taken)
  S2: * 1 FETCH (FLAGS (taken))
  S2: B2 OK NOOP completed
`,
);

transcript(
  "a refused STORE has room for keywords whatever was asked for before",
  `
  ! deliver INBOX
  ${selected("", 1, 2)}
  ${
    Array.from({ length: 40 }, (_, i) => `
  C: A${i} STORE 1 (UNCHANGEDSINCE 1) +FLAGS (k${i})
  S: A${i} OK [MODIFIED 1] STORE completed`).join("")
  }
  C: B STORE 1 +FLAGS (free)
  S: ${NEW} free)
  S: * 1 FETCH (FLAGS (free) MODSEQ (3))
  S: B OK STORE completed
`,
);

transcript(
  "a STORE of which some is modified and some is gone names the first",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ! remove INBOX 2
  C: A1 STORE 1:2 (UNCHANGEDSINCE 1) +FLAGS (\\Seen)
  S: A1 NO [MODIFIED 1] Some messages were expunged
`,
);

transcript(
  "what is refused turns nothing on",
  `
  ! deliver INBOX
  ${selected("", 1, 2)}
  C: A1 STORE 2 (UNCHANGEDSINCE 1) +FLAGS (\\Seen)
  S: A1 BAD Invalid sequence
  C: A2 STORE 1 +FLAGS (\\Seen)
  S: * 1 FETCH (FLAGS (\\Seen))
  S: A2 OK STORE completed
  C: A3 SELECT Nowhere (CONDSTORE)
  S: A3 NO [NONEXISTENT] Mailbox does not exist
  C: A4 STATUS Nowhere (HIGHESTMODSEQ)
  S: A4 NO [NONEXISTENT] Mailbox does not exist
  C: A5 CREATE a/b/../c
  S: A5 NO [CANNOT] Invalid mailbox name
  C: A6 RENAME INBOX "a/b/%"
  S: A6 NO [CANNOT] Invalid mailbox name
  C: A7 CREATE a/b (USE (\\All))
  S: A7 NO [USEATTR] Not supported for a mailbox
  C: A8 SETMETADATA INBOX (/private/devicetoken "token" /private/other "x")
  S: A8 NO [METADATA TOOMANY] Not supported
  C: A9 GETMETADATA INBOX /private/devicetoken
  S: * METADATA "INBOX" (/private/devicetoken NIL)
  S: A9 OK Getmetadata completed
  C: B1 APPEND INBOX (new1 new2) {3+}
  C: a\0b
  S: B1 BAD Invalid characters
  C: B2 LIST "" *
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: B2 OK LIST completed
  C: B3 SELECT INBOX
  S: ${NEW})
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S: * 1 EXISTS
  S: * 0 RECENT
  S: * OK [UIDVALIDITY 1] UIDs valid
  S: * OK [UIDNEXT 2] Predicted next UID
  S: * OK [HIGHESTMODSEQ 2] Highest
  S: B3 OK [READ-WRITE] SELECT completed
`,
);

transcript(
  "NUL is in no literal, whoever takes it",
  `
  S: ${GREETING}
  C: L LOGIN {3+}
  C: a\0n secret
  S: L BAD Invalid characters
  C: A LOGIN ann@relay.example {7+}
  C: secret\0
  S: A BAD Invalid characters
  C: B LOGIN ann@relay.example secret
  S: B OK [CAPABILITY ${CAPABILITIES}] Logged in
  C: C APPEND INBOX {20+}
  C: Subject: x\0\0abcdefgh
  S: C BAD Invalid characters
  C: D APPEND INBOX {2+}
  C: \0\0
  S: D BAD Invalid characters
  C: E CREATE {2+}
  C: a\0
  S: E BAD Invalid characters
  C: F SETMETADATA INBOX (/private/devicetoken {2+}
  C: a\0)
  S: F BAD Invalid characters
  C: G STATUS INBOX (MESSAGES)
  S: * STATUS "INBOX" (MESSAGES 0)
  S: G OK STATUS completed
`,
);
