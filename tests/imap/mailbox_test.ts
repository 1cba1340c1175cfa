import { transcript } from "./transcript.ts";
import { memoryWorld } from "./world.ts";

const GREETING =
  "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN] IMAP4rev1 ready";
const CAPABILITIES =
  "IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600 XCHATMAIL XDELTAPUSH";
const LOGIN = `${GREETING}
  C: L LOGIN ann@relay.example secret
  S: L OK [CAPABILITY ${CAPABILITIES}] Logged in`;
const FLAGS = `S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted`;

function numbers(exists: number, uidNext: number, unseen?: number): string {
  return `S: * ${exists} EXISTS
  S: * 0 RECENT
  ${
    unseen
      ? `S: * OK [UNSEEN ${unseen}] First unseen\n  `
      : ""
  }S: * OK [UIDVALIDITY 1] UIDs valid
  S: * OK [UIDNEXT ${uidNext}] Predicted next UID
  S: * OK [HIGHESTMODSEQ 1] Highest`;
}

transcript(
  "SELECT, EXAMINE, UNSELECT, CLOSE",
  `
  ${LOGIN}
  C: A1 CLOSE
  S: A1 BAD Command not allowed now
  C: A2 SELECT "inbox"
  ${FLAGS}
  ${numbers(0, 1)}
  S: A2 OK [READ-WRITE] SELECT completed
  C: A3 CHECK
  S: A3 OK CHECK completed
  C: A4 SELECT Nowhere
  S: A4 NO [NONEXISTENT] Mailbox does not exist
  C: A5 CHECK
  S: A5 BAD Command not allowed now
  C: A6 EXAMINE INBOX (CONDSTORE)
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS ()] Flags permitted
  ${numbers(0, 1)}
  S: A6 OK [READ-ONLY] EXAMINE completed
  C: A7 SELECT INBOX
  S: * OK [CLOSED] Previous mailbox closed
  ${FLAGS}
  ${numbers(0, 1)}
  S: A7 OK [READ-WRITE] SELECT completed
  C: A8 UNSELECT
  S: A8 OK UNSELECT completed
  C: A9 UNSELECT
  S: A9 BAD Command not allowed now
  C: A10 SELECT INBOX (QRESYNC)
  S: A10 BAD Unknown parameter
  C: A11 SELECT &AAA-
  S: A11 NO [NONEXISTENT] Mailbox does not exist
  C: A12 SELECT &-&
  S: A12 NO [CANNOT] Invalid mailbox name
`,
);

transcript(
  "UIDNEXT stays when all messages have gone",
  `
  ${LOGIN}
  ! deliver INBOX
  ! deliver INBOX 1
  C: A1 SELECT INBOX
  ${FLAGS}
  ${numbers(2, 3, 1)}
  S: A1 OK [READ-WRITE] SELECT completed
  C: A2 UID STORE 1:* +FLAGS (\\Deleted)
  S: * 1 FETCH (UID 1 FLAGS (\\Deleted))
  S: * 2 FETCH (UID 2 FLAGS (\\Deleted \\Seen))
  S: A2 OK STORE completed
  C: A3 CLOSE
  S: A3 OK CLOSE completed
  C: A4 SELECT INBOX
  ${FLAGS}
  ${numbers(0, 3)}
  S: A4 OK [READ-WRITE] SELECT completed
`,
);

