import type { ModSeq } from "../../src/base/ids.ts";
/** What sessions are told of what others do (RFC 3501 §7). */
import { CAPABILITIES, GREETING, selected } from "./selected_inbox.ts";
import { transcript } from "./transcript.ts";
import { memoryWorld, type World } from "./world.ts";

transcript(
  "NOOP tells what has happened since",
  `
  ! deliver INBOX
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 3, 4)}
  ! deliver INBOX
  ! remove INBOX 2
  C: A1 NOOP
  S: * 2 EXPUNGE
  S: * 3 EXISTS
  S: A1 OK NOOP completed
  C: A2 NOOP
  S: A2 OK NOOP completed
  ! deliver INBOX
  ! remove INBOX 5
  C: A3 NOOP
  S: A3 OK NOOP completed
  ! remove INBOX 1,3,4
  C: A4 NOOP
  S: * 3 EXPUNGE
  S: * 2 EXPUNGE
  S: * 1 EXPUNGE
  S: A4 OK NOOP completed
  ! deliver INBOX
  C: A5 NOOP
  S: * 1 EXISTS
  S: A5 OK NOOP completed
`,
);

transcript(
  "flags and removals reach the other session, with its own numbers",
  `
  ! deliver INBOX
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 3, 4)}
  ${selected("2", 3, 4)}
  C: A1 UID STORE 1,3 +FLAGS.SILENT (\\Deleted)
  S: A1 OK STORE completed
  C2: B1 NOOP
  S2: * 1 FETCH (FLAGS (\\Deleted))
  S2: * 3 FETCH (FLAGS (\\Deleted))
  S2: B1 OK NOOP completed
  C: A2 UID EXPUNGE 1
  S: * 1 EXPUNGE
  S: A2 OK EXPUNGE completed
  C2: B2 UID STORE 1:* +FLAGS (\\Seen)
  S2: * 2 FETCH (UID 2 FLAGS (\\Seen))
  S2: * 3 FETCH (UID 3 FLAGS (\\Deleted \\Seen))
  S2: * 1 EXPUNGE
  S2: B2 OK STORE completed
  C: A3 NOOP
  S: * 1 FETCH (FLAGS (\\Seen))
  S: * 2 FETCH (FLAGS (\\Deleted \\Seen))
  S: A3 OK NOOP completed
  C: A4 CLOSE
  S: A4 OK CLOSE completed
  C2: B3 CHECK
  S2: * 2 EXPUNGE
  S2: B3 OK CHECK completed
`,
);

transcript(
  "EXPUNGE waits while sequence numbers are in use",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ! remove INBOX 1
  ! deliver INBOX
  C: A1 STORE 1:2 +FLAGS (\\Seen)
  S: * 2 FETCH (FLAGS (\\Seen))
  S: * 3 EXISTS
  S: A1 NO [EXPUNGEISSUED] Some messages were expunged
  C: A2 STORE 3 +FLAGS (\\Seen)
  S: * 3 FETCH (FLAGS (\\Seen))
  S: A2 OK STORE completed
  C: A3 NOOP
  S: * 1 EXPUNGE
  S: A3 OK NOOP completed
  C: A4 STORE 3 +FLAGS (\\Seen)
  S: A4 BAD Invalid sequence
`,
);

transcript(
  "CONDSTORE notices carry mod-sequences",
  `
  ! deliver INBOX
  ${selected("", 1, 2)}
  ${selected("2", 1, 2)}
  C2: B1 ENABLE CONDSTORE
  S2: * ENABLED CONDSTORE
  S2: B1 OK ENABLE completed
  C: A1 STORE 1 FLAGS (\\Seen $Label)
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)
  S: * 1 FETCH (FLAGS (\\Seen $Label))
  S: A1 OK STORE completed
  C2: B2 NOOP
  S2: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)
  S2: * 1 FETCH (FLAGS (\\Seen $Label) MODSEQ (3))
  S2: B2 OK NOOP completed
