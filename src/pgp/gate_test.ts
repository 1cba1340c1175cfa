import assert from "node:assert/strict";
import { parseAddress } from "../mail/address.ts";
import { EncryptionGate } from "./gate.ts";
import type { GateFacts, GateOptions, Verdict } from "./verdict.ts";

const account = parseAddress("ann@relay.example");
const OUT: GateFacts = { profile: "out", account, recipients: [account] };
const IN: GateFacts = {
  profile: "in",
  reversePath: "bob@other.example",
  recipientCount: 1,
  awaitsReport: true,
};
const options: GateOptions = {
  acceptOldPacketFormat: true,
  allowAutocryptSetup: true,
  fold: (address) => address === "ann@[1.2.3.4]" ? account : address,
  isLocal: (domain) => domain === "local.example",
};

/** A PKESK v3 of 3 octets and a SEIPD v1 of 33. */
const DATA = btoa(
  String.fromCharCode(0xc1, 3, 3, 0, 0, 0xd2, 33, 1) + "\0".repeat(32),
);
const BODY = [
  "",
  "--b",
  "Content-Type: application/pgp-encrypted",
  "",
  "Version: 1",
  "--b",
  "Content-Type: application/octet-stream",
  "",
  "-----BEGIN PGP MESSAGE-----",
  "",
  DATA,
  "-----END PGP MESSAGE-----",
  "--b--",
  "",
].join("\r\n");
const TYPE = "Content-Type: multipart/encrypted; boundary=b\r\n";

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function judge(mail: string, facts: GateFacts): Verdict {
  const gate = new EncryptionGate(facts, options);
  gate.write(octets(mail));
  return gate.finish();
}

function outcome(mail: string, facts: GateFacts): string {
  const verdict = judge(mail, facts);
  return verdict.passes ? verdict.as : verdict.code;
}

const FROM = "From: ann@relay.example\r\n";
const OK = "encrypted";