transcript(
  "STORE sets, adds and removes flags and keywords",
  `
  ${LOGIN}
  ! deliver INBOX
  ! deliver INBOX
  C: A1 SELECT INBOX
  ${FLAGS}
  ${numbers(2, 3, 1)}
  S: A1 OK [READ-WRITE] SELECT completed
  C: A2 STORE 1 +FLAGS (\\Seen)
  S: * 1 FETCH (FLAGS (\\Seen))
  S: A2 OK STORE completed
  C: A3 STORE 1:* +FLAGS \\Seen \\Flagged
  S: * 1 FETCH (FLAGS (\\Flagged \\Seen))
  S: * 2 FETCH (FLAGS (\\Flagged \\Seen))
  S: A3 OK STORE completed
  C: A4 STORE 2 -FLAGS.SILENT (\\Flagged)
  S: A4 OK STORE completed
  C: A5 UID STORE 2 FLAGS (\\Draft $Junk)
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Junk)
  S: * 2 FETCH (UID 2 FLAGS (\\Draft $Junk))
  S: A5 OK STORE completed
  C: A6 UID STORE 2 +FLAGS ($junk)
  S: * 2 FETCH (UID 2 FLAGS (\\Draft $Junk))
  S: A6 OK STORE completed
  C: A7 STORE 3 +FLAGS (\\Seen)
  S: A7 BAD Invalid sequence
  C: A8 UID STORE 77 +FLAGS (\\Seen)
  S: A8 OK STORE completed
  C: A9 STORE 1 +FLAGS (\\Recent)
  S: A9 BAD Invalid flag
  C: A10 STORE 1 FLAGS.LOUD (\\Seen)
  S: A10 BAD Expected FLAGS
  C: A STORE 1 +FLAGS (${"k".repeat(65)})
  S: A NO [LIMIT] Keyword too long
  C: A11 STORE 1 FLAGS ()
  S: * 1 FETCH (FLAGS ())
  S: A11 OK STORE completed
  C: A12 EXAMINE INBOX
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Junk)
  S: * OK [PERMANENTFLAGS ()] Flags permitted
  ${numbers(2, 3, 1)}
  S: A12 OK [READ-ONLY] EXAMINE completed
  C: A13 STORE 1 +FLAGS (\\Seen)
  S: A13 NO [READ-ONLY] Mailbox is read-only
`,
);

transcript(
  "STORE UNCHANGEDSINCE leaves changed messages alone",
  `
  ${LOGIN}
  ! deliver INBOX
  ! deliver INBOX
  C: A1 SELECT INBOX
  ${FLAGS}
  ${numbers(2, 3, 1)}
  S: A1 OK [READ-WRITE] SELECT completed
  C: A2 STORE 1 +FLAGS.SILENT (\\Seen)
  S: A2 OK STORE completed
  C: A3 STORE 1:2 (UNCHANGEDSINCE 3) +FLAGS (\\Flagged)
  S: * 2 FETCH (FLAGS (\\Flagged) MODSEQ (5))
  S: A3 OK [MODIFIED 1] STORE completed
  C: A4 UID STORE 1:2 (UNCHANGEDSINCE 1000) +FLAGS.SILENT (\\Answered)
  S: * 1 FETCH (UID 1 MODSEQ (6))
  S: * 2 FETCH (UID 2 MODSEQ (6))
  S: A4 OK STORE completed
`,
);

transcript(
  "EXPUNGE and UID EXPUNGE",
  `
  ${LOGIN}
  ! deliver INBOX 8
  ! deliver INBOX
  ! deliver INBOX 8
  ! deliver INBOX 8
  C: A1 SELECT INBOX
  ${FLAGS}
  ${numbers(4, 5, 1)}
  S: A1 OK [READ-WRITE] SELECT completed
  C: A2 UID EXPUNGE 2:3
  S: * 3 EXPUNGE
  S: A2 OK EXPUNGE completed
  C: A3 EXPUNGE
  S: * 3 EXPUNGE
  S: * 1 EXPUNGE
  S: A3 OK EXPUNGE completed
  C: A4 EXPUNGE
  S: A4 OK EXPUNGE completed
  C: A5 UID EXPUNGE 99
  S: A5 OK EXPUNGE completed
  C: A6 EXAMINE INBOX
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS ()] Flags permitted
  ${numbers(1, 5, 1)}
  S: A6 OK [READ-ONLY] EXAMINE completed
  C: A7 EXPUNGE
  S: A7 NO [READ-ONLY] Mailbox is read-only
  C: A8 ENABLE CONDSTORE
  S: * ENABLED CONDSTORE
  S: A8 OK ENABLE completed
  C: A9 SELECT INBOX
  S: * OK [CLOSED] Previous mailbox closed
  ${FLAGS}
  ${numbers(1, 5, 1)}
  S: A9 OK [READ-WRITE] SELECT completed
  C: A10 STORE 1 +FLAGS.SILENT (\\Deleted)
  S: A10 OK STORE completed
  C: A11 EXPUNGE
  S: * 1 EXPUNGE
  S: A11 OK [HIGHESTMODSEQ 9] EXPUNGE completed
`,
);

