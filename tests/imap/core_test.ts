/** What Delta Chat core sends on a connection, in its order. */
import { transcript } from "./transcript.ts";

const PREFETCH =
  "MESSAGE-ID DATE X-MICROSOFT-ORIGINAL-MESSAGE-ID FROM CONTENT-TYPE SECURE-JOIN CHAT-VERSION CHAT-IS-POST-MESSAGE AUTOCRYPT-SETUP-MESSAGE";
const EMPTY_SELECT = (tag: string, uidNext: number) =>
  `C: ${tag} SELECT "INBOX"
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S: * 0 EXISTS
  S: * 0 RECENT
  S: * OK [UIDVALIDITY 1] UIDs valid
  S: * OK [UIDNEXT ${uidNext}] Predicted next UID
  S: * OK [HIGHESTMODSEQ 1] Highest
  S: ${tag} OK [READ-WRITE] SELECT completed`;

transcript(
  "a message is fetched, deleted, and the next one waited for",
  `
  S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN] IMAP4rev1 ready
  C: A0001 LOGIN "ann@relay.example" "secret"
  S: A0001 OK [CAPABILITY IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600 XCHATMAIL XDELTAPUSH] Logged in
  C: A0002 GETQUOTAROOT "INBOX"
  S: * QUOTAROOT "INBOX" "User quota"
  S: * QUOTA "User quota" (STORAGE 0 1048576)
  S: A0002 OK GETQUOTAROOT completed
  C: A0003 GETMETADATA "" (/shared/comment /shared/admin /shared/vendor/deltachat/irohrelay /shared/vendor/deltachat/turn /shared/vendor/deltachat/maxsmtprecipients /shared/vendor/deltachat/appversions)
  S: A0003 OK Getmetadata completed
  ${EMPTY_SELECT("A0004", 1)}
  C: A0005 IDLE
  S: + idling
  ! deliver INBOX
  S: * 1 EXISTS
  C: DONE
  S: A0005 OK IDLE terminated
  C: A0006 UID FETCH 1:500 (UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (${PREFETCH})])
  S: * 1 FETCH (UID 1 RFC822.SIZE 47 BODY[HEADER.FIELDS (${PREFETCH})] {27}
  S: From: bob@relay.example
  S: ${""}
  S: )
  S: A0006 OK FETCH completed
  C: A0007 UID FETCH 1 (FLAGS BODY.PEEK[])
  S: * 1 FETCH (UID 1 FLAGS () BODY[] {47}
  S: From: bob@relay.example
  S: Subject: hi
  S: ${""}
  S: hello
  S: )
  S: A0007 OK FETCH completed
  C: A0008 UID STORE 1 +FLAGS (\\Deleted)
  S: * 1 FETCH (UID 1 FLAGS (\\Deleted))
  S: A0008 OK STORE completed
  ! deliver INBOX
  C: A0009 CLOSE
  S: A0009 OK CLOSE completed
  C: A0010 SELECT "INBOX"
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S: * 1 EXISTS
  S: * 0 RECENT
  S: * OK [UNSEEN 1] First unseen
  S: * OK [UIDVALIDITY 1] UIDs valid
  S: * OK [UIDNEXT 3] Predicted next UID
  S: * OK [HIGHESTMODSEQ 1] Highest
  S: A0010 OK [READ-WRITE] SELECT completed
  C: A0011 UID STORE 1:2 +FLAGS (\\Deleted)
  S: * 1 FETCH (UID 2 FLAGS (\\Deleted))
  S: A0011 OK STORE completed
  C: A0012 CLOSE
  S: A0012 OK CLOSE completed
  ${EMPTY_SELECT("A0013", 3)}
  C: A0014 IDLE
  S: + idling
  T: 121000
  S: * OK Still here
`,
);

transcript(
  "older cores move messages into a mailbox of their own",
  `
  S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN] IMAP4rev1 ready
  C: A1 LOGIN "ann@relay.example" "secret"
  S: A1 OK [CAPABILITY IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600 XCHATMAIL XDELTAPUSH] Logged in
  C: A2 LIST "" "*"
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: A2 OK LIST completed
  C: A3 SELECT "DeltaChat"
  S: A3 NO [NONEXISTENT] Mailbox does not exist
  C: A4 CREATE "DeltaChat"
  S: A4 OK CREATE completed
  ! deliver INBOX
  C: A5 EXAMINE INBOX
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS ()] Flags permitted
  S: * 1 EXISTS
  S: * 0 RECENT
  S: * OK [UNSEEN 1] First unseen
  S: * OK [UIDVALIDITY 1] UIDs valid
  S: * OK [UIDNEXT 2] Predicted next UID
  S: * OK [HIGHESTMODSEQ 1] Highest
  S: A5 OK [READ-ONLY] EXAMINE completed
  C: A6 UID MOVE 1 "DeltaChat"
  S: A6 NO [READ-ONLY] Mailbox is read-only
  C: A7 UID COPY 1 "DeltaChat"
  S: A7 OK [COPYUID 1 1 1] COPY completed
  C: A8 STATUS DeltaChat (MESSAGES)
  S: * STATUS "DeltaChat" (MESSAGES 1)
  S: A8 OK STATUS completed
`,
);