for (
  const [name, fields, out, inbound] of [
    ["a plain message", FROM, OK, OK],
    [
      "a name with an address in it",
      'From: "<bob@relay.example>" <ann@relay.example>\r\n',
      OK,
      OK,
    ],
    ["a folded From", "From: Ann\r\n <ann@relay.example>\r\n", OK, OK],
    ["a domain alias in From", "From: ann@[1.2.3.4]\r\n", OK, OK],
    ["a From that is not UTF-8", "From: \xff <ann@relay.example>\r\n", OK, OK],
    [
      "an address that hides in a comment",
      "From: ann@relay.example (bob@x.example)\r\n",
      "from_unreadable",
      "from_unreadable",
    ],
    [
      "two addresses without a comma",
      "From: ann@relay.example <bob@x.example>\r\n",
      "from_unreadable",
      "from_unreadable",
    ],
    [
      "a group",
      "From: x: ann@relay.example;\r\n",
      "from_unreadable",
      "from_unreadable",
    ],
    ["no address", "From: Ann\r\n", "from_unreadable", "from_unreadable"],
    ["an empty From", "From:\r\n", "from_unreadable", "from_unreadable"],
    ["no From", "To: x@y.example\r\n", "from_missing", "from_missing"],
    [
      "two From fields",
      `${FROM}From: ann@relay.example\r\n`,
      "from_repeated",
      "from_repeated",
    ],
    ["the account in capitals", "From: A <ANN@Relay.Example>\r\n", OK, OK],
    ...[
      'From: "ann"@relay.example',
      'From: <"a\\nn"@relay.example>',
      "From: <ann @relay.example>",
      "From: < ann@relay.example>",
      "From: <ann@relay.example >",
      "From: ann(x)@relay.example",
      "From: <ann@relay (x).example>",
      "From: ann@\r\n relay.example",
      "From: <ann@relay\xe3\x80\x82example>",
      "From: <ann@re\xef\xbd\x8cay.example>",
      "From: <an\xef\xbd\x8e@relay.example>",
      "From: <ann@1.2.3.4>",
    ].map((field) =>
      [
        `another spelling of the account in ${JSON.stringify(field)}`,
        `${field}\r\n`,
        "from_mismatch",
        OK,
      ] as const
    ),
    [
      "a dot behind the domain in From",
      "From: <ann@relay.example.>\r\n",
      "from_unreadable",
      "from_unreadable",
    ],
    [
      "another spelling of the account in Sender",
      `${FROM}Sender: "ann"@relay.example\r\n`,
      "sender_mismatch",
      OK,
    ],
    ["a suffix in From", "From: ann+x@relay.example\r\n", "from_mismatch", OK],
    ["another domain", "From: ann@other.example\r\n", "from_mismatch", OK],
    [
      "Sender of the account",
      `${FROM}Sender: Ann <ANN@relay.example>\r\n`,
      OK,
      OK,
    ],
    [
      "Sender of another",
      `${FROM}Sender: bob@relay.example\r\n`,
      "sender_mismatch",
      OK,
    ],
    [
      "an unreadable Sender",
      `${FROM}Sender: x\r\n`,
      "sender_unreadable",
      "sender_unreadable",
    ],
    [
      "a domain of ours in From",
      "From: bob@local.example\r\n",
      "from_mismatch",
      "local_sender_unauthenticated",
    ],
    [
      "a domain of ours among others in From",
      "From: zoe@x.example, Bob <bob@LOCAL.example>\r\n",
      "from_several",
      "local_sender_unauthenticated",
    ],
    [
      "a domain of ours with another dot in From",
      "From: bob@local\xe3\x80\x82example\r\n",
      "from_mismatch",
      "local_sender_unauthenticated",
    ],
    [
      "a domain of ours behind a quoted local part",
      'From: "b o b"@local.example\r\n',
      "from_mismatch",
      "local_sender_unauthenticated",
    ],
    [
      "a domain of ours in Sender",
      `${FROM}Sender: bob@local.example\r\n`,
      "sender_mismatch",
      "local_sender_unauthenticated",
    ],
    [
      "a domain of ours in Resent-From",
      `${FROM}Resent-From: bob@local.example\r\n`,
      "sender_mismatch",
      "local_sender_unauthenticated",
    ],
    [
      "a domain that is none in From",
      "From: bob@[x]\r\n",
      "from_mismatch",
      "from_unreadable",
    ],
    [
      "a From of 998 octets",
      `From: "${"x".repeat(968)}" <ann@relay.example>\r\n`,
      OK,
      OK,
    ],
    [
      "a From of 999 octets",
      `From: "${"x".repeat(950)}"\r\n ${
        " ".repeat(16)
      } <ann@relay.example>\r\n`,
      "author_too_long",
      "author_too_long",
    ],
    [
      "a folded line of blanks",
      `${FROM}X: y\r\n \t\r\n z\r\n`,
      "header_malformed",
      "header_malformed",
    ],
    [
      "a second Sender of another",
      `${FROM}Sender: ann@relay.example\r\nSender: bob@x.example\r\n`,
      "sender_mismatch",
      OK,
    ],
    [
      "Resent-From of another",
      `${FROM}Resent-From: bob@relay.example\r\n`,
      "sender_mismatch",
      OK,
    ],
    ["50 Received", FROM + "Received: x\r\n".repeat(50), OK, OK],
    [
      "51 Received",
      FROM + "Received: x\r\n".repeat(51),
      "routing_loop",
      "routing_loop",
    ],
    ["a line of 998 octets", `${FROM}X: ${"x".repeat(995)}\r\n`, OK, OK],
    [
      "a line of 999 octets",
      `${FROM}X: ${"x".repeat(996)}\r\n`,
      "header_line_too_long",
      OK,
    ],
    [
      "a line of 8192 octets",
      `${FROM}X: ${"x".repeat(8189)}\r\n`,
      "header_line_too_long",
      OK,
    ],
    [
      "a line of 8193 octets",
      `${FROM}X: ${"x".repeat(8190)}\r\n`,
      "header_line_too_long",
      "header_line_too_long",
    ],
    ["1000 fields", FROM + "X: y\r\n".repeat(998), OK, OK],
    [
      "1001 fields",
      FROM + "X: y\r\n".repeat(999),
      "header_malformed",
      "header_malformed",
    ],
    [
      "a line that is no field",
      `${FROM}nothing\r\n`,
      "header_malformed",
      "header_malformed",
    ],
    [
      "a bare CR",
      `${FROM}X: a\rContent-Type: b\r\n`,
      "header_malformed",
      "header_malformed",
    ],
    ["a NUL", `${FROM}X: \0\r\n`, "header_malformed", "header_malformed"],
    [
      "a transfer encoding of base64",
      `${FROM}Content-Transfer-Encoding: base64\r\n`,
      "encryption_needed",
      "encryption_needed",
    ],
    [
      "two transfer encodings",
      `${FROM}${"Content-Transfer-Encoding: 7bit\r\n".repeat(2)}`,
      "encryption_needed",
      "encryption_needed",
    ],
    [
      "a transfer encoding of 8bit",
      `${FROM}Content-Transfer-Encoding: 8BIT\r\n`,
      OK,
      OK,
    ],
  ] as const
) {
  Deno.test(`gate on ${name}`, () => {
    const mail = `${fields}${TYPE}\r\n${BODY}`;
    assert.equal(outcome(mail, OUT), out, "out");
    assert.equal(outcome(mail, IN), inbound, "in");
  });
}