transcript(
  "COPY and MOVE tell the new UIDs",
  `
  ${LOGIN}
  ! deliver INBOX
  ! deliver INBOX 1
  ! deliver INBOX
  C: A1 SELECT INBOX
  ${FLAGS}
  ${numbers(3, 4, 1)}
  S: A1 OK [READ-WRITE] SELECT completed
  C: A2 COPY 1:2 Archive
  S: A2 NO [TRYCREATE] Mailbox does not exist
  C: A3 CREATE Archive
  S: A3 OK CREATE completed
  C: A4 COPY 1:2 Archive
  S: A4 OK [COPYUID 1 1:2 1:2] COPY completed
  C: A5 UID COPY 3,99 Archive
  S: A5 OK [COPYUID 1 3 3] COPY completed
  C: A6 UID COPY 99 Archive
  S: A6 OK COPY completed
  C: A7 COPY 4 Archive
  S: A7 BAD Invalid sequence
  C: A8 UID MOVE 1,3 Archive
  S: * OK [COPYUID 1 1,3 4:5] Moved
  S: * 3 EXPUNGE
  S: * 1 EXPUNGE
  S: A8 OK MOVE completed
  C: A9 MOVE 1 INBOX
  S: * OK [COPYUID 1 2 4] Moved
  S: * 1 EXPUNGE
  S: * 1 EXISTS
  S: A9 OK MOVE completed
  C: A10 UID MOVE 2 Archive
  S: A10 OK MOVE completed
  C: A11 COPY 1 INBOX
  S: * 2 EXISTS
  S: A11 OK [COPYUID 1 4 5] COPY completed
  C: A12 STATUS Archive (MESSAGES UIDNEXT UNSEEN)
  S: * STATUS "Archive" (MESSAGES 5 UIDNEXT 6 UNSEEN 4)
  S: A12 OK STATUS completed
`,
);

transcript(
  "APPEND stores a message with flags and date",
  `
  ${LOGIN}
  C: A1 APPEND INBOX (\\Seen $Label) "05-Jan-2026 09:08:07 +0000" {10}
  S: + OK
  C: a: b
  C:${" "}
  C: cd
  S: A1 OK [APPENDUID 1 1] APPEND completed
  C: A2 APPEND {5+}
  C: INBOX {10+}
  C: a: b
  C:${" "}
  C: cd
  S: A2 OK [APPENDUID 1 2] APPEND completed
  C: A3 SELECT INBOX
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label \\*)] Flags permitted
  ${numbers(2, 3, 2)}
  S: A3 OK [READ-WRITE] SELECT completed
  C: A4 APPEND INBOX {4}
  S: + OK
  C: a: b
  S: * 3 EXISTS
  S: A4 OK [APPENDUID 1 3] APPEND completed
`,
);

transcript(
  "APPEND is refused before the message is sent",
  `
  ${LOGIN}
  C: A1 APPEND Nowhere {4}
  S: A1 NO [TRYCREATE] Mailbox does not exist
  C: A2 APPEND INBOX {104857601}
  S: A2 NO [TOOBIG] message file too big
  C: A3 APPEND INBOX {0}
  S: A3 NO [CANNOT] Empty message
  C: A4 APPEND INBOX {2000}
  S: A4 NO [OVERQUOTA] Quota exceeded
  C: A5 APPEND INBOX "05-Foo-2026 09:08:07 +0000" {4}
  S: A5 BAD Cannot read date: no such time
  C: A6 APPEND INBOX (\\Recent) {4}
  S: A6 BAD Invalid flag
  C: A7 APPEND INBOX hello
  S: A7 BAD Expected a literal
  C: A8 APPEND INBOX {2+}
  C: ab {3}
  S: A8 BAD Too many arguments
  C: A9 APPEND Nowhere {4+}
  C: abcd
  S: A9 NO [TRYCREATE] Mailbox does not exist
  C: A10 APPEND INBOX {2+}
  C: ab too much
  S: A10 BAD Too many arguments
  C: A11 APPEND INBOX ~{4}
  S: A11 BAD Expected "{"
  C: A12 STATUS INBOX (MESSAGES)
  S: * STATUS "INBOX" (MESSAGES 0)
  S: A12 OK STATUS completed
`,
  {
    world: () => memoryWorld((backend) => backend.mail.limitOctets = 1000),
    lockstep: true,
  },
);