`,
);

transcript(
  "keywords are told before they are used, and nothing after BYE",
  `
  ! deliver INBOX
  ${selected("", 1, 2)}
  ${selected("2", 1, 2)}
  C: A1 STORE 1 FLAGS ($Label)
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)
  S: * 1 FETCH (FLAGS ($Label))
  S: A1 OK STORE completed
  C2: B1 FETCH 1 FLAGS
  S2: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)
  S2: * 1 FETCH (FLAGS ($Label))
  S2: B1 OK FETCH completed
  C: A2 STORE 1 FLAGS (\\Seen)
  S: * 1 FETCH (FLAGS (\\Seen))
  S: A2 OK STORE completed
  C2: B2 LOGOUT
  S2: * BYE Logging out
  S2: B2 OK LOGOUT completed
`,
);

transcript(
  "IDLE tells new mail at once, the rest together within two seconds",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ! deliver INBOX
  C: A1 IDLE
  S: + idling
  S: * 3 EXISTS
  ! deliver INBOX
  S: * 4 EXISTS
  ! remove INBOX 1
  ! remove INBOX 3
  T: 1000
  T: 1000
  S: * 3 EXPUNGE
  S: * 1 EXPUNGE
  ! remove INBOX 2
  ! deliver INBOX
  S: * 1 EXPUNGE
  S: * 2 EXISTS
  ! remove INBOX 4
  C: done
  S: * 1 EXPUNGE
  S: A1 OK IDLE terminated
  ! deliver INBOX
  C: A2 IDLE
  S: + idling
  S: * 2 EXISTS
  C: A3 NOOP
  S: A2 BAD Expected DONE
  C: A4 NOOP
  S: A4 OK NOOP completed
  C: A5 IDLE
  S: + idling
  C: A6 LOGIN {3}
  S: A5 BAD Expected DONE
  C: A7 IDLE
  S: + idling
  C: A6 LOGIN {3+}
  C: abc
  S: A7 BAD Expected DONE
  C: A8 NOOP
  S: A8 OK NOOP completed
`,
);

transcript(
  "IDLE is kept alive; silence elsewhere ends",
  `
  S: ${GREETING}
  C: L LOGIN ann@relay.example secret
  S: L OK [CAPABILITY ${CAPABILITIES}] Logged in
  C: A1 IDLE
  S: + idling
  T: 119000
  T: 1500
  S: * OK Still here
  T: 119000
  T: 1500
  S: * OK Still here
  T: 2000000
  ${"S: * OK Still here\n".repeat(16)}
  C: DONE
  S: A1 OK IDLE terminated
  T: 1799000
  T: 1500
  S: * BYE Disconnected for inactivity
`,
);

transcript(
  "a peer that does not log in is sent away",
  `
  S: ${GREETING}
  C: A1 NOOP
  S: A1 OK NOOP completed
  T: 59000
  T: 1500
  S: * BYE Disconnected for inactivity
`,
);

transcript(
  "a mailbox that is deleted ends the sessions in it",
  `
  S: ${GREETING}
  C: L LOGIN ann@relay.example secret
  S: L OK [CAPABILITY ${CAPABILITIES}] Logged in
  C: A1 CREATE box
  S: A1 OK CREATE completed
  C: A2 SELECT box
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S: * 0 EXISTS
  S: * 0 RECENT
  S: * OK [UIDVALIDITY 1] UIDs valid
  S: * OK [UIDNEXT 1] Predicted next UID
  S: * OK [HIGHESTMODSEQ 1] Highest
  S: A2 OK [READ-WRITE] SELECT completed
  S2: ${GREETING}
  C2: L LOGIN ann@relay.example secret
  S2: L OK [CAPABILITY ${CAPABILITIES}] Logged in
  C2: B1 DELETE box
  S: * BYE Mailbox deleted
  S2: B1 OK DELETE completed
  C2: B2 CREATE box
  S2: B2 OK CREATE completed
  C2: B3 SELECT box
  S2: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S2: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S2: * 0 EXISTS
  S2: * 0 RECENT
  S2: * OK [UIDVALIDITY 2] UIDs valid
  S2: * OK [UIDNEXT 1] Predicted next UID
  S2: * OK [HIGHESTMODSEQ 1] Highest
  S2: B3 OK [READ-WRITE] SELECT completed
  C2: B4 DELETE box
  S2: B4 OK DELETE completed
  C2: B5 CHECK
  S2: B5 BAD Command not allowed now
`,
);

