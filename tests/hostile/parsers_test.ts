/**
 * Every parser of what a peer sends, or of a file that others wrote, takes time in
 * proportion to the text, whatever it is: at its limit and far beyond it.
 */
import { parseBlockPattern } from "../../src/accounts/block_patterns.ts";
import {
  isPassword,
  isStrong,
} from "../../src/accounts/passwords/passwords.ts";
import { parseStoredPassword } from "../../src/accounts/passwords/stored_password.ts";
import { isToken, readTokenChange } from "../../src/accounts/tokens.ts";
import { parseImportEntry } from "../../src/accounts/transfer/import_entry.ts";
import { JsonItems } from "../../src/accounts/transfer/json_items.ts";
import { parseDuration } from "../../src/base/durations.ts";
import { limitKey, plainAddress } from "../../src/base/peer_address.ts";
import { parseSize } from "../../src/base/sizes.ts";
import {
  decimal,
  flag,
  integer,
  list,
  text as textKind,
} from "../../src/config/kinds.ts";
import {
  domainAliases,
  hostName,
  listenAddress,
  mailDomain,
  network,
} from "../../src/config/network_kinds.ts";
import { KeyPositions } from "../../src/config/positions.ts";
import { addressInUri } from "../../src/delivery/directory.ts";
import {
  cleanReceived,
  cleanSubmitted,
} from "../../src/delivery/header_hygiene.ts";
import { listPattern } from "../../src/imap/proto/list_pattern.ts";
import { decodeMutf7, encodeMutf7 } from "../../src/imap/proto/mutf7.ts";
import { quote, quoteAstring } from "../../src/imap/proto/quote.ts";
import { ImapReceiver } from "../../src/imap/proto/receiver.ts";
import { Scanner } from "../../src/imap/proto/scanner.ts";
import { COMMANDS } from "../../src/imap/server/commands.ts";
import { selectFields } from "../../src/imap/server/fetch/header_fields.ts";
import {
  envelopeText,
  structureText,
} from "../../src/imap/server/fetch/structure_text.ts";
import { decodeWords } from "../../src/mail/reading/encoded_words.ts";
import { checkAccountName } from "../../src/mail/account_name.ts";
import { findAddress, literalIp, parseDomain } from "../../src/mail/address.ts";
import { decodeBase64, plainCredentials } from "../../src/mail/credentials.ts";
import { secretOf } from "../../src/base/secret.ts";
import { parseMailboxes, readAddresses } from "../../src/mail/address_list.ts";
import {
  parseContentType,
  parseTransferEncoding,
  readContentType,
  readDisposition,
} from "../../src/mail/content_type.ts";
import {
  parseImapDate,
  parseImapDateTime,
  parseMailDate,
} from "../../src/mail/date.ts";
import { readEnvelope } from "../../src/mail/envelope.ts";
import { type Header, parseHeader } from "../../src/mail/header.ts";
import { chosenCoding } from "../../src/http/coding.ts";
import { requestedRange } from "../../src/http/proto/byte_range.ts";
import { isKnown, isWanted } from "../../src/http/proto/entity_tags.ts";
import { RequestReceiver } from "../../src/http/proto/request_receiver.ts";
import { requestUrl } from "../../src/http/proto/request_url.ts";
import { TrustedProxies } from "../../src/http/trusted_proxies.ts";
import { Networks } from "../../src/net/networks.ts";
import { Needle } from "../../src/mail/reading/needle.ts";
import { decodeResponse } from "../../src/dns/message.ts";
import { ResponseReceiver } from "../../src/http/client/response_receiver.ts";
import { parseForm } from "../../src/http/form.ts";
import { ReplyReceiver } from "../../src/smtp/client/reply_receiver.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { MimeParser } from "../../src/mail/mime_parser.ts";
import { readPartHeader } from "../../src/mail/part_header.ts";
import { transferDecoder } from "../../src/mail/transfer_decoding.ts";
import { redact } from "../../src/observe/redact.ts";
import { parseRequest } from "../../src/control/control_protocol.ts";
import { EncryptionGate } from "../../src/pgp/gate.ts";
import {
  isClientName,
  parseMail,
  parseRcpt,
} from "../../src/smtp/server/arguments.ts";
import { ContentScanner } from "../../src/smtp/server/content_scanner.ts";
import { SmtpReceiver } from "../../src/smtp/server/receiver.ts";
import { assertQuick, type Family, LONG, textsOf } from "./family.ts";