transcript(
  "STATUS tells what it is asked for",
  `
  ${LOGIN}
  ! deliver INBOX 1
  ! deliver INBOX 8
  C: A1 STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE APPENDLIMIT)
  S: * STATUS "INBOX" (MESSAGES 2 RECENT 0 UIDNEXT 3 UIDVALIDITY 1 UNSEEN 1 DELETED 1 SIZE 94 APPENDLIMIT 104857600)
  S: A1 OK STATUS completed
  C: A2 STATUS inbox (HIGHESTMODSEQ)
  S: * STATUS "INBOX" (HIGHESTMODSEQ 3)
  S: A2 OK STATUS completed
  C: A3 STATUS INBOX (WEIGHT)
  S: A3 BAD Unknown item
  C: A4 STATUS INBOX ()
  S: A4 BAD Expected an item
  C: A5 STATUS Nowhere (MESSAGES)
  S: A5 NO [NONEXISTENT] Mailbox does not exist
`,
);

transcript(
  "CREATE, RENAME, DELETE",
  `
  ${LOGIN}
  C: A1 CREATE a/b/
  S: A1 OK CREATE completed
  C: A2 CREATE a
  S: A2 NO [ALREADYEXISTS] Mailbox exists
  C: A3 CREATE Inbox
  S: A3 NO [ALREADYEXISTS] Mailbox exists
  C: A4 CREATE a//b
  S: A4 NO [CANNOT] Invalid mailbox name
  C: A5 CREATE "x%y"
  S: A5 NO [CANNOT] Invalid mailbox name
  C: A6 CREATE ../x
  S: A6 NO [CANNOT] Invalid mailbox name
  C: A7 CREATE ${"x".repeat(256)}
  S: A7 NO [CANNOT] Invalid mailbox name
  C: A8 CREATE Entw&APw-rfe (USE (\\Drafts))
  S: A8 OK CREATE completed
  C: A9 CREATE all (USE (\\All))
  S: A9 NO [USEATTR] Not supported for a mailbox
  C: A10 CREATE Sent
  S: A10 OK CREATE completed
  C: A11 LIST "" *
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: * LIST (\\HasNoChildren \\Drafts) "/" "Entw&APw-rfe"
  S: * LIST (\\HasNoChildren \\Sent) "/" "Sent"
  S: * LIST (\\HasChildren) "/" "a"
  S: * LIST (\\HasNoChildren) "/" "a/b"
  S: A11 OK LIST completed
  C: A12 RENAME a c
  S: A12 OK RENAME completed
  C: A13 RENAME nowhere d
  S: A13 NO [NONEXISTENT] Mailbox does not exist
  C: A14 RENAME c Sent
  S: A14 NO [ALREADYEXISTS] Mailbox exists
  C: A15 RENAME c c/d
  S: A15 NO [CANNOT] Mailbox cannot be moved into itself
  C: A16 DELETE c
  S: A16 OK DELETE completed
  C: A17 SELECT c
  S: A17 NO [NONEXISTENT] Mailbox does not exist
  C: A18 DELETE c
  S: A18 NO [CANNOT] Mailbox cannot be deleted
  C: A19 LIST "" "c*"
  S: * LIST (\\Noselect \\HasChildren) "/" "c"
  S: * LIST (\\HasNoChildren) "/" "c/b"
  S: A19 OK LIST completed
  C: A20 DELETE inbox
  S: A20 NO [CANNOT] Mailbox cannot be deleted
  C: A21 DELETE nowhere
  S: A21 NO [NONEXISTENT] Mailbox does not exist
`,
);

