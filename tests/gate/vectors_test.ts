/** Every message of the gate's table, by both profiles, in any chunks. @module */
import assert from "node:assert/strict";
import { concat } from "../../src/base/octets.ts";
import { parseAddress } from "../../src/mail/address.ts";
import { EncryptionGate } from "../../src/pgp/gate.ts";
import type { GateFacts, GateOptions } from "../../src/pgp/verdict.ts";
import {
  armor,
  base64,
  dataPart,
  message,
  messageOf,
  noise,
  octets,
  oldPacket,
  packet,
  partialPacket,
  pkesk3,
  pkesk6,
  seipd1,
  seipd2,
  skesk6,
  VERSION_PART,
} from "./messages.ts";

const account = parseAddress("ann@relay.example");
const bob = parseAddress("bob@relay.example");
const options: GateOptions = {
  acceptOldPacketFormat: true,
  allowAutocryptSetup: true,
  fold: (address) => address,
  isLocal: (domain) => domain === "relay.example",
};

const NEEDED = "encryption_needed";

interface Envelope {
  readonly recipients?: number;
  readonly toSelf?: boolean;
  readonly reversePath?: string;
  /** The recipient has lately sent mail outside; true when absent. */
  readonly awaitsReport?: boolean;
}

interface Vector {
  readonly name: string;
  readonly mail: string;
  /** What it passes as or the refusal's code, when an account of ours sends it. */
  readonly out: string;
  /** The same when another server sends it. */
  readonly in: string;
  readonly envelope?: Envelope;
}

const body = concat([Uint8Array.of(1), noise(20_000)]);

function padded(): Uint8Array {
  for (let size = 900;; size++) {
    const data = concat([pkesk6, seipd2(size)]);
    if (data.length % 3 === 1) return data;
  }
}
function unpadded(): Uint8Array {
  for (let size = 900;; size++) {
    const data = concat([pkesk6, seipd2(size)]);
    if (data.length % 3 === 0) return data;
  }
}

const encrypted = (name: string, packets: Uint8Array, out: string): Vector => ({
  name,
  mail: messageOf(packets),
  out,
  in: out,
});

function secureJoin(
  step: string,
  text: string,
  more: Parameters<typeof message>[0] = {},
): string {
  return message({
    fields: `Secure-Join: ${step}\r\n`,
    contentType: "multipart/mixed",
    parts: [`Content-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`],
    ...more,
  });
}

const DAEMON = "Mail Delivery System <MAILER-DAEMON@other.example>";
const AUTOMATIC = "Auto-Submitted: auto-replied\r\n";

const TEXT_PART = "Content-Type: text/plain\r\n\r\nIt did not work.\r\n";
const STATUS_PART =
  "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n";
const HEADERS_PART =
  "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@x>\r\n";

function bounce(
  fields: string,
  from = DAEMON,
  parts = [TEXT_PART, STATUS_PART, HEADERS_PART],
): string {
  return message({
    from,
    fields,
    contentType: "multipart/report; report-type=delivery-status",
    parts,
  });
}

/** Reports that are none, or hold more than a report may. */
const REPORTS: readonly [name: string, mail: string, inbound: string][] = [
  ["two parts", bounce(AUTOMATIC, DAEMON, [TEXT_PART, STATUS_PART]), "report"],
  [
    "the message given back",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART,
      STATUS_PART,
      "Content-Type: message/rfc822\r\n\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n",
    ]),
    "report",
  ],
  ["no status", bounce(AUTOMATIC, DAEMON, [TEXT_PART]), NEEDED],
  [
    "HTML first",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART.replace("plain", "html"),
      STATUS_PART,
    ]),
    NEEDED,
  ],
  [
    "a program at the end",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART,
      STATUS_PART,
      "Content-Type: application/octet-stream\r\n\r\nMZ\r\n",
    ]),
    NEEDED,
  ],
  [
    "a fourth part",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART,
      STATUS_PART,
      HEADERS_PART,
      TEXT_PART,
    ]),
    NEEDED,
  ],
  [
    "a long text",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART + "Hello\r\n".repeat(600),
      STATUS_PART,
    ]),
    NEEDED,
  ],
  [
    "a text with a bare CR",
    bounce(AUTOMATIC, DAEMON, [TEXT_PART + "\rx\r\n", STATUS_PART]),
    NEEDED,
  ],
  [
    "a long status",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART,
      STATUS_PART + "X: hello\r\n".repeat(2000),
    ]),
    NEEDED,
  ],
  [
    "a status in base64",
    bounce(AUTOMATIC, DAEMON, [
      TEXT_PART,
      STATUS_PART.replace(
        "\r\n",
        "\r\nContent-Transfer-Encoding: base64\r\n",
      ),
    ]),
    NEEDED,
  ],
  [
    "two authors",
    bounce(AUTOMATIC, "zoe@other.example, postmaster@other.example"),
    NEEDED,
  ],
  [
    "a daemon of ours",
    bounce(AUTOMATIC, "MAILER-DAEMON@relay.example"),
    "local_sender_unauthenticated",
  ],
  [
    "a daemon of ours beside another",
    bounce(AUTOMATIC, "bob@relay.example, postmaster@other.example"),
    "local_sender_unauthenticated",
  ],
];

