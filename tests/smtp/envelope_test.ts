/** What MAIL, RCPT, DATA and their neighbours answer. */
import assert from "node:assert/strict";
import { MemoryBackend } from "./memory_backend.ts";
import { transcript } from "./transcript.ts";

const LOGGED_IN = `
  S: 220 relay.example ESMTP
  C: EHLO [127.0.0.1]
  S: 250-relay.example
  S: 250-PIPELINING
  S: 250-SIZE 1000
  S: 250-8BITMIME
  S: 250-ENHANCEDSTATUSCODES
  S: 250 AUTH PLAIN LOGIN
  C: AUTH PLAIN AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==
  S: 235 2.7.0 Authentication successful
`;
const MX = `
  S: 220 relay.example ESMTP
  C: HELO mx.other.example
  S: 250 relay.example
`;

transcript(
  "submission takes a message as Delta Chat sends it",
  {
    check({ messages: [message] }) {
      assert.equal(message?.sender.reversePath, "Ann@relay.example");
      assert.deepEqual(message?.recipients, [
        "bob@relay.example",
        "carol@other.example",
        "ann@relay.example",
      ]);
      assert.equal(
        message?.text,
        "From: <ann@relay.example>\r\n\r\n.x\r\n\r\n",
      );
    },
  },
  `${LOGGED_IN}
  C: MAIL FROM:<Ann@relay.example> BODY=8BITMIME
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: RCPT TO:<carol@other.example>
  S: 250 2.1.5 OK
  C: RCPT TO:<ann@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: From: <ann@relay.example>
  C: \\r\\n
  C: ..x
  C: \\r\\n
  C: .
  S: 250 2.0.0 OK
  C: QUIT
  S: 221 2.0.0 Bye
  S: (close)
`,
);

transcript(
  "commands have an order",
  { lockstep: true },
  `
  S: 220 relay.example ESMTP
  C: MAIL FROM:<ann@relay.example>
  S: 503 5.5.1 EHLO first
  C: VRFY ann
  S: 503 5.5.1 EHLO first
  C: HELO x
  S: 250 relay.example
  C: MAIL FROM:<ann@relay.example>
  S: 530 5.7.0 Authentication required
  C: RCPT TO:<ann@relay.example>
  S: 530 5.7.0 Authentication required
  C: DATA
  S: 530 5.7.0 Authentication required
  C: VRFY ann
  S: 530 5.7.0 Authentication required
  C: NOOP whatever
  S: 250 2.0.0 OK
  C: RSET
  S: 250 2.0.0 OK
  C: STARTTLS
  S: 503 5.5.1 TLS already active
`,
);

transcript(
  "within a transaction too",
  { lockstep: true },
  `${LOGGED_IN}
  C: RCPT TO:<bob@relay.example>
  S: 503 5.5.1 MAIL first
  C: DATA
  S: 503 5.5.1 RCPT first
  C: mail from: ann@relay.example size=10
  S: 250 2.1.0 OK
  C: MAIL FROM:<ann@relay.example>
  S: 503 5.5.1 Sender already given
  C: AUTH PLAIN AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==
  S: 503 5.5.1 Not allowed during a mail transaction
  C: DATA
  S: 503 5.5.1 RCPT first
  C: RCPT TO:<no_such_user@relay.example>
  S: 550 5.1.1 <no_such_user@relay.example>: No such user
  C: DATA
  S: 554 5.5.1 No valid recipients
  C: RSET
  S: 250 2.0.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 503 5.5.1 MAIL first
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
  C: EHLO again
  S: 250-relay.example
  S: 250-PIPELINING
  S: 250-SIZE 1000
  S: 250-8BITMIME
  S: 250-ENHANCEDSTATUSCODES
  S: 250 AUTH PLAIN LOGIN
  C: RCPT TO:<bob@relay.example>
  S: 503 5.5.1 MAIL first
`,
);

const FOREIGN = [
  "SRS0=aB/c+d=Q5=a.example=Ann@b.example",
  `bounce-${"x".repeat(150)}=relay.example@lists.example`,
  '"a\\"b\\":c;@d"@e.example',
  "a%b!c/d@e.example",
  '"a \\"b\\" <c>, @d"@e.example',
];

transcript(
  "legal addresses of others are taken as they are, as senders",
  {
    service: "mx",
    lockstep: true,
    check({ messages }) {
      assert.deepEqual(
        messages.map(({ sender }) => sender.reversePath),
        FOREIGN,
      );
    },
  },
  MX + FOREIGN.map((address) => `
  C: MAIL FROM:<${address.replaceAll("\\", "\\x5c")}> SIZE=1
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: .
  S: 250 2.0.0 OK
`).join(""),
);