transcript(
  "LIST compares so many patterns",
  `
  ${GREETING}
  C: L LOGIN ann@relay.example secret
  S: L OK [CAPABILITY ${CAPABILITIES}] Logged in
  C: A1 LIST "" (${"x ".repeat(19)}INBOX)
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: A1 OK LIST completed
  C: A2 LIST "" (${"x ".repeat(20)}INBOX)
  S: A2 BAD Too many patterns
  C: A3 LIST "" (%%% ${"%*".repeat(300)})
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: A3 OK LIST completed
`,
);

transcript(
  "RENAME INBOX moves its messages",
  `
  ${LOGIN}
  ! deliver INBOX
  C: A1 RENAME INBOX old
  S: A1 OK RENAME completed
  C: A2 STATUS INBOX (MESSAGES UIDNEXT)
  S: * STATUS "INBOX" (MESSAGES 0 UIDNEXT 2)
  S: A2 OK STATUS completed
  C: A3 STATUS old (MESSAGES)
  S: * STATUS "old" (MESSAGES 1)
  S: A3 OK STATUS completed
`,
);

transcript(
  "LIST, LSUB, SUBSCRIBE, UNSUBSCRIBE",
  `
  ${LOGIN}
  C: A1 LIST "" ""
  S: * LIST (\\Noselect) "/" ""
  S: A1 OK LIST completed
  C: A2 CREATE a/b/c
  S: A2 OK CREATE completed
  C: A3 SUBSCRIBE a/b
  S: A3 OK SUBSCRIBE completed
  C: A4 SUBSCRIBE nowhere
  S: A4 NO [NONEXISTENT] Mailbox does not exist
  C: A5 LSUB "" *
  S: * LSUB () "/" "INBOX"
  S: * LSUB () "/" "a/b"
  S: A5 OK LSUB completed
  C: A6 LSUB "" %
  S: * LSUB () "/" "INBOX"
  S: * LSUB (\\Noselect) "/" "a"
  S: A6 OK LSUB completed
  C: A7 LIST a/ %
  S: * LIST (\\HasChildren) "/" "a/b"
  S: A7 OK LIST completed
  C: A8 LIST "" i%x
  S: A8 OK LIST completed
  C: A9 UNSUBSCRIBE INBOX
  S: A9 OK UNSUBSCRIBE completed
  C: A10 LIST (SUBSCRIBED) "" *
  S: * LIST (\\HasNoChildren \\Subscribed) "/" "INBOX"
  S: * LIST (\\HasChildren \\Subscribed) "/" "a/b"
  S: A10 OK LIST completed
  C: A11 LIST (SUBSCRIBED RECURSIVEMATCH) "" %
  S: * LIST (\\HasNoChildren \\Subscribed) "/" "INBOX"
  S: * LIST (\\HasChildren) "/" "a" ("CHILDINFO" ("SUBSCRIBED"))
  S: A11 OK LIST completed
  C: A12 LIST "" (INBOX a/b/c) RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES))
  S: * LIST (\\HasNoChildren \\Subscribed) "/" "INBOX"
  S: * STATUS "INBOX" (MESSAGES 0)
  S: * LIST (\\HasNoChildren) "/" "a/b/c"
  S: * STATUS "a/b/c" (MESSAGES 0)
  S: A12 OK LIST completed
  C: A13 LIST (RECURSIVEMATCH) "" *
  S: A13 BAD RECURSIVEMATCH needs SUBSCRIBED
  C: A14 LIST (NONSENSE) "" *
  S: A14 BAD Unknown selection option
  C: A15 LIST "" * RETURN (NONSENSE)
  S: A15 BAD Unknown return option
  C: A16 UNSUBSCRIBE a/b
  S: A16 OK UNSUBSCRIBE completed
  C: A17 LSUB "" a*
  S: A17 OK LSUB completed
  C: A18 CREATE Trash
  S: A18 OK CREATE completed
  C: A19 LIST (SPECIAL-USE) "" *
  S: * LIST (\\HasNoChildren \\Trash) "/" "Trash"
  S: A19 OK LIST completed
`,
);