for (
  const [type, want] of [
    ["MULTIPART/Encrypted; Boundary=b", OK],
    [
      'multipart/encrypted; protocol="Application/PGP-Encrypted"; boundary="b"',
      OK,
    ],
    [
      'multipart/encrypted; protocol="application/pkcs7"; boundary=b',
      "encryption_needed",
    ],
    ["multipart/encrypted; boundary=b; boundary=c", "encryption_needed"],
    ["multipart/encrypted; boundary=b; boundary*=c", "encryption_needed"],
    ["multipart/encrypted; boundary*0=b", "encryption_needed"],
    ['multipart/encrypted; boundary=""', "encryption_needed"],
    ['multipart/encrypted; boundary="b "', "encryption_needed"],
    [`multipart/encrypted; boundary=${"b".repeat(71)}`, "encryption_needed"],
    ["multipart/encrypted", "encryption_needed"],
    ["multipart/encrypted; boundary=b; charset=utf-8", OK],
    ["multipart/encrypted; boundary=b; x=y", "encryption_needed"],
    ["multipart/encrypted; boundary=b (c)", "encryption_needed"],
    ["multipart/encrypted (c); boundary=b", "encryption_needed"],
    ["multipart/encrypted; (boundary=c; x=) boundary=b", "encryption_needed"],
    ["multipart/encrypted; boundary = b", "encryption_needed"],
    ['multipart/encrypted; boundary="\\b"', "encryption_needed"],
    [
      'multipart/encrypted; boundary=b; protocol="=?a?q?b?="',
      "encryption_needed",
    ],
    ['multipart/encrypted; boundary=" b"', "encryption_needed"],
    ["multipart/signed; boundary=b", "encryption_needed"],
    ["multipart/mixed; boundary=b", "encryption_needed"],
    ["", "encryption_needed"],
  ] as const
) {
  Deno.test(`gate on Content-Type: ${type.slice(0, 70)}`, () => {
    const mail = `${FROM}Content-Type: ${type}\r\n\r\n${BODY}`;
    for (const facts of [OUT, IN]) assert.equal(outcome(mail, facts), want);
  });
}

