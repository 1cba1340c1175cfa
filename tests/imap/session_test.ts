import assert from "node:assert/strict";
import { fromLatin1, latin1 } from "../../src/base/octets.ts";
import { Refusal } from "../../src/base/refusal.ts";
import { Stage, transcript } from "./transcript.ts";
import { memoryWorld } from "./world.ts";

const PRE = "IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN";
const POST =
  "IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600";
const HELLO = `S: * OK [CAPABILITY ${PRE}] IMAP4rev1 ready`;
const LOGGED_IN = `OK [CAPABILITY ${POST} XCHATMAIL XDELTAPUSH] Logged in`;

transcript(
  "CAPABILITY lists what is possible in each state",
  `
  ${HELLO}
  C: A1 CAPABILITY
  S: * CAPABILITY ${PRE}
  S: A1 OK CAPABILITY completed
  C: A2 LOGIN "ann@relay.example" "secret"
  S: A2 ${LOGGED_IN}
  C: A3 capability
  S: * CAPABILITY ${POST} XCHATMAIL XDELTAPUSH
  S: A3 OK CAPABILITY completed
  C: A4 CAPABILITY now
  S: A4 BAD Too many arguments
`,
);

transcript(
  "CAPABILITY follows the live limits",
  `
  S: * OK [CAPABILITY ${PRE} NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=5 COMPRESS=DEFLATE XCHATMAIL] IMAP4rev1 ready
  C: A2 LOGIN ann@relay.example secret
  S: A2 OK [CAPABILITY IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=5 COMPRESS=DEFLATE ID XCHATMAIL] Logged in
`,
  {
    world: () =>
      memoryWorld((backend) =>
        backend.current = {
          maxMessageOctets: 5,
          compress: true,
          advertiseId: true,
          preauthCapabilities: "full",
          push: "off",
        }
      ),
  },
);

transcript(
  "in clear there is no login, until STARTTLS",
  `
  S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID STARTTLS LOGINDISABLED] IMAP4rev1 ready
  C: A1 LOGIN ann@relay.example secret
  S: A1 NO [PRIVACYREQUIRED] TLS required
  C: A2 AUTHENTICATE PLAIN
  S: A2 NO [PRIVACYREQUIRED] TLS required
  C: A3 STARTTLS
  S: A3 OK Begin TLS negotiation now
  C: A4 CAPABILITY
  S: * CAPABILITY ${PRE}
  S: A4 OK CAPABILITY completed
  C: A5 STARTTLS
  S: A5 BAD TLS is already active
  C: A6 LOGIN ann@relay.example secret
  S: A6 ${LOGGED_IN}
`,
  { secure: false, lockstep: true },
);