transcript(
  "QUOTA",
  `
  ${LOGIN}
  ! deliver INBOX
  C: A1 GETQUOTAROOT "INBOX"
  S: * QUOTAROOT "INBOX" "User quota"
  S: * QUOTA "User quota" (STORAGE 1 1048576)
  S: A1 OK GETQUOTAROOT completed
  C: A2 GETQUOTA "User quota"
  S: * QUOTA "User quota" (STORAGE 1 1048576)
  S: A2 OK GETQUOTA completed
  C: A3 GETQUOTA ""
  S: A3 NO [NONEXISTENT] No such quota root
  C: A4 SETQUOTA "User quota" (STORAGE 5)
  S: A4 NO [NOPERM] Not permitted
  C: A5 GETQUOTAROOT nowhere
  S: A5 NO [NONEXISTENT] Mailbox does not exist
`,
);

transcript(
  "GETMETADATA and SETMETADATA",
  `
  ${LOGIN}
  C: A1 GETMETADATA "" (/shared/comment /Shared/admin /shared/nothing /shared/vendor/deltachat/appversions)
  S: * METADATA "" (/shared/comment NIL /Shared/admin "mailto:a@b" /shared/vendor/deltachat/appversions {2}
  S: {})
  S: A1 OK Getmetadata completed
  C: A2 GETMETADATA "" /shared/nothing
  S: A2 OK Getmetadata completed
  C: A3 GETMETADATA INBOX /private/devicetoken
  S: * METADATA "INBOX" (/private/devicetoken NIL)
  S: A3 OK Getmetadata completed
  C: A4 SETMETADATA INBOX (/private/devicetoken "openpgp:wU4D" )
  S: A4 OK Setmetadata completed
  C: A5 SETMETADATA "INBOX" (/private/devicetoken {3}
  S: + OK
  C: two)
  S: A5 OK Setmetadata completed
  C: A6 GETMETADATA "inbox" (/private/devicetoken)
  S: * METADATA "inbox" (/private/devicetoken {16}
  S: openpgp:wU4D two)
  S: A6 OK Getmetadata completed
  C: A7 GETMETADATA (MAXSIZE 5 DEPTH infinity) "" (/shared/admin /shared/comment)
  S: * METADATA "" (/shared/comment NIL)
  S: A7 OK [METADATA LONGENTRIES 10] Getmetadata completed
  C: A8 GETMETADATA "" (DEPTH 1) (/shared/comment)
  S: * METADATA "" (/shared/comment NIL)
  S: A8 OK Getmetadata completed
  C: A9 SETMETADATA INBOX (/private/devicetoken NIL)
  S: A9 OK Setmetadata completed
  C: A10 GETMETADATA INBOX /private/devicetoken
  S: * METADATA "INBOX" (/private/devicetoken NIL)
  S: A10 OK Getmetadata completed
  C: A11 SETMETADATA "" (/shared/comment "mine")
  S: A11 NO [NOPERM] Permission denied
  C: A12 SETMETADATA INBOX (/private/comment "mine")
  S: A12 NO [METADATA TOOMANY] Not supported
  C: A13 SETMETADATA INBOX (/private/devicetoken "${"x".repeat(4097)}")
  S: A13 NO [METADATA MAXSIZE 4096] Value too long
  C: A14 SETMETADATA INBOX (/private/devicetoken "a b")
  S: A14 BAD Invalid device token
  C: A15 SETMETADATA nowhere (/private/devicetoken "ab")
  S: A15 NO [NONEXISTENT] Mailbox does not exist
  C: A16 GETMETADATA nowhere /private/devicetoken
  S: A16 NO [NONEXISTENT] Mailbox does not exist
  C: A17 GETMETADATA "" shared
  S: A17 BAD Invalid entry name
  C: A18 SETMETADATA INBOX ()
  S: A18 BAD Expected an entry
`,
  {
    world: () =>
      memoryWorld((backend) => {
        backend.shared.set("/shared/comment", null);
        backend.shared.set("/shared/admin", "mailto:a@b");
        backend.shared.set("/shared/vendor/deltachat/appversions", "{}");
      }),
  },
);