Deno.test("gate takes a notice before the first part, as long as it may be", () => {
  for (
    const [preamble, out, inbound] of [
      ["This is an OpenPGP/MIME encrypted message.", OK, OK],
      ["x".repeat(256), OK, OK],
      ["x".repeat(257), "encryption_needed", OK],
      ["x".repeat(2048), "encryption_needed", OK],
      ["x".repeat(2049), "encryption_needed", "encryption_needed"],
      ["\xff", "encryption_needed", OK],
      [" ".repeat(2048), OK, OK],
    ] as const
  ) {
    const mail = `${FROM}${TYPE}\r\n${preamble}${BODY}`;
    assert.equal(outcome(mail, OUT), out, `${preamble.length} out`);
    assert.equal(outcome(mail, IN), inbound, `${preamble.length} in`);
  }
});

Deno.test("gate takes blanks after the last boundary, up to 1 KiB", () => {
  const mail = `${FROM}${TYPE}\r\n${BODY}`;
  assert.equal(outcome(mail + " \r\n".repeat(341), OUT), OK);
  assert.equal(outcome(mail + " \r\n".repeat(342), OUT), "encryption_needed");
});

Deno.test("gate refuses a header over 256 KiB at once", () => {
  const line = `X: ${"y".repeat(900)}\r\n`;
  const gate = new EncryptionGate(OUT, options);
  gate.write(octets(FROM + line.repeat(289)));
  assert.equal(gate.refusal, undefined);
  gate.write(octets(line));
  assert.equal(gate.refusal, "header_too_large");
  assert.equal(gate.header, undefined);
  gate.write(octets(BODY));
  assert.deepEqual(gate.finish(), { passes: false, code: "header_too_large" });
});

Deno.test("gate gives the header to whoever delivers the message", () => {
  const gate = new EncryptionGate(OUT, options);
  gate.write(octets(`${FROM}Subject: x\r\n${TYPE}`));
  const early = gate.header;
  gate.write(octets(`\r\n${BODY}`));
  assert.equal(early, undefined);
  assert.equal(gate.header?.textOf("subject"), "x");
  assert.equal(
    gate.sizeOctets,
    FROM.length + 12 + TYPE.length + 2 + BODY.length,
  );
  assert.equal(gate.form?.as, "encrypted");
  assert.equal(gate.finish().passes, true);
});

Deno.test("gate limits messages in clear by size", () => {
  const join = (padding: number) =>
    `${FROM}Secure-Join: vc-request\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n` +
    `--b\r\nContent-Type: text/plain\r\n\r\nSecure-Join: vc-request\r\n--b--\r\n${
      " ".repeat(padding)
    }`;
  const size = join(0).length;
  for (const facts of [OUT, IN]) {
    assert.equal(outcome(join(8192 - size), facts), "secure_join");
    assert.equal(outcome(join(8193 - size), facts), "encryption_needed");
  }
});

Deno.test("gate holds no more than a header, however large the message", () => {
  const gate = new EncryptionGate(OUT, options);
  const [start, end] = BODY.split(DATA);
  gate.write(octets(`${FROM}${TYPE}\r\n${start}`));
  const lines = octets(`${"A".repeat(64)}\r\n`.repeat(1000));
  // The first packets, then a SEIPD of nearly 4 GiB.
  gate.write(octets(
    btoa(
      String.fromCharCode(0xc1, 3, 3, 0, 0, 0xd2, 255, 255, 0, 0, 0, 1),
    ) + "\r\n",
  ));
  const before = Deno.memoryUsage();
  for (let i = 0; i < 1500; i++) gate.write(lines);
  const after = Deno.memoryUsage();
  assert.equal(gate.refusal, undefined);
  const growth = after.external - before.external;
  assert.ok(growth < 1024 * 1024, `${growth} octets`);
  gate.write(octets(end!));
  assert.deepEqual(gate.finish(), { passes: false, code: "encryption_needed" });
});
