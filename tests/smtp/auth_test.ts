/** AUTH: mechanisms, replies, and the ways it goes wrong. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { transcript } from "./transcript.ts";
import { MemoryBackend } from "./memory_backend.ts";

const HELLO = `
  S: 220 relay.example ESMTP
  C: HELO x
  S: 250 relay.example
`;
const ANN = "AGFubkByZWxheS5leGFtcGxlAHNlY3JldA=="; // \0ann@relay.example\0secret
const MAILS = `
  C: MAIL FROM:<ann@relay.example>
  S: 250 2.1.0 OK
`;

function base64(text: string): string {
  return btoa(text);
}

transcript(
  "PLAIN takes its response in the command",
  {},
  `${HELLO}
  C: auth plain ${ANN}
  S: 235 2.7.0 Authentication successful
  C: AUTH PLAIN ${ANN}
  S: 503 5.5.1 Already authenticated
  ${MAILS}`,
);

transcript(
  "PLAIN takes its response on a line of its own",
  {},
  `${HELLO}
  C: AUTH PLAIN
  S: 334 \x20
  C: ${ANN}
  S: 235 2.7.0 Authentication successful
  ${MAILS}`.replace("334 \x20", "334 "),
);

transcript(
  "LOGIN asks for both",
  {},
  `${HELLO}
  C: AUTH LOGIN
  S: 334 VXNlcm5hbWU6
  C: ${base64("ann@relay.example")}
  S: 334 UGFzc3dvcmQ6
  C: ${base64("secret")}
  S: 235 2.7.0 Authentication successful
  ${MAILS}`,
);

transcript(
  "LOGIN takes the name in the command",
  {},
  `${HELLO}
  C: AUTH LOGIN ${base64("ann@relay.example")}
  S: 334 UGFzc3dvcmQ6
  C: ${base64("secret")}
  S: 235 2.7.0 Authentication successful
  ${MAILS}`,
);

transcript(
  "AUTH can be cancelled, and a command is no response",
  {},
  `${HELLO}
  C: AUTH PLAIN
  S: 334 \x20
  C: *
  S: 501 5.7.0 Authentication cancelled
  C: AUTH LOGIN
  S: 334 VXNlcm5hbWU6
  C: *
  S: 501 5.7.0 Authentication cancelled
  C: AUTH LOGIN
  S: 334 VXNlcm5hbWU6
  C: NOOP NOOP
  S: 501 5.5.2 Cannot decode
  C: NOOP
  S: 250 2.0.0 OK
`.replace("334 \x20", "334 "),
);

const UNREADABLE: readonly [string, string][] = [
  ["without padding", ANN.replace("==", "")],
  ["with other characters", `${ANN.slice(0, -4)}!!==`],
  ["empty", "="],
  ["of two parts", base64("ann@relay.example\0secret")],
  ["of four parts", base64("\0ann@relay.example\0se\0cret")],
  ["without a name", base64("\0\0secret")],
  ["not in UTF-8", base64("\0ann\xff@relay.example\0secret")],
];
for (const [name, response] of UNREADABLE) {
  transcript(
    `PLAIN cannot decode a response ${name}`,
    {},
    `${HELLO}
    C: AUTH PLAIN ${response}
    S: 501 5.5.2 Cannot decode
    C: AUTH PLAIN ${ANN}
    S: 235 2.7.0 Authentication successful
  `,
  );
}

transcript(
  "AUTH knows two mechanisms",
  {},
  `${HELLO}
  C: AUTH
  S: 501 5.5.4 AUTH requires a mechanism
  C: AUTH CRAM-MD5
  S: 504 5.5.4 Unrecognized authentication type
  C: AUTH PLAIN ${ANN} more
  S: 501 5.5.4 AUTH takes a mechanism and one response
`,
);

transcript(
  "an account may act for itself only",
  {},
  `${HELLO}
  C: AUTH PLAIN ${base64("bob@relay.example\0ann@relay.example\0secret")}
  S: 535 5.7.8 Invalid credentials
  C: AUTH PLAIN ${base64("ANN@Relay.Example\0ann@relay.example\0secret")}
  S: 235 2.7.0 Authentication successful
`,
);

for (const password of ["pässwörd", "\xff\xfe\xc3", ' %"\\']) {
  const backend = () => {
    const made = new MemoryBackend();
    made.password = password;
    return made;
  };
  const name = base64("ann@relay.example");
  const others = base64("\xef\xbf\xbd"); // what a lossy decoder makes of any
  transcript(
    `AUTH takes the octets of ${btoa(password)} for what they are`,
    { backend },
    `${HELLO}
    C: AUTH PLAIN ${base64("\0ann@relay.example\0\xef\xbf\xbd")}
    S: 535 5.7.8 Invalid credentials
    C: AUTH LOGIN ${name}
    S: 334 UGFzc3dvcmQ6
    C: ${others}
    S: 535 5.7.8 Invalid credentials
    C: AUTH PLAIN ${base64(`\0ann@relay.example\0${password}`)}
    S: 235 2.7.0 Authentication successful
    `,
  );
  transcript(
    `AUTH LOGIN takes the octets of ${btoa(password)}`,
    { backend },
    `${HELLO}
    C: AUTH LOGIN ${name}
    S: 334 UGFzc3dvcmQ6
    C: ${base64(password)}
    S: 235 2.7.0 Authentication successful
    `,
  );
}

transcript(
  "wrong passwords end the connection",
  {},
  `${HELLO}
  C: AUTH PLAIN ${base64("\0ann@relay.example\0wrong")}
  S: 535 5.7.8 Invalid credentials
  C: AUTH LOGIN ${base64("nobody@relay.example")}
  S: 334 UGFzc3dvcmQ6
  C: ${base64("wrong")}
  S: 535 5.7.8 Invalid credentials
  C: AUTH PLAIN ${base64("\0ann@relay.example\0wrong")}
  S: 535 5.7.8 Invalid credentials
  S: 421 4.7.0 Too many authentication failures
  S: (close)
`,
);

transcript(
  "what is no fault of the password is temporary",
  {
    backend: () => new MemoryBackend(),
    check: ({ bugs }) => assert.equal(bugs.length, 1),
  },
  `${HELLO}
  C: AUTH PLAIN ${base64("\0throttled@relay.example\0secret")}
  S: 454 4.7.0 Too many attempts, try again later
  C: AUTH PLAIN ${base64("\0bug@relay.example\0secret")}
  S: 454 4.7.0 Temporary authentication failure
`,
);

transcript(
  "a refusal says what to do about it",
  {
    backend: () => {
      const made = new MemoryBackend();
      made.login = () =>
        Promise.reject(
          new Refusal("bad_credentials", {
            advice: "sign up at https://relay.example/new",
          }),
        );
      return made;
    },
  },
  `${HELLO}
  C: AUTH PLAIN ${ANN}
  S: 535 5.7.8 Invalid credentials: sign up at https://relay.example/new
`,
);