transcript(
  "SETMETADATA with push off",
  `
  ${LOGIN.replace(" XDELTAPUSH", "")}
  C: A1 SETMETADATA INBOX (/private/devicetoken "abc")
  S: A1 NO [CANNOT] Push notifications disabled
`,
  {
    world: () =>
      memoryWorld((backend) =>
        backend.current = { ...backend.current, push: "off" }
      ),
  },
);

transcript(
  "a subscription outlives its mailbox, until it is ended",
  `
  ${LOGIN}
  C: A1 CREATE a
  S: A1 OK CREATE completed
  C: A2 SUBSCRIBE a
  S: A2 OK SUBSCRIBE completed
  C: A3 DELETE a
  S: A3 OK DELETE completed
  C: A4 LSUB "" a
  S: * LSUB () "/" "a"
  S: A4 OK LSUB completed
  C: A5 LIST (SUBSCRIBED) "" a
  S: * LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" "a"
  S: A5 OK LIST completed
  C: A6 LIST "" *
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: A6 OK LIST completed
  C: A7 SELECT a
  S: A7 NO [NONEXISTENT] Mailbox does not exist
  C: A8 DELETE a
  S: A8 NO [NONEXISTENT] Mailbox does not exist
  C: A9 RENAME a b
  S: A9 NO [NONEXISTENT] Mailbox does not exist
  C: A10 CREATE c
  S: A10 OK CREATE completed
  C: A11 RENAME c a
  S: A11 OK RENAME completed
  C: A12 DELETE a
  S: A12 OK DELETE completed
  C: B1 LSUB "" a
  S: * LSUB () "/" "a"
  S: B1 OK LSUB completed
  C: B2 UNSUBSCRIBE a
  S: B2 OK UNSUBSCRIBE completed
  C: A13 SUBSCRIBE a
  S: A13 NO [NONEXISTENT] Mailbox does not exist
  C: A14 CREATE x/y
  S: A14 OK CREATE completed
  C: A15 SUBSCRIBE x
  S: A15 OK SUBSCRIBE completed
  C: A16 DELETE x
  S: A16 OK DELETE completed
  C: A17 DELETE x/y
  S: A17 OK DELETE completed
  C: A18 LIST "" *
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: A18 OK LIST completed
  C: A19 UNSUBSCRIBE x
  S: A19 OK UNSUBSCRIBE completed
  C: A20 UNSUBSCRIBE x
  S: A20 NO [NONEXISTENT] Mailbox does not exist
  C: A21 CREATE x
  S: A21 OK CREATE completed
`,
);

transcript(
  "a name has no place once all below it is gone",
  `
  ${LOGIN}
  C: A1 CREATE a/b
  S: A1 OK CREATE completed
  C: A2 DELETE a
  S: A2 OK DELETE completed
  C: A3 DELETE a
  S: A3 NO [CANNOT] Mailbox cannot be deleted
  C: A4 LIST "" *
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: * LIST (\\Noselect \\HasChildren) "/" "a"
  S: * LIST (\\HasNoChildren) "/" "a/b"
  S: A4 OK LIST completed
  C: A5 DELETE a/b
  S: A5 OK DELETE completed
  C: A6 DELETE a
  S: A6 NO [NONEXISTENT] Mailbox does not exist
  C: A7 CREATE x/y
  S: A7 OK CREATE completed
  C: A8 RENAME x a
  S: A8 OK RENAME completed
  C: A9 LIST "" *
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: * LIST (\\HasChildren) "/" "a"
  S: * LIST (\\HasNoChildren) "/" "a/y"
  S: A9 OK LIST completed
`,
);