interface Parser extends Family {
  readonly name: string;
  /** @param octets The text in Latin-1; of a run, the same array. */
  read(text: string, octets: Uint8Array<ArrayBuffer>): void;
}

const ADDRESS = [...'a1@.:[]<>"\\ \t-\u00e9\u3002('];
const FIELD = [...'a"\\()<>@,;:=. *?\t['];
const LINES = [
  "a",
  ":",
  " ",
  "\t",
  "\n",
  "\r\n",
  "\r",
  "\0",
  "-",
  "--b",
  "=",
  "\u00e9",
];
const CHUNKED_HEAD =
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const TOML = [..."a.=\"'\\[{,#\n"];
const LINE_LIMIT = 4096;
const HEADER_LIMIT = 256 * 1024;
const account = findAddress("ann@relay.example")!;
const domains = new LocalDomains({ domains: ["relay.example"] });

function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

const PARSERS: readonly Parser[] = [
  ...addresses(),
  ...smtp(),
  ...imap(),
  ...fields(),
  ...messages(),
  ...files(),
  ...peers(),
];

function addresses(): Parser[] {
  const rows: [string, (text: string) => void][] = [
    ["findAddress", findAddress],
    ["parseDomain", parseDomain],
    ["literalIp", literalIp],
    ["LocalDomains.parse", (text) => domains.parse(text)],
    ["parseBlockPattern", (text) => parseBlockPattern(text, domains)],
    ["addressInUri", addressInUri],
    [
      "checkAccountName",
      (text) => checkAccountName(text, { minLength: 3, maxLength: 30 }),
    ],
  ];
  return rows.map(([name, read]) => ({
    name,
    alphabet: ADDRESS,
    limit: 320,
    around: [["", ""], ["a@", ""], ["a@[", "]"], ["", "@a.example"]],
    read,
  }));
}

function smtp(): Parser[] {
  const offered = { utf8: true, auth: true };
  return [
    {
      name: "parseMail",
      alphabet: ADDRESS,
      limit: LINE_LIMIT,
      around: [["FROM:<", ">"], ["FROM:", ""], ["FROM:<> ", ""]],
      read: (text) => parseMail(text, offered),
    },
    {
      name: "parseRcpt",
      alphabet: ADDRESS,
      limit: LINE_LIMIT,
      around: [["TO:<", ">"], ["TO:", ""], ["TO:<a@b.example> ", ""]],
      read: (text) => parseRcpt(text, true),
    },
    {
      name: "isClientName",
      alphabet: ADDRESS,
      limit: LINE_LIMIT,
      read: isClientName,
    },
    {
      name: "decodeBase64",
      alphabet: [..."aA0+/=* "],
      limit: LINE_LIMIT,
      read: decodeBase64,
    },
    {
      name: "plainCredentials",
      alphabet: [...ADDRESS.filter((char) => char < "\x80"), "\0"],
      limit: LINE_LIMIT,
      around: [["\0a@", "\0password"], ["b@a\0", "\0password"], [
        "",
        "\0a@b\0password",
      ]],
      read: (text) => plainCredentials(btoa(text)),
    },
    {
      name: "RequestReceiver",
      alphabet: [...LINES, ";", "0", "1\r\na\r\n"],
      limit: 16_384,
      around: [
        ["", ""],
        ["GET / HTTP/1.1\r\nHost: a\r\n", "\r\n\r\n"],
        [CHUNKED_HEAD, ""],
        [`${CHUNKED_HEAD}0\r\n`, ""],
      ],
      read(_text, octets) {
        const receiver = new RequestReceiver(16_384);
        receiver.push(octets);
        while (receiver.next());
      },
    },
    {
      name: "SmtpReceiver",
      alphabet: ["a", " ", "\r\n", "\r", "\n", "\0", "."],
      limit: LINE_LIMIT,
      read(_text, octets) {
        const receiver = new SmtpReceiver();
        for (let at = 0; at < octets.length; at += 100) {
          receiver.push(octets.slice(at, at + 100));
          while (receiver.next(LINE_LIMIT)?.kind === "line");
        }
      },
    },
    {
      name: "ContentScanner",
      alphabet: ["a", ".", "\r\n", "\r", "\n"],
      limit: HEADER_LIMIT,
      read: (_text, octets) => new ContentScanner().scan(octets.slice()),
    },
  ];
}