transcript(
  "LOGIN takes literals; a refused one leaves the session usable",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example wrong
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A2 LOGIN {17}
  S: + OK
  C: ann@relay.example {6+}
  C: secret
  S: A2 ${LOGGED_IN}
  C: A3 LOGIN ann@relay.example secret
  S: A3 BAD Command not allowed now
`,
);

for (
  const [form, password, quoted] of [
    ["a quoted string with octets over 127", "pässwörd", '"pässwörd"'],
    ["a quoted string with quoted characters", 'a"b\\c', '"a\\"b\\\\c"'],
    ["a literal with octets over 127", "pä", "{3+}\n  C: pä"],
    ["an atom with wildcards", "100%*", "100%*"],
    ["an atom with all that is not a space", 'p(ä)"]\\{x}%', 'p(ä)"]\\{x}%'],
  ] as const
) {
  transcript(
    `LOGIN takes a password as ${form}`,
    `
  ${HELLO}
  C: A1 LOGIN ann@relay.example ${quoted}
  S: A1 ${LOGGED_IN}
  `,
    { world: () => memoryWorld((backend) => backend.password = password) },
  );
}

transcript(
  "LOGIN with names that nobody has is no syntax error",
  `
  ${HELLO}
  C: A1 LOGIN 50%@relay.example secret
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A2 LOGIN "änn@relay.example" secret
  S: A2 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A3 LOGIN ann@relay.example
  S: A3 BAD Expected a space
  C: A4 LOGIN "ann@relay.example" "secr
  S: A4 BAD Invalid quoted string
  C: A5 LOGIN ann@relay.example secret more
  S: A5 BAD Too many arguments
  C: A6 LOGIN ann@relay.example {word
  S: A6 BAD Expected a string
  C: A7 ID ("name" "ä")
  S: A7 BAD Invalid characters
  C: A8 LOGIN ann@relay.example secret
  S: A8 ${LOGGED_IN}
  C: A9 SELECT "ä"
  S: A9 BAD Invalid characters
`,
);

Deno.test("LOGIN and AUTHENTICATE keep octets that are no text apart", async () => {
  const octets = "\xff\xfe\xc3\x80";
  const others = ["\xfe\xff\xc3\x80", "\ufffd".repeat(3), "\xff\xfe\xc3\x81"];
  const seen: string[] = [];
  const world = memoryWorld((backend) =>
    backend.login = (_, password) => {
      seen.push(latin1(password));
      return Promise.reject(new Refusal("bad_credentials"));
    }
  );
  const stage = new Stage(world, { server: { maxLoginFailures: 100 } });
  const wire = stage.connect();
  for (const password of [octets, ...others]) {
    const sent = password.startsWith("\ufffd") ? utf8(password) : password;
    for (
      const line of [
        `A LOGIN ann "${sent}"`,
        `A LOGIN ann ${sent}`,
        `A LOGIN ann {${sent.length}+}\r\n${sent}`,
        `A AUTHENTICATE PLAIN ${btoa(`\0ann\0${sent}`)}`,
      ]
    ) {
      wire.push(fromLatin1(`${line}\r\n`));
      await stage.settle();
      assert.equal(seen.pop(), sent, line);
    }
  }
  await stage.end();
});

Deno.test("a refusal is counted when it is told, once", async () => {
  const told: string[] = [];
  const world = memoryWorld((backend) => {
    backend.countRefusal = (code) => void told.push(code);
  });
  const stage = new Stage(world, {});
  const wire = stage.connect();
  for (
    const line of [
      "A LOGIN ann@relay.example wrong",
      "A LOGIN ann@relay.example secret",
      "A SELECT Nowhere",
      "A NOOP",
    ]
  ) {
    wire.push(fromLatin1(`${line}\r\n`));
    await stage.settle();
  }
  assert.deepEqual(told, ["bad_credentials", "no_such_mailbox"]);
  await stage.end();
});

function utf8(text: string): string {
  return latin1(new TextEncoder().encode(text));
}

transcript(
  "a refused login says what to do about it",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example secret
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed: sign up at https://relay.example/new
`,
  {
    world: () =>
      memoryWorld((backend) =>
        backend.login = () =>
          Promise.reject(
            new Refusal("bad_credentials", {
              advice: "sign up at https://relay.example/new",
            }),
          )
      ),
  },
);

transcript(
  "lines before login are at most 32 KiB, whatever the limit is",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example ${"x".repeat(32_739)}
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A2 LOGIN ann@relay.example secret
  S: A2 ${LOGGED_IN}
  C: A3 LIST "" ${"x".repeat(60_000)}
  S: A3 OK LIST completed
`,
);

const LONGEST_ID = Array.from(
  { length: 30 }, // RFC 2971 §3.3
  (_, field) => `"${String(field).padStart(30, "f")}" "${"v".repeat(1024)}"`,
).join(" ");

transcript(
  "the longest ID is taken before login",
  `
  ${HELLO}
  C: A1 ID (${LONGEST_ID})
  S: * ID NIL
  S: A1 OK ID completed
`,
);

transcript(
  "a longer line before login ends the connection",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example {3+}
  C: abc
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A1 LOGIN ann@relay.example ${"x".repeat(32_740)}
  S: * BYE Line too long
`,
);

transcript(
  "LOGIN closes after three failures",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example wrong
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A2 LOGIN nobody@relay.example secret
  S: A2 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A3 AUTHENTICATE PLAIN AGFubkByZWxheS5leGFtcGxlAHdyb25n
  S: A3 NO [AUTHENTICATIONFAILED] Authentication failed
  S: * BYE Too many failed logins
`,
);

transcript(
  "LOGIN: trouble of ours is no failed login",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example secret
  S: A1 NO [UNAVAILABLE] Temporary problem, try again later
  C: A2 NOOP
  S: A2 OK NOOP completed
`,
  {
    world: () =>
      memoryWorld((backend) =>
        backend.login = () => Promise.reject(new Error("disk"))
      ),
    bugs: 1,
    lockstep: true,
  },
);

transcript(
  "AUTHENTICATE PLAIN with and without initial response",
  `
  ${HELLO}
  C: A1 AUTHENTICATE LOGIN
  S: A1 NO [CANNOT] Unsupported mechanism
  C: A2 AUTHENTICATE PLAIN
  S: + 
  C: *
  S: A2 BAD Authentication exchange cancelled
  C: A3 AUTHENTICATE PLAIN
  S: + 
  C: AGFubkByZWxheS5leGFtcGxlAHNlY3JldA
  S: A3 BAD Invalid base64
  C: A4 AUTHENTICATE PLAIN =
  S: A4 BAD Invalid credentials
  C: A5 AUTHENTICATE PLAIN
  S: + 
  C: AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==
  S: A5 ${LOGGED_IN}
`,
);

transcript(
  "AUTHENTICATE PLAIN takes an authorization identity that is the same",
  `
  ${HELLO}
  C: A1 AUTHENTICATE PLAIN Ym9iQHJlbGF5LmV4YW1wbGUAYW5uQHJlbGF5LmV4YW1wbGUAc2VjcmV0
  S: A1 NO [AUTHENTICATIONFAILED] Authentication failed
  C: A2 AUTHENTICATE PLAIN QU5OQHJlbGF5LmV4YW1wbGUAYW5uQHJlbGF5LmV4YW1wbGUAc2VjcmV0
  S: A2 ${LOGGED_IN}
`,
);

transcript(
  "tags, commands and characters that are none are BAD",
  `
  ${HELLO}
  C: 
  S: * BAD Invalid tag
  C: +A NOOP
  S: * BAD Invalid tag
  C: A1
  S: A1 BAD Expected a space
  C: A2 FROBNICATE
  S: A2 BAD Unknown command
  C: A3 UID LOGIN
  S: A3 BAD Unknown command
  C: A4 SELECT INBOX
  S: A4 BAD Command not allowed now
  C: A5 NOOP \u00e9
  S: A5 BAD Invalid characters
  C: A6 NOOP
  S: A6 OK NOOP completed
  C: A7 LOGOUT
  S: * BYE Logging out
  S: A7 OK LOGOUT completed
`,
);

transcript(
  "before login ten BADs are too many",
  `
  ${HELLO}
  ${
    Array.from({ length: 10 }, (_, i) =>
      `C: A${i} X
  S: A${i} BAD Unknown command`).join("\n")
  }
  S: * BYE Too many invalid commands
`,
);

transcript(
  "after login fifty BADs are too many",
  `
  ${HELLO}
  C: A LOGIN ann@relay.example secret
  S: A ${LOGGED_IN}
  ${
    Array.from({ length: 50 }, (_, i) =>
      `C: A${i} SELECT
  S: A${i} BAD Expected a space`).join("\n")
  }
  S: * BYE Too many invalid commands
`,
);

transcript(
  "a literal over the limit is refused, and its octets are not read as commands",
  `
  ${HELLO}
  C: A1 LOGIN {4097}
  S: A1 BAD Literal too large
  C: A2 LOGIN {4096}
  S: + OK
  C: ${"x".repeat(4096)} {1}
  S: A2 BAD Literal too large
  C: A3 LOGIN ann@relay.example secret
  S: A3 ${LOGGED_IN}
  C: A4 SELECT {65537}
  S: A4 BAD Literal too large
  C: A5 SELECT {65537+}
  C: ${"y".repeat(65537)} {3+}
  C: abc
  S: A5 BAD Literal too large
  C: A6 NOOP
  S: A6 OK NOOP completed
  C: A7 SELECT {209715201+}
  S: * BYE Literal too large
`,
  { lockstep: true },
);

transcript(
  "before login a literal that is not waited for ends the session when too large",
  `
  ${HELLO}
  C: A1 LOGIN {4097+}
  S: * BYE Literal too large
`,
  { lockstep: true },
);

transcript(
  "a line over the limit ends the session",
  `
  ${HELLO}
  C: A1 LOGIN ${"x".repeat(65_536)}
  S: * BYE Line too long
`,
  { lockstep: true },
);

transcript(
  "ID answers and forgets what it is told",
  `
  ${HELLO}
  C: A1 ID NIL
  S: * ID NIL
  S: A1 OK ID completed
  C: A2 LOGIN ann@relay.example secret
  S: A2 ${LOGGED_IN}
  C: A3 ID ("name" "Delta Chat")
  S: * ID ("name" "chatmail")
  S: A3 OK ID completed
  C: A4 ID ("name" NIL "version" {3}
  S: + OK
  C: 1.2)
  S: * ID ("name" "chatmail")
  S: A4 OK ID completed
  C: A5 ID ()
  S: * ID ("name" "chatmail")
  S: A5 OK ID completed
  C: A6 ID
  S: A6 BAD Expected a space
`,
);

transcript(
  "ENABLE and NAMESPACE",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example secret
  S: A1 ${LOGGED_IN}
  C: A2 ENABLE X-UNKNOWN
  S: * ENABLED
  S: A2 OK ENABLE completed
  C: A3 ENABLE CONDSTORE QRESYNC
  S: * ENABLED CONDSTORE
  S: A3 OK ENABLE completed
  C: A4 NAMESPACE
  S: * NAMESPACE (("" "/")) NIL NIL
  S: A4 OK NAMESPACE completed
  C: A5 ENABLE
  S: A5 BAD Expected a space
`,
);

transcript(
  "an error of ours is reported once and leaves the session usable",
  `
  ${HELLO}
  C: A1 LOGIN ann@relay.example secret
  S: A1 ${LOGGED_IN}
  C: A2 STATUS INBOX (MESSAGES)
  S: A2 NO [SERVERBUG] Internal error
  C: A3 NOOP
  S: A3 OK NOOP completed
`,
  {
    world: () =>
      memoryWorld((backend) =>
        backend.mail.find = () => Promise.reject(new Error("boom"))
      ),
    bugs: 1,
    lockstep: true,
  },
);
