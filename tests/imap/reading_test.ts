/** FETCH and SEARCH within whole sessions. */
import { transcript } from "./transcript.ts";
import { memoryWorld, MESSAGE } from "./world.ts";

const GREETING =
  "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN] IMAP4rev1 ready";
const LOGIN = `${GREETING}
  C: L LOGIN ann@relay.example secret
  S: L OK [CAPABILITY IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600 XCHATMAIL XDELTAPUSH] Logged in`;

const CHAT = `From: bob@relay.example
Message-ID: <m1@relay.example>
Chat-Version: 1.0
Content-Type: multipart/encrypted; boundary=b

--b
secret
--b--
`;

function world(...messages: readonly string[]) {
  return () =>
    memoryWorld(({ mail }) => {
      for (const message of messages) mail.deliver("INBOX", message);
    });
}

function selected(exists: number): string {
  return `${LOGIN}
  C: S SELECT "INBOX"
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S: * ${exists} EXISTS
  S: * 0 RECENT
  ${exists > 0 ? "S: * OK [UNSEEN 1] First unseen" : ""}
  S: * OK [UIDVALIDITY 1760000000] UIDs valid
  S: * OK [UIDNEXT ${exists + 1}] Predicted next UID
  S: * OK [HIGHESTMODSEQ 1] Highest
  S: S OK [READ-WRITE] SELECT completed`.replace(/\n\s*\n/g, "\n");
}

const FIELDS =
  "MESSAGE-ID DATE X-MICROSOFT-ORIGINAL-MESSAGE-ID FROM CONTENT-TYPE SECURE-JOIN CHAT-VERSION CHAT-IS-POST-MESSAGE AUTOCRYPT-SETUP-MESSAGE";

transcript(
  "Delta Chat fetches, deletes and closes",
  `${selected(1)}
  C: A0005 UID FETCH 1:500 (UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (${FIELDS})])
  S: * 1 FETCH (UID 1 RFC822.SIZE 145 BODY[HEADER.FIELDS (${FIELDS})] {125}
  S: From: bob@relay.example
  S: Message-ID: <m1@relay.example>
  S: Chat-Version: 1.0
  S: Content-Type: multipart/encrypted; boundary=b
  S:
  S: )
  S: A0005 OK FETCH completed
  C: A0006 UID FETCH 1 (FLAGS BODY.PEEK[])
  S: * 1 FETCH (UID 1 FLAGS () BODY[] {145}
  S: From: bob@relay.example
  S: Message-ID: <m1@relay.example>
  S: Chat-Version: 1.0
  S: Content-Type: multipart/encrypted; boundary=b
  S:
  S: --b
  S: secret
  S: --b--
  S: )
  S: A0006 OK FETCH completed
  C: A0007 UID STORE 1 +FLAGS (\\Deleted)
  S: * 1 FETCH (UID 1 FLAGS (\\Deleted))
  S: A0007 OK STORE completed
  C: A0008 CLOSE
  S: A0008 OK CLOSE completed
  C: A0009 UID FETCH 1 (FLAGS)
  S: A0009 BAD Command not allowed now
`,
  { world: world(CHAT) },
);

transcript(
  "FETCH by number keeps EXPUNGE back, UID FETCH does not",
  `${selected(3)}
  ! remove INBOX 2
  C: A1 FETCH 1,3 UID
  S: * 1 FETCH (UID 1)
  S: * 3 FETCH (UID 3)
  S: A1 OK FETCH completed
  C: A2 SEARCH ALL
  S: * SEARCH 1 3
  S: A2 OK [EXPUNGEISSUED] SEARCH completed
  C: A3 FETCH 2:3 UID
  S: * 3 FETCH (UID 3)
  S: A3 NO [EXPUNGEISSUED] Some messages were expunged
  C: A4 UID FETCH 2:3 FLAGS
  S: * 3 FETCH (UID 3 FLAGS ())
  S: * 2 EXPUNGE
  S: A4 OK FETCH completed
  C: A5 FETCH 2 UID
  S: * 2 FETCH (UID 3)
  S: A5 OK FETCH completed
`,
  { world: world(MESSAGE, MESSAGE, MESSAGE) },
);

transcript(
  "flags that FETCH sets are told once",
  `${selected(1)}
  C: A1 UID FETCH 1 (BODY[TEXT]<0.5>)
  S: * 1 FETCH (UID 1 BODY[TEXT]<0> {5}
  S: hello FLAGS (\\Seen))
  S: A1 OK FETCH completed
  C: A2 NOOP
  S: A2 OK NOOP completed
`,
  { world: world(MESSAGE) },
);

transcript(
  "new mail is announced behind the answer",
  `${selected(1)}
  ! deliver INBOX
  C: A1 UID FETCH 1:* (UID)
  S: * 1 FETCH (UID 1)
  S: * 2 EXISTS
  S: A1 OK FETCH completed
  C: A2 UID FETCH 2:* (UID RFC822.SIZE)
  S: * 2 FETCH (UID 2 RFC822.SIZE 47)
  S: A2 OK FETCH completed
`,
  { world: world(MESSAGE) },
);

transcript(
  "commands that cannot be read leave the session usable",
  `${selected(1)}
  C: A1 FETCH
  S: A1 BAD Expected a space
  C: A2 FETCH 1 (FLAGS
  S: A2 BAD Expected ")"
  C: A3 FETCH 2 FLAGS
  S: A3 BAD Invalid sequence
  C: A4 SEARCH CHARSET X-FOO ALL
  S: A4 NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset
  C: A5 SEARCH SUBJECT {2}
  S: + OK
  C: hi
  S: * SEARCH 1
  S: A5 OK SEARCH completed
  C: A6 UID SEARCH RETURN (COUNT) SUBJECT {2+}
  C: hi FROM {3+}
  C: bob
  S: * ESEARCH (TAG "A6") UID COUNT 1
  S: A6 OK SEARCH completed
  C: A7 FETCH 1 BODY.PEEK[HEADER.FIELDS ({4}
  S: + OK
  C: From)]
  S: * 1 FETCH (BODY[HEADER.FIELDS (From)] {27}
  S: From: bob@relay.example
  S:
  S: )
  S: A7 OK FETCH completed
`,
  { world: world(MESSAGE) },
);

transcript(
  "NIL is an atom like others where a string or flag is asked for",
  `${selected(1)}
  C: A1 SEARCH SUBJECT NIL
  S: * SEARCH
  S: A1 OK SEARCH completed
  C: A2 STORE 1 +FLAGS (NIL)
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft NIL)
  S: * 1 FETCH (FLAGS (NIL))
  S: A2 OK STORE completed
  C: A3 SEARCH KEYWORD nil
  S: * SEARCH 1
  S: A3 OK SEARCH completed
  C: A4 FETCH 1 FLAGS
  S: * 1 FETCH (FLAGS (NIL))
  S: A4 OK FETCH completed
`,
  { world: world(MESSAGE) },
);