function imap(): Parser[] {
  const scanned = (text: string) => {
    const args = new Scanner({ lines: [text], literals: [] });
    args.tag();
    args.space();
    COMMANDS.get(args.commandName())?.parse(args);
    args.end();
  };
  return [
    ...[...COMMANDS.keys()].map((name): Parser => ({
      name: `${name} of IMAP`,
      alphabet: [...'a1"\\ ({*%&,'],
      limit: LINE_LIMIT,
      around: [[`A ${name} `, ""]],
      read: scanned,
    })),
    {
      name: "arguments of SEARCH, FETCH, STORE and METADATA",
      alphabet: [...'a1"\\ ({*%&,:'],
      limit: LINE_LIMIT,
      around: [
        ["A SEARCH HEADER ", " x"],
        ["A SEARCH TEXT ", ""],
        ["A SEARCH UID ", ""],
        ["A FETCH 1 (", ")"],
        ["A FETCH 1 BODY[", "]"],
        ["A FETCH 1 BODY[HEADER.FIELDS (", ")]"],
        ["A STORE 1 FLAGS (", ")"],
        ['A GETMETADATA "" (', ")"],
        ['A SETMETADATA "" (/private/', " a)"],
        ['A LIST "" (', ")"],
      ],
      read: scanned,
    },
    {
      name: "lists for SEARCH, FETCH, LIST and STORE",
      alphabet: [
        "1,",
        "1:*,",
        "OR ",
        "NOT ",
        "(",
        ")",
        "UID 1 ",
        "A ",
        "1.",
        "\\a ",
      ],
      limit: LINE_LIMIT,
      around: [
        ["A SEARCH ", "1"],
        ["A FETCH ", "1 FLAGS"],
        ["A FETCH 1 BODY[", "]"],
        ["A STORE 1 FLAGS (", "a)"],
        ['A LIST "" (', "a)"],
      ],
      read: scanned,
    },
    {
      name: "ImapReceiver",
      alphabet: ["a", "{", "}", "{1}", "{9+}", "\n", "\r\n", "\r", "\0"],
      limit: LINE_LIMIT,
      read(_text, octets) {
        const receiver = new ImapReceiver(() => LINE_LIMIT);
        for (let at = 0; at < octets.length; at += 100) {
          receiver.push(octets.slice(at, at + 100));
          for (
            let input = receiver.next();
            input && input.kind !== "fault";
            input = receiver.next()
          );
        }
      },
    },
    {
      name: "listPattern",
      alphabet: [..."a*%/&I"],
      limit: 510,
      around: [["", ""], ["INBOX/", ""]],
      read: (text) => listPattern(text)("a/".repeat(127)),
    },
    {
      name: "decodeMutf7",
      alphabet: [..."a&-,+AI "],
      limit: LINE_LIMIT,
      read: decodeMutf7,
    },
    {
      name: "encodeMutf7, quote and quoteAstring",
      alphabet: [...'a&-\u00e9"\\{ '],
      limit: LINE_LIMIT,
      read(text) {
        encodeMutf7(text);
        quote(text);
        quoteAstring(text);
      },
    },
    {
      name: "parseImapDate and parseImapDateTime",
      alphabet: [..."1-J :+"],
      limit: LINE_LIMIT,
      around: [["", ""], ["01-Jan-2026 ", ""]],
      read(text) {
        failing(() => parseImapDate(text));
        parseImapDateTime(text);
      },
    },
  ];
}

function fields(): Parser[] {
  const rows: [string, (text: string) => void, string[]?][] = [
    ["parseMailboxes", parseMailboxes],
    ["readAddresses", readAddresses],
    ["parseContentType", parseContentType, ["a/b;", "a/b;c*0="]],
    ["readContentType", readContentType, ["a/b;", "a/b;c*0="]],
    ["readDisposition", readDisposition, ["a;"]],
    ["parseTransferEncoding", parseTransferEncoding],
    ["parseMailDate", parseMailDate, ["Mon, 1 Jan 2026 "]],
    ["decodeWords", decodeWords, ["=?utf-8?q?"]],
  ];
  return rows.map(([name, read, before = []]) => ({
    name,
    alphabet: [...FIELD, "=?a?q?b?= "],
    limit: HEADER_LIMIT,
    around: [["", ""], ...before.map((text) => [text, ""] as const)],
    read,
  }));
}