function setupMessage(): string {
  return message({
    fields: "Autocrypt-Setup-Message: v1\r\n",
    contentType: "multipart/mixed",
    parts: [
      "Content-Type: text/plain\r\n\r\nOpen it.\r\n",
      "Content-Type: application/autocrypt-setup\r\n\r\n<html></html>\r\n",
    ],
  }).replace("Subject: [...]", "Subject: Autocrypt Setup Message");
}

const quotedPrintable = armor(concat([pkesk3, seipd1()]))
  .replaceAll("=", "=3D").replaceAll("-----BEGIN", "--=\r\n---BEGIN");
const plain = (contentType: string, text: string) =>
  "From: <ann@relay.example>\r\nSubject: x\r\nContent-Type: " +
  `${contentType}\r\n\r\n${text}\r\n`;

const VECTORS: readonly Vector[] = [
  {
    name: "1: two PKESK v3, SEIPD v1, checksum",
    mail: messageOf(concat([pkesk3, pkesk3, seipd1()]), { checksum: true }),
    out: "encrypted",
    in: "encrypted",
  },
  encrypted("2: PKESK v6, SEIPD v2, no padding", unpadded(), "encrypted"),
  encrypted("3: base64 ends in ==, no checksum", padded(), "encrypted"),
  encrypted(
    "4: SKESK v6, SEIPD v2",
    concat([skesk6, seipd2()]),
    "encrypted",
  ),
  encrypted(
    "5: partial lengths of 8192",
    concat([pkesk3, partialPacket(18, body, 13)]),
    "encrypted",
  ),
  encrypted(
    "6: a first chunk of 256 octets",
    concat([pkesk3, partialPacket(18, body.subarray(0, 700), 8)]),
    NEEDED,
  ),
  encrypted(
    "7: PKESK with partial length",
    concat([
      partialPacket(1, concat([Uint8Array.of(3), noise(1000)]), 9),
      seipd1(),
    ]),
    NEEDED,
  ),
  {
    name: "8: armor with Version",
    mail: messageOf(concat([pkesk3, seipd1()]), { headers: ["Version: X"] }),
    out: NEEDED,
    in: "encrypted",
  },
  {
    name: "9: armor with Comment",
    mail: messageOf(concat([pkesk3, seipd1()]), { headers: ["Comment: x"] }),
    out: NEEDED,
    in: "encrypted",
  },
  encrypted(
    "10: old format PKESK",
    concat([oldPacket(1, concat([Uint8Array.of(3), noise(260)])), seipd1()]),
    "encrypted",
  ),
  ...["base64", "quoted-printable"].map((encoding) => ({
    name: `11: second part in ${encoding}`,
    mail: message({
      parts: [
        VERSION_PART,
        dataPart(
          encoding === "base64"
            ? base64(octets(armor(concat([pkesk3, seipd1()]))))
              .replace(/.{76}/g, "$&\r\n")
            : quotedPrintable,
          `Content-Transfer-Encoding: ${encoding}\r\n`,
        ),
      ],
    }),
    out: "encrypted",
    in: "encrypted",
  })),
  {
    name: "12: armor with LF after decoding",
    mail: message({
      parts: [
        VERSION_PART,
        dataPart(
          base64(octets(armor(concat([pkesk3, seipd1()]), { eol: "\n" })))
            .replace(/.{76}/g, "$&\r\n"),
          "Content-Transfer-Encoding: base64\r\n",
        ),
      ],
    }),
    out: "encrypted",
    in: "encrypted",
  },
  {
    name: "12: LF everywhere",
    mail: message().replaceAll("\r\n", "\n"),
    out: "encrypted",
    in: "encrypted",
  },
  encrypted("13: literal data packet", packet(11, noise(300)), NEEDED),
  encrypted(
    "13: literal data packet behind a PKESK",
    concat([pkesk3, packet(11, noise(300))]),
    NEEDED,
  ),
  encrypted(
    "14: base64 of plain text",
    octets("This is a plain text and no packet at all. ".repeat(20)),
    NEEDED,
  ),
  ...[2, 4, 8].map((tag) =>
    encrypted(
      `15: packet ${tag}, signed or compressed`,
      packet(tag, body),
      NEEDED,
    )
  ),
  encrypted("16: SEIPD alone", seipd1(), NEEDED),
  encrypted("17: PKESK alone", pkesk3, NEEDED),
  encrypted(
    "17: a packet behind SEIPD",
    concat([pkesk3, seipd1(), packet(10, octets("PGP"))]),
    NEEDED,
  ),
  encrypted(
    "17: an octet behind SEIPD",
    concat([pkesk3, seipd1(), Uint8Array.of(0)]),
    NEEDED,
  ),
  ...[9, 20].map((tag) =>
    encrypted(`18: packet ${tag}`, concat([pkesk3, packet(tag, body)]), NEEDED)
  ),
  encrypted(
    "19: SEIPD cut short",
    concat([pkesk3, seipd1()]).subarray(0, -1),
    NEEDED,
  ),
  {
    name: "20: three parts",
    mail: message({
      parts: [
        VERSION_PART,
        dataPart(armor(concat([pkesk3, seipd1()]))),
        "Content-Type: text/plain\r\n\r\nYour list\r\n",
      ],
    }),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "21: encrypted inside of mixed",
    mail: message({
      contentType: "multipart/mixed",
      parts: [message().replace(/^(?!Content-Type).*\r\n/gm, "")],
    }),
    out: NEEDED,
    in: NEEDED,
  },
  ...["Version: 2", ""].map((text) => ({
    name: `22: first part says "${text}"`,
    mail: message({
      parts: [
        VERSION_PART.replace("Version: 1", text),
        dataPart(armor(concat([pkesk3, seipd1()]))),
      ],
    }),
    out: NEEDED,
    in: NEEDED,
  })),
  {
    name: "23: second part is text",
    mail: message().replace("application/octet-stream", "text/plain"),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "24: 5 KiB of preamble",
    mail: message({ preamble: "Hello, plain text!\r\n".repeat(256) }),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "24: an epilogue",
    mail: message({ epilogue: "Hello\r\n" }),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "25: text with an armored block",
    mail: plain("text/plain", armor(concat([pkesk3, seipd1()]))),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "26: text about application/pgp-encrypted",
    mail: plain("text/plain", "application/pgp-encrypted multipart/encrypted"),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "27: no closing boundary",
    mail: message({ closing: "\r\n" }),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "28: two Content-Type fields, encrypted first",
    mail: message().replace(
      "\r\n\r\n",
      "\r\nContent-Type: text/plain\r\n\r\n",
    ),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "28: two Content-Type fields, encrypted last",
    mail: message({ fields: "Content-Type: text/plain\r\n" }),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "29: vc-request",
    mail: secureJoin("vc-request", "Secure-Join: vc-request"),
    out: "secure_join",
    in: "secure_join",
  },
  {
    name: "30: vg-request",
    mail: secureJoin("vg-request", "secure-join: vg-request"),
    out: "secure_join",
    in: "secure_join",
  },
  {
    name: "31: vc-request that says Meow!",
    mail: secureJoin("vc-request", "Meow!"),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "32: vc-request with more text",
    mail: secureJoin("vc-request", "Secure-Join: vc-request\r\nand hello"),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "32: vc-request with a second part",
    mail: secureJoin("vc-request", "", {
      parts: [
        "Content-Type: text/plain\r\n\r\nSecure-Join: vc-request\r\n",
        "Content-Type: text/plain\r\n\r\nhello\r\n",
      ],
    }),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "33: vc-request as plain text",
    mail: plain(
      "text/plain\r\nSecure-Join: vc-request",
      "Secure-Join: vc-request",
    ),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "34: vc-request-with-auth",
    mail: secureJoin(
      "vc-request-with-auth",
      "Secure-Join: vc-request-with-auth",
    ),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "35: vc-request that says vg-request",
    mail: secureJoin("vc-request", "secure-join: vg-request"),
    out: NEEDED,
    in: NEEDED,
  },
  ...[2, 10, 11].map((recipients) => ({
    name: `36: vc-request to ${recipients} recipients`,
    mail: secureJoin("vc-request", "Secure-Join: vc-request"),
    out: recipients > 10 ? NEEDED : "secure_join",
    in: recipients > 10 ? NEEDED : "secure_join",
    envelope: { recipients },
  })),
  {
    name: "36: vc-request from two authors",
    mail: secureJoin("vc-request", "Secure-Join: vc-request", {
      from: "ann@relay.example, zoe@other.example",
    }),
    out: "from_several",
    in: NEEDED,
  },
  {
    name: "36: vc-request with the fields that Delta Chat hides in its part",
    mail: secureJoin("vc-request", "", {
      parts: [
        "Content-Type: text/plain; charset=utf-8\r\nMessage-ID: <1@x>\r\n" +
        "Chat-User-Avatar: 0\r\n\r\nSecure-Join: vc-request\r\n",
      ],
    }),
    out: "secure_join",
    in: "secure_join",
  },
  {
    name: "37: a read receipt in clear",
    mail: message({
      fields: AUTOMATIC,
      contentType: "multipart/report; report-type=disposition-notification",
      parts: [
        "Content-Type: text/plain\r\n\r\nRead.\r\n",
        "Content-Type: message/disposition-notification\r\n\r\nX: y\r\n",
      ],
    }),
    out: NEEDED,
    in: NEEDED,
    envelope: { reversePath: "" },
  },
  {
    name: "38: bounce with the null reverse-path",
    mail: bounce(AUTOMATIC),
    out: "from_mismatch",
    in: "report",
    envelope: { reversePath: "" },
  },
  {
    name: "38: the same from an account of ours",
    mail: bounce(AUTOMATIC, "ann@relay.example"),
    out: NEEDED,
    in: NEEDED,
    envelope: { reversePath: "" },
  },
  {
    name: "39: bounce from mailer-daemon",
    mail: bounce(AUTOMATIC),
    out: "from_mismatch",
    in: "report",
    envelope: { reversePath: "Mailer-Daemon@other.example" },
  },
  {
    name: "40: bounce without Auto-Submitted",
    mail: bounce(""),
    out: "from_mismatch",
    in: NEEDED,
    envelope: { reversePath: "" },
  },
  {
    name: "40: bounce with Auto-Submitted: no",
    mail: bounce("Auto-Submitted: no; x=y\r\n"),
    out: "from_mismatch",
    in: NEEDED,
    envelope: { reversePath: "" },
  },
  {
    name: "41: text from xmailer-daemonx about multipart/report",
    mail: plain("text/plain", "multipart/report"),
    out: NEEDED,
    in: NEEDED,
    envelope: { reversePath: "xmailer-daemonx@evil.example" },
  },
  {
    name: "41: bounce from xmailer-daemonx",
    mail: bounce(AUTOMATIC),
    out: "from_mismatch",
    in: NEEDED,
    envelope: { reversePath: "xmailer-daemonx@evil.example" },
  },
  {
    name: "42: Autocrypt Setup Message to self",
    mail: setupMessage(),
    out: "autocrypt_setup",
    in: NEEDED,
    envelope: { toSelf: true },
  },
  {
    name: "43: Autocrypt Setup Message to somebody else",
    mail: setupMessage(),
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "44: From of another account",
    mail: message({ from: "bob@relay.example" }),
    out: "from_mismatch",
    in: "local_sender_unauthenticated",
  },
  {
    name: "45: From in upper case with a name",
    mail: message({ from: '"x" <ANN@RELAY.EXAMPLE>' }),
    out: "encrypted",
    in: "encrypted",
  },
  {
    name: "46: two addresses in From",
    mail: message({ from: "ann@relay.example, bob@other.example" }),
    out: "from_several",
    in: "encrypted",
  },
  {
    name: "46: two From fields",
    mail: message({ fields: "From: ann@relay.example\r\n" }),
    out: "from_repeated",
    in: "from_repeated",
  },
  {
    name: "47: a Subject in clear",
    mail: message().replace("[...]", "secret"),
    out: "encrypted",
    in: "encrypted",
  },
  {
    name: "48: an octet in the header that is not UTF-8",
    mail: message({ fields: "X-Name: \xff\r\n" }),
    out: "encrypted",
    in: "encrypted",
  },
  { name: "49: nothing", mail: "", out: "message_empty", in: "message_empty" },
  {
    name: "49: headers only",
    mail: message().split("\r\n\r\n")[0] + "\r\n",
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "49: headers and an empty line",
    mail: message().split("\r\n\r\n")[0] + "\r\n\r\n",
    out: NEEDED,
    in: NEEDED,
  },
  {
    name: "50: plain text after 64 KiB",
    mail: messageOf(concat([pkesk3, seipd1(70_000)])).replace(
      "-----END",
      "and now in clear\r\n-----END",
    ),
    out: NEEDED,
    in: NEEDED,
  },
];