transcript(
  "legal addresses of others are taken as they are, as recipients",
  {
    check({ messages: [message] }) {
      assert.deepEqual(message?.recipients, FOREIGN.slice(0, 3));
    },
  },
  LOGGED_IN + `
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK` +
    FOREIGN.slice(0, 3).map((address) => `
  C: RCPT TO:<${address.replaceAll("\\", "\\x5c")}>
  S: 250 2.1.5 OK`).join("") + `
  C: RCPT TO:<"a,b"@c.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<"a b"@c.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<"a\x5c b"@c.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<"a>b"@c.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<"a<b"@relay.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<a,b@c.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<"a>b@c.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<a"b"c@d.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:"a b"@c.example
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<${"x".repeat(320)}@d.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: .
  S: 250 2.0.0 OK
`,
);

transcript(
  "MAIL refuses what it cannot read",
  {},
  `${LOGGED_IN}
  C: MAIL
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL x FROM:<ann@relay.example>
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:<ann@relay.example
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:<ann@relay.example>x
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:<ann smith@relay.example>
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:<@relay.example>
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:<\\xfc@relay.example>
  S: 553 5.6.7 Non-ASCII address not permitted
  C: MAIL FROM:<ann@relay.example> SMTPUTF8
  S: 555 5.5.4 Unsupported parameter
  C: MAIL FROM:<ann@relay.example> RET=HDRS
  S: 555 5.5.4 Unsupported parameter
`,
);

transcript(
  "MAIL checks its parameters",
  {},
  `${LOGGED_IN}
  C: MAIL FROM:<ann@relay.example> SIZE=
  S: 501 5.5.4 Bad SIZE
  C: MAIL FROM:<ann@relay.example> SIZE=1x
  S: 501 5.5.4 Bad SIZE
  C: MAIL FROM:<ann@relay.example> SIZE=999999999999999999999
  S: 501 5.5.4 Bad SIZE
  C: MAIL FROM:<ann@relay.example> SIZE=1 SIZE=2
  S: 501 5.5.4 Duplicate parameter
  C: MAIL FROM:<ann@relay.example> BODY=BINARYMIME
  S: 501 5.5.4 Bad BODY
  C: MAIL FROM:<ann@relay.example> SIZE=1001
  S: 552 5.3.4 message file too big
  C: MAIL FROM:<ann@relay.example> SIZE=1000 AUTH=<> body=7bit
  S: 250 2.1.0 OK
`,
);

transcript(
  "RCPT refuses what it cannot read, and too much",
  {},
  `${LOGGED_IN}
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT FROM:<bob@relay.example>
  S: 501 5.1.3 Bad recipient address syntax
  C: RCPT TO:<bob@relay.example> NOTIFY=NEVER
  S: 555 5.5.4 Unsupported parameter
  C: RCPT TO:<\\xc3\\xbc@relay.example>
  S: 553 5.6.7 Non-ASCII address not permitted
  C: RCPT TO:<@a.example,@b.example:bob@relay.example>
  S: 250 2.1.5 OK
  C: RCPT TO:<Postmaster>
  S: 250 2.1.5 OK
  C: RCPT TO:bob@relay.example
  S: 250 2.1.5 OK
  C: RCPT TO:<carol@relay.example>
  S: 452 4.5.3 Too many recipients
`,
);

transcript(
  "other commands have the replies of the table",
  { lockstep: true },
  `
  S: 220 relay.example ESMTP
  C: EHLO
  S: 501 5.5.4 EHLO requires an argument
  C: HELO
  S: 501 5.5.4 HELO requires an argument
  C: EHLO two words
  S: 501 5.5.4 Not a host name
  C: HELO ${"x".repeat(256)}
  S: 501 5.5.4 Not a host name
  C: \\r\\n
  S: 500 5.5.2 Command not recognized
  C: WIZ
  S: 500 5.5.2 Command not recognized
  C: EXPN list
  S: 502 5.5.1 Command not implemented
  C: ETRN x
  S: 502 5.5.1 Command not implemented
  C: NOOP \\xff
  S: 501 5.5.2 Non-ASCII in command
  C: HELP
  S: 214 2.0.0 See RFC 5321
  C: QUIT now
  S: 221 2.0.0 Bye
  S: (close)
`,
);

transcript(
  "VRFY of another server needs TLS, but no EHLO",
  { service: "mx" },
  `
  S: 220 relay.example ESMTP
  C: VRFY ann@relay.example
  S: 252 2.0.0 Send some mail, I will try my best
`,
);

transcript(
  "VRFY in clear tells nothing",
  { service: "mx", secure: false },
  `
  S: 220 relay.example ESMTP
  C: VRFY ann
  S: 503 5.5.1 EHLO first
`,
);