function messages(): Parser[] {
  const parts = {
    clock: { now: () => 0, monotonic: () => 0 },
    random: (n: number) => new Uint8Array(n),
    domain: "relay.example",
  };
  const form = {
    as: "encrypted",
    contentType: "a/b",
    encoding: "7bit",
  } as const;
  const settings = {
    rewriteSubject: true,
    stripHeaders: true,
    reportHint: true,
  };
  const rows: [string, (header: Header) => void][] = [
    ["fields of a Header", (header) => {
      for (const field of header.fields) header.text(field);
      header.all("a");
      header.textOf("a");
    }],
    ["readEnvelope", (header) => envelopeText(readEnvelope(header))],
    ["readPartHeader", (header) => readPartHeader(header, { inDigest: true })],
    ["cleanReceived", (header) => cleanReceived(header, form, settings)],
    [
      "cleanSubmitted",
      (header) => cleanSubmitted(header, form, settings, parts),
    ],
  ];
  const around = [
    ["", ""],
    ["A: ", ""],
    ["To: ", ""],
    ["Content-Language: ", ""],
    ["Content-Type: multipart/mixed; boundary=b\n\n--b\n", ""],
    ["Content-Type: multipart/mixed; boundary=b\n\n", "\n--b--"],
  ] as const;
  return [
    {
      name: "parseHeader",
      alphabet: LINES,
      limit: HEADER_LIMIT,
      around,
      read: (_text, octets) => parseHeader(octets),
    },
    ...rows.map(([name, read]): Parser => ({
      name,
      alphabet: ["a", ":", " ", "\n", "\r\n", "\r", ",", "a:\n"],
      limit: HEADER_LIMIT,
      around: around.slice(0, 4),
      read: (_text, octets) => read(parseHeader(octets)),
    })),
    {
      name: "selectFields",
      alphabet: LINES,
      limit: HEADER_LIMIT,
      around,
      read: (_text, octets) => selectFields(octets, new Set(["a"]), "others"),
    },
    {
      name: "MimeParser",
      alphabet: [
        ...LINES,
        "\n--b\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
        "Content-Type: message/rfc822\n\n",
      ],
      limit: LONG, // it is given no more at once
      around,
      read(_text, octets) {
        const parser = new MimeParser();
        parser.write(octets);
        structureText(parser.finish(), { extended: true });
      },
    },
    {
      name: "EncryptionGate",
      alphabet: [...LINES, "\n--b\n"],
      limit: LONG,
      around: [
        [
          "From: ann@relay.example\nContent-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\n",
          "",
        ],
        [
          "From: ann@relay.example\nContent-Type: multipart/encrypted; boundary=b\n\n",
          "",
        ],
        ["From: ", "\n\n"],
        ["Content-Type: ", "\nFrom: ann@relay.example\n\n"],
      ],
      read(_text, octets) {
        const stranger = {
          reversePath: "",
          recipientCount: 1,
          awaitsReport: true,
        };
        for (
          const facts of [
            { profile: "in", ...stranger },
            { profile: "append", account },
          ] as const
        ) {
          const gate = new EncryptionGate(facts, {
            acceptOldPacketFormat: true,
            allowAutocryptSetup: true,
            fold: (address) => address,
            isLocal: () => false,
          });
          gate.write(octets);
          gate.finish();
        }
      },
    },
    ...["base64", "quoted-printable"].map((encoding): Parser => ({
      name: `transferDecoder of ${encoding}`,
      alphabet: ["a", "A", "=", "==", " ", "\r", "\n", "\r\n", "\u00e9"],
      limit: HEADER_LIMIT,
      read(_text, octets) {
        const decoder = transferDecoder(encoding);
        decoder?.decode(octets);
        decoder?.finish();
      },
    })),
  ];
}

function files(): Parser[] {
  const kinds = [
    ["decimal", decimal(0, 1)],
    ["flag", flag],
    ["integer", integer(0, 1)],
    ["list", list(network)],
    ["text", textKind],
    ["domainAliases", domainAliases],
    ["hostName", hostName],
    ["listenAddress", listenAddress],
    ["mailDomain", mailDomain],
    ["network", network],
  ] as const;
  return [
    {
      name: "KeyPositions",
      alphabet: TOML,
      limit: LINE_LIMIT,
      around: [["", ""], ["a=[", ""], ['a="""', ""], ["[a]\nb=", ""]],
      read: (text) => new KeyPositions(text).find(["a", "b"]),
    },
    ...kinds.map(([name, kind]): Parser => ({
      name: `Kind ${name}`,
      alphabet: [..."a1.,:/[]= -"],
      limit: LINE_LIMIT,
      read: (text) => kind.parse(text),
    })),
    {
      name: "JsonItems",
      alphabet: [...'a{}[]",:\\ 1'],
      limit: LINE_LIMIT,
      around: [["[", ""], ['{"users":[', ""], ['{"a":', ""], ['["', '"]']],
      read: (text) => void [...new JsonItems().push(text)],
    },
    {
      name: "parseImportEntry",
      alphabet: ADDRESS,
      limit: LINE_LIMIT,
      read: (text) => parseImportEntry({ username: text, hash: text }),
    },
    {
      name: "parseStoredPassword",
      alphabet: [..."a:$/.=2+"],
      limit: LINE_LIMIT,
      around: [["", ""], ["sha256:", ":"], ["$6$", ""], ["$2b$10$", ""], [
        "scrypt:1:1:1:",
        ":a",
      ]],
      read: parseStoredPassword,
    },
  ];
}