function facts(
  profile: "out" | "in" | "append",
  envelope: Envelope,
): GateFacts {
  const recipientCount = envelope.recipients ?? 1;
  if (profile === "append") return { profile, account };
  if (profile === "in") {
    const reversePath = envelope.reversePath ?? "bob@other.example";
    const awaitsReport = envelope.awaitsReport ?? true;
    return { profile, reversePath, recipientCount, awaitsReport };
  }
  const recipients = envelope.toSelf
    ? [account]
    : Array.from({ length: recipientCount }, () => bob);
  return { profile, account, recipients };
}

function verdict(
  gate: EncryptionGate,
  mail: Uint8Array,
  chunk: number,
): string {
  for (let at = 0; at < mail.length; at += chunk) {
    gate.write(mail.subarray(at, at + chunk));
  }
  const early = gate.refusal;
  const found = gate.finish();
  if (early) assert.deepEqual(found, { passes: false, code: early });
  return found.passes ? found.as : found.code;
}

for (const [name, mail, inbound] of REPORTS) {
  Deno.test(`gate in, a report with ${name}: ${inbound}`, () => {
    for (const chunk of [1, 7, 4096, Infinity]) {
      const gate = new EncryptionGate(
        facts("in", { reversePath: "" }),
        options,
      );
      assert.equal(verdict(gate, octets(mail), chunk), inbound);
    }
  });
}