transcript(
  "DATA takes no argument, VRFY tells nothing",
  { lockstep: true },
  `${LOGGED_IN}
  C: VRFY ann@relay.example
  S: 252 2.0.0 Send some mail, I will try my best
  C: VRFY nobody
  S: 252 2.0.0 Send some mail, I will try my best
  C: BDAT 10 LAST
  S: 502 5.5.1 Command not implemented
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: DATA now
  S: 501 5.5.4 No parameters allowed
  C: RSET now
  S: 501 5.5.4 No parameters allowed
`,
);

transcript(
  "port 25 takes a null sender and UTF-8, and no AUTH",
  {
    service: "mx",
  },
  `
  S: 220 relay.example ESMTP
  C: EHLO mx.other.example
  S: 250-relay.example
  S: 250-PIPELINING
  S: 250-SIZE 1000
  S: 250-8BITMIME
  S: 250-ENHANCEDSTATUSCODES
  S: 250 SMTPUTF8
  C: AUTH PLAIN =
  S: 502 5.5.1 Command not implemented
  C: MAIL FROM:<> SIZE=20
  S: 250 2.1.0 OK
  C: RSET
  S: 250 2.0.0 OK
  C: MAIL FROM:<\\xc3\\xbc@other.example>
  S: 553 5.6.7 Non-ASCII address not permitted
  C: MAIL FROM:<\\xfc@other.example> SMTPUTF8
  S: 501 5.1.7 Bad sender address syntax
  C: MAIL FROM:<\\xc3\\xbc@other.example> SMTPUTF8
  S: 250 2.1.0 OK
  C: RCPT TO:<relaying_denied@gmail.example>
  S: 550 5.7.1 Relaying denied
  C: RCPT TO:<bob@relay.example> \\xff
  S: 501 5.5.2 Non-ASCII in command
`,
);

transcript(
  "port 25 wants TLS first",
  { service: "mx", secure: false },
  `
  S: 220 relay.example ESMTP
  C: EHLO mx.other.example
  S: 250-relay.example
  S: 250-PIPELINING
  S: 250-SIZE 1000
  S: 250-8BITMIME
  S: 250-ENHANCEDSTATUSCODES
  S: 250-SMTPUTF8
  S: 250 STARTTLS
  C: MAIL FROM:<carol@other.example>
  S: 530 5.7.0 Must issue a STARTTLS command first
  C: AUTH PLAIN =
  S: 530 5.7.0 Must issue a STARTTLS command first
  C: STARTTLS now
  S: 501 5.5.4 No parameters allowed
`,
);

transcript(
  "port 25 may do without TLS",
  {
    service: "mx",
    secure: false,
    requireTls: false,
  },
  `${MX}
  C: MAIL FROM:<carol@other.example>
  S: 250 2.1.0 OK
`,
);

transcript(
  "submission wants TLS before all else",
  { secure: false },
  `
  S: 220 relay.example ESMTP
  C: EHLO x
  S: 250-relay.example
  S: 250-PIPELINING
  S: 250-SIZE 1000
  S: 250-8BITMIME
  S: 250-ENHANCEDSTATUSCODES
  S: 250 STARTTLS
  C: AUTH PLAIN AGFubkByZWxheS5leGFtcGxlAHNlY3JldA==
  S: 530 5.7.0 Must issue a STARTTLS command first
  C: MAIL FROM:<ann@relay.example>
  S: 530 5.7.0 Must issue a STARTTLS command first
  C: DATA
  S: 530 5.7.0 Must issue a STARTTLS command first
`,
);

const AT_MAIL: readonly [string, string][] = [
  ["busy", "451 4.3.0 Temporary failure"],
  ["bug", "451 4.3.0 Temporary failure"],
  ["storage_full", "452 4.3.1 Insufficient storage"],
  ["policy_rejection", "554 5.7.1 Policy Rejection"],
  [
    "local_sender_unauthenticated",
    "550 5.7.1 Local sender requires authentication",
  ],
  ["sender_domain_invalid", "501 5.1.8 Bad sender domain"],
];
for (const [code, reply] of AT_MAIL) {
  transcript(
    `MAIL answers ${code}`,
    { service: "mx" },
    `${MX}
    C: MAIL FROM:<${code}@other.example>
    S: ${reply}
    C: MAIL FROM:<carol@other.example>
    S: 250 2.1.0 OK
  `,
  );
}

const AT_RCPT: readonly [string, string][] = [
  ["sender_not_owned", "553 5.7.1 Unauthorized use of sender address"],
  [
    "too_much_mail",
    "450 4.7.1: Too much mail from <too_much_mail@relay.example>",
  ],
  ["too_many_recipients", "450 4.7.1 Too many recipients"],
  ["bug", "451 4.3.0 Temporary failure"],
];
for (const [code, reply] of AT_RCPT) {
  transcript(
    `RCPT answers ${code}`,
    {},
    `${LOGGED_IN}
    C: MAIL FROM:<ann@relay.example>
    S: 250 2.1.0 OK
    C: RCPT TO:<${code}@relay.example>
    S: ${reply}
    C: RCPT TO:<bob@relay.example>
    S: 250 2.1.5 OK
  `,
  );
}

