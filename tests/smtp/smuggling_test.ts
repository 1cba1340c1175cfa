/**
 * One message may never become two, nor a command: every way to end a line or a
 * message that is not the one way ends the connection instead.
 */
import assert from "node:assert/strict";
import { SmtpSession } from "../../src/smtp/server/session.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { testPolicy, transcript } from "./transcript.ts";

const IN_DATA = `
  S: 220 relay.example ESMTP
  C: HELO mx.other.example
  S: 250 relay.example
  C: MAIL FROM:<zoe@other.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
`;
const NOTHING = ({ messages }: { messages: readonly unknown[] }) =>
  assert.equal(messages.length, 0);

const LINE_ENDS = ["\\n", "\\r", "\\r\\r\\n", "\\n\\r", "\\r\\n"];
for (const before of LINE_ENDS) {
  for (const after of LINE_ENDS) {
    if (before === "\\r\\n" && after === "\\r\\n") continue;
    const first = before === "\\r\\n" ? after : before;
    const bare = first.startsWith("\\r") ? "CR" : "LF";
    const smuggled = "MAIL FROM:<admin@relay.example>\\r\\n" +
      "RCPT TO:<bob@relay.example>\\r\\nDATA\\r\\nx\\r\\n.\\r\\n";
    transcript(
      `"${before}.${after}" does not end a message`,
      {
        service: "mx",
        lockstep: true,
        check: NOTHING,
      },
      `${IN_DATA}
      C: A: b\\r\\n\\r\\nbody${before}.${after}${smuggled}
      S: 550 5.5.2 Bare <${bare}> received
      S: (close)
    `,
    );
  }
}

const IN_COMMANDS: readonly [string, string, string][] = [
  ["a bare LF", "NOOP\\nNOOP\\r\\n", "500 5.5.2 Bare <LF> received"],
  ["a bare CR", "NOOP\\rNOOP\\r\\n", "500 5.5.2 Bare <CR> received"],
  ["NUL", "NO\\0OP\\r\\n", "500 5.5.2 NUL received"],
  ["a web request", "POST / HTTP/1.1", "421 4.7.0 This is not a mail client"],
  ["a proxy request", "CONNECT x:25 y", "421 4.7.0 This is not a mail client"],
];
for (const [name, text, reply] of IN_COMMANDS) {
  transcript(
    `${name} in a command ends the connection`,
    {},
    `
    S: 220 relay.example ESMTP
    C: NOOP
    S: 250 2.0.0 OK
    C: ${text}
    S: ${reply}
    S: (close)
  `,
  );
}

transcript(
  "TLS where SMTP is spoken is hung up on",
  {},
  `
  S: 220 relay.example ESMTP
  C: \\x16\\x03\\x01\\x02\\0\\x01\\0\\r\\n
  S: (close)
`,
);

transcript(
  "a message before its 354 is not taken from other servers",
  {
    service: "mx",
    lockstep: true,
    check: NOTHING,
  },
  IN_DATA.replace("C: DATA", "C: DATA\\r\\nA: b\\r\\n").replace(
    "S: 354 End data with <CR><LF>.<CR><LF>",
    "S: 554 5.7.0 Synchronization error\n  S: (close)",
  ),
);

transcript(
  "STARTTLS is not believed what came with it",
  {
    secure: false,
    lockstep: true,
  },
  `
  S: 220 relay.example ESMTP
  C: HELO x
  S: 250 relay.example
  C: STARTTLS\\r\\nNOOP\\r\\n
  S: (close)
`,
);

transcript(
  "a message without an end is not delivered",
  {
    lockstep: true,
    service: "mx",
    check: NOTHING,
  },
  `${IN_DATA}
  C: QUIT
`,
);

transcript(
  "lines may be as long as the limit",
  { lockstep: true },
  `
  S: 220 relay.example ESMTP
  C: NOOP ${"x".repeat(4089)}
  S: 250 2.0.0 OK
  C: NOOP ${"x".repeat(4090)}
  S: 500 5.5.2 Line too long
  C: NOOP
  S: 250 2.0.0 OK
  C: AUTH PLAIN
  S: 503 5.5.1 EHLO first
`,
);

for (const service of ["mx", "submission"] as const) {
  Deno.test(`${service} reads lines of 4 KiB before login, whatever the limit is`, async () => {
    let said = "";
    const session = new SmtpSession({
      backend: new MemoryBackend(),
      service,
      secure: true,
      peerAddress: "127.0.0.1",
      policy: { ...testPolicy(true), maxLineOctets: 65_536 },
      timers: { sleep: () => Promise.resolve(), every: () => () => {} },
      wire: {
        send: (text) => void (said += text),
        startTls: (text) => void (said += text),
        pendingOctets: () => 0,
        admit: () => true,
        sessionEnds: () => {},
      },
    });
    const say = async (text: string) => {
      said = "";
      await session.receive(new TextEncoder().encode(`${text}\r\n`));
      return said.slice(0, 3);
    };
    assert.equal(await say(`NOOP ${"x".repeat(4089)}`), "250");
    assert.equal(await say(`NOOP ${"x".repeat(4090)}`), "500");
    assert.equal(await say("EHLO x"), "250");
    if (service === "mx") return;
    assert.equal(await say("AUTH PLAIN"), "334");
    assert.equal(await say("A".repeat(4096)), "500");
    assert.equal(await say("AUTH LOGIN"), "334");
    assert.equal(await say("A".repeat(4092)), "334");
    assert.equal(await say("A".repeat(4096)), "500");
    const login = "AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==";
    assert.equal(await say(`AUTH PLAIN ${login}`), "235");
    assert.equal(await say(`NOOP ${"x".repeat(60_000)}`), "250");
  });
}

transcript(
  "errors end the connection in the end",
  { lockstep: true },
  `
  S: 220 relay.example ESMTP
  ${"C: WIZ\n  S: 500 5.5.2 Command not recognized\n  ".repeat(20)}
  S: 421 4.7.0 Too many errors
  S: (close)
`,
);