Deno.test("gate in refuses a report that nobody waits for", () => {
  const envelope = { reversePath: "", awaitsReport: false };
  const gate = new EncryptionGate(facts("in", envelope), options);
  assert.equal(verdict(gate, octets(bounce(AUTOMATIC)), Infinity), NEEDED);
});

for (const vector of VECTORS) {
  for (const profile of ["out", "in"] as const) {
    Deno.test(`gate ${profile} ${vector.name}: ${vector[profile]}`, () => {
      const mail = octets(
        profile === "in"
          ? vector.mail.replaceAll(/ann@relay\.example/gi, "zoe@other.example")
          : vector.mail,
      );
      for (const chunk of [1, 7, 4096, Infinity]) {
        const gate = new EncryptionGate(
          facts(profile, vector.envelope ?? {}),
          options,
        );
        assert.equal(
          verdict(gate, mail, chunk),
          vector[profile],
          `chunks of ${chunk}`,
        );
      }
    });
  }
}

for (
  const [name, mail, want] of [
    [
      "an encrypted message of anybody",
      message({ from: "x@y.example" }),
      "encrypted",
    ],
    ["one without From", message().replace(/^From.*\r\n/, ""), "encrypted"],
    ["a setup message", setupMessage(), "autocrypt_setup"],
    ["plain text", plain("text/plain", "Hello"), NEEDED],
    [
      "two From fields",
      message({ fields: "From: a@b\r\n" }),
      "from_repeated",
    ],
    ["a bounce", bounce(AUTOMATIC), NEEDED],
  ] as const
) {
  Deno.test(`gate append ${name}: ${want}`, () => {
    const gate = new EncryptionGate(facts("append", {}), options);
    assert.equal(verdict(gate, octets(mail), Infinity), want);
  });
}

Deno.test("gate options: old packets and setup messages can be refused", () => {
  const strict: GateOptions = {
    ...options,
    acceptOldPacketFormat: false,
    allowAutocryptSetup: false,
  };
  const old = messageOf(
    concat([oldPacket(1, concat([Uint8Array.of(3), noise(260)])), seipd1()]),
  );
  for (const mail of [old, setupMessage()]) {
    const gate = new EncryptionGate(facts("out", { toSelf: true }), strict);
    assert.equal(verdict(gate, octets(mail), Infinity), NEEDED);
  }
});