const AT_END: readonly [string, string][] = [
  [
    "encryption_needed",
    "523 5.7.10 Encryption Needed: Invalid Unencrypted Mail",
  ],
  ["from_missing", "554 5.6.0 From header missing"],
  ["from_mismatch", "500 Invalid FROM <zoe@relay.example>"],
  ["from_repeated", "554 5.6.0 More than one From header"],
  ["from_several", "554 5.6.0 More than one address in From header"],
  ["from_unreadable", "554 5.6.0 From header has no readable address"],
  [
    "sender_mismatch",
    "550 5.7.1 Sender or Resent-From header names another address",
  ],
  [
    "sender_unreadable",
    "554 5.6.0 Sender or Resent-From header has no readable address",
  ],
  ["author_too_long", "554 5.6.0 From or Sender header too long"],
  ["header_malformed", "554 5.6.0 Message header malformed"],
  ["header_line_too_long", "554 5.6.0 Message header line too long"],
  ["message_empty", "554 5.6.0 Message is empty"],
  ["storage_read_only", "451 4.3.0 Storage is read-only"],
  ["header_too_large", "552 5.3.4 Message header too big"],
  ["routing_loop", "554 5.4.6 Routing loop detected"],
  ["no_such_user", "550 5.1.1 <zoe@relay.example>: No such user"],
  ["federation_off", "550 5.7.1 <zoe@relay.example>: Federation is off"],
  ["quota_exceeded", "552 5.2.2 <zoe@relay.example>: Mailbox full"],
  ["policy_rejection", "550 5.7.1 <zoe@relay.example>: Policy Rejection"],
  ["no_such_domain", "550 5.1.2 <zoe@relay.example>: No such domain"],
  ["not_delivered", "550 5.0.0 <zoe@relay.example>: Not delivered"],
  ["storage_full", "452 4.3.1 Insufficient storage"],
  ["busy", "451 4.3.0 Temporary failure"],
  ["bug", "451 4.3.0 Temporary failure"],
];
for (const [code, reply] of AT_END) {
  transcript(
    `the end of data answers ${code}`,
    {
      check: ({ messages }) => assert.equal(messages.length, 0),
    },
    `${LOGGED_IN}
    C: MAIL FROM:<ann@relay.example>
    S: 250 2.1.0 OK
    C: RCPT TO:<bob@relay.example>
    S: 250 2.1.5 OK
    C: DATA
    S: 354 End data with <CR><LF>.<CR><LF>
    C: X-Refuse: ${code}
    C: .
    S: ${reply}
    C: MAIL FROM:<ann@relay.example>
    S: 250 2.1.0 OK
  `,
  );
}

transcript(
  "a full mailbox is temporary for other servers",
  {
    service: "mx",
    lockstep: true,
  },
  `${MX}
  C: MAIL FROM:<carol@other.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: X-Refuse: quota_exceeded
  C: .
  S: 452 4.2.2 Mailbox full
`,
);

transcript(
  "a message of the limit passes",
  {
    backend: () => Object.assign(new MemoryBackend(), { maxMessageOctets: 12 }),
    check: ({ messages }) => assert.equal(messages[0]?.text.length, 12),
    lockstep: true,
  },
  `${LOGGED_IN.replace("1000", "12")}
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: ..234567890
  C: .
  S: 250 2.0.0 OK
`,
);

transcript(
  "a larger one is skipped and refused",
  {
    backend: () => Object.assign(new MemoryBackend(), { maxMessageOctets: 12 }),
    check: ({ messages, discarded }) => {
      assert.equal(messages.length, 0);
      assert.ok(discarded > 0);
    },
  },
  `${LOGGED_IN.replace("1000", "12")}
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<bob@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: 12345678901
  C: .
  S: 552 5.3.4 message file too big
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
`,
);

transcript(
  "a refusal is counted when it is told, once",
  {
    service: "mx",
    secure: true,
    lockstep: true,
    check: ({ refusals }) =>
      assert.deepEqual(refusals, [
        "busy",
        "relaying_denied",
        "from_missing",
      ]),
  },
  `${MX}
  C: MAIL FROM:<busy@other.example>
  S: 451 4.3.0 Temporary failure
  C: MAIL FROM:<zoe@other.example>
  S: 250 2.1.0 OK
  C: RCPT TO:<relaying_denied@other.example>
  S: 550 5.7.1 Relaying denied
  C: RCPT TO:<ann@relay.example>
  S: 250 2.1.5 OK
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: X-Refuse: from_missing
  C: 
  C: .
  S: 550 5.6.0 From header missing
`,
);