function peers(): Parser[] {
  const networks = new Networks();
  const proxies = new TrustedProxies(() => ["127.0.0.0/8"]);
  const rows: [string, Parser["read"], string][] = [
    [
      "isPassword and isStrong",
      (_text, octets) =>
        void (isPassword(secretOf(octets)) && isStrong(secretOf(octets))),
      "aA1 \u00e9\0\n",
    ],
    ["isToken", isToken, "aA1._~- "],
    [
      "readTokenChange",
      (text) => readTokenChange({ token: "aaaa", expires_at: text }, 0),
      "1-:TZ.+ ",
    ],
    [
      "readTokenChange for a while",
      (text) => readTokenChange({ token: "aaaa", expires_in: text }, 0),
      "1dhms .",
    ],
    ["parseDuration", parseDuration, "1wdhms "],
    ["parseSize", parseSize, "1.kMGiB "],
    [
      "plainAddress and limitKey",
      (text) => limitKey(plainAddress(text)),
      "1a:.[]%",
    ],
    ["Networks", (text) => networks.includes([text], text), "1a:./"],
    ["redact", redact, "a1@.:[]-=+/ "],
    ["requestUrl", (text) => {
      const head = { method: "GET", target: `/${text}`, host: "relay.example" };
      requestUrl(head, true);
      requestUrl({ ...head, target: `http://${text}` }, true);
      requestUrl({ ...head, host: text }, true);
    }, "a1/.:%?&=[]@ "],
    ["parseForm", (text) => parseForm(text), "a=&%41+ "],
    ["ReplyReceiver", (_text, octets) => {
      const receiver = new ReplyReceiver();
      for (let at = 0; at < octets.length; at += 100) {
        receiver.push(octets.subarray(at, at + 100));
        while (receiver.next()?.kind === "reply");
      }
    }, "250- .a\n\r"],
    ["ResponseReceiver", (_text, octets) => {
      const receiver = new ResponseReceiver(4096);
      for (let at = 0; at < octets.length; at += 100) {
        receiver.push(octets.subarray(at, at + 100));
        if (receiver.next()) return;
      }
    }, "HTP/1. 20a:\r\n"],
    ["decodeResponse of DNS", (_text, octets) => {
      decodeResponse(octets, 0, { name: "a.example", type: "TXT" });
    }, "a\0\x01\x0c\x3f\xc0\x84"],
    ["entity tags", (text) => {
      isKnown(text, '"a"');
      isWanted(text, '"a"');
    }, 'aW/", *\t'],
    ["chosenCoding", (text) => {
      chosenCoding(text, ["br", "gzip"]);
    }, "aq=,;1. "],
    ["requestedRange", (text) => {
      requestedRange(text, 1000);
      requestedRange(`bytes=${text}`, 1000);
    }, "bytes=-,19 "],
    ["TrustedProxies", (text) => {
      const headers = new Headers({ "x-forwarded-for": text });
      proxies.peerOf(headers, { address: "127.0.0.1", secure: false });
    }, "1a:.[], "],
    ["Needle", (text) => {
      const half = text.slice(0, 1000);
      new Needle(`${half}b${half}`).isIn(text);
      new Needle(`b${half}`).isIn(text);
    }, "ab "],
    ["parseRequest", parseRequest, '{}[]":,1a\\ '],
  ];
  return rows.map(([name, read, alphabet]) => ({
    name,
    alphabet: [...alphabet],
    limit: LINE_LIMIT,
    read,
  }));
}

function failing(read: () => void): void {
  try {
    read();
  } catch {
    // what a parser throws is its own tests' business
  }
}

for (const parser of PARSERS) {
  Deno.test(`${parser.name} takes little time for whatever it reads`, () => {
    for (const { name, text } of textsOf(parser)) {
      const octets = octetsOf(text);
      assertQuick(name, () => failing(() => parser.read(text, octets)));
    }
  });
}