// What SELECT reads is followed by mail that it did not see.
transcript(
  "mail that comes while a mailbox is being selected is announced",
  `
  ${selected("", 0, 1).replace("S: S OK", "S: * 1 EXISTS\n  S: S OK")}
  C: A1 IDLE
  S: + idling
  ! deliver INBOX
  S: * 2 EXISTS
`,
  {
    world: () => {
      const world = memoryWorld();
      const { mail } = world.backend;
      const select = mail.select.bind(mail);
      mail.select = async (name, listener) => {
        const watched = await select(name, listener);
        mail.deliver(name, "", { flags: 1 });
        return watched;
      };
      return world;
    },
  },
);

// A mod-sequence that was heard of and is no more, as after a failover that lost commits.
transcript(
  "a change that the store has lost ends the session",
  `
  ${selected("", 0, 1)}
  ! promise
  C: A1 NOOP
  S: A1 OK NOOP completed
  S: * BYE Mailbox is out of step
`,
  {
    world: () => {
      const world = memoryWorld();
      const { listeners, mailbox } = world.backend.mail.box("INBOX");
      return {
        ...world,
        act() {
          const modSeq = mailbox.highestModSeq + 5 as ModSeq;
          const previous = modSeq - 1 as ModSeq;
          const nothing = { appended: [], flags: [], expunged: [] };
          for (const listener of listeners) {
            listener({ ...nothing, mailbox: mailbox.id, previous, modSeq });
          }
        },
      };
    },
  },
);

/** With the actions `silently` and `aloud`, and `forget` for what was expunged. */
function deafWorld(): World {
  const world = memoryWorld();
  const { listeners, removed } = world.backend.mail.box("INBOX");
  const heard = [...listeners];
  return {
    ...world,
    act(name) {
      if (name === "forget") removed.length = 0;
      else if (name === "silently") {
        heard.push(...listeners);
        listeners.clear();
      } else for (const listener of heard) listeners.add(listener);
    },
  };
}

transcript(
  "changes that were not heard of are read when the next one is heard",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ! silently
  ! deliver INBOX
  ! remove INBOX 1
  ! aloud
  C: A1 NOOP
  S: A1 OK NOOP completed
  ! deliver INBOX 4
  C: A2 NOOP
  S: * 1 EXPUNGE
  S: * 3 EXISTS
  S: A2 OK NOOP completed
`,
  { world: deafWorld },
);

transcript(
  "a session that cannot know what happened ends",
  `
  ! deliver INBOX
  ! deliver INBOX
  ${selected("", 2, 3)}
  ! silently
  ! remove INBOX 1
  ! forget
  ! aloud
  ! deliver INBOX 4
  C: A1 NOOP
  S: * 3 EXISTS
  S: A1 OK NOOP completed
  C: A2 UID STORE 2 +FLAGS.SILENT (\\Seen)
  S: A2 OK STORE completed
  S: * BYE Mailbox is out of step
`,
  { world: deafWorld },
);

transcript(
  "LOGOUT tells nothing of what has happened",
  `
  ${selected("", 0, 1)}
  ! deliver INBOX
  C: A1 LOGOUT
  S: * BYE Logging out
  S: A1 OK LOGOUT completed
`,
);
