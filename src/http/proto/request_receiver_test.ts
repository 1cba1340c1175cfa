import assert from "node:assert/strict";
import { fromLatin1, latin1 } from "../../base/octets.ts";
import type { RequestFault } from "./request_head.ts";
import { RequestReceiver } from "./request_receiver.ts";
import { FUZZ_SEED } from "../../../tests/harness/fuzz.ts";

/** What a receiver makes of these octets, in pieces of one size. */
function receive(text: string, pieceOctets = 65_536): string[] {
  const receiver = new RequestReceiver(16_384);
  const octets = fromLatin1(text);
  const inputs: string[] = [];
  let body = "";
  for (let at = 0; at < octets.length; at += pieceOctets) {
    receiver.push(octets.slice(at, at + pieceOctets));
    for (
      let input = receiver.next();
      input;
      input = receiver.next()
    ) {
      if (input.kind === "head") {
        const { method, target, persists } = input.head;
        inputs.push(`${method} ${target}${persists ? "" : " last"}`);
      } else if (input.kind === "body") {
        body += latin1(input.octets);
        if (input.last) inputs.push(`body ${body}`);
        if (input.last) body = "";
      } else inputs.push(input.fault);
    }
    assert.ok(receiver.pending <= 16_384 + pieceOctets);
  }
  return inputs;
}

const HOST = "Host: a.example\r\n";
const CHUNKED = `POST /c HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
const LONG = "x".repeat(16_384);

const READ: [string, string, string[]][] = [
  ["a request", `GET /a HTTP/1.1\r\n${HOST}\r\n`, ["GET /a"]],
  [
    "several, after empty lines",
    `\r\n\r\nGET /a HTTP/1.1\r\n${HOST}\r\n\r\nHEAD /b HTTP/1.1\r\n${HOST}\r\n`,
    ["GET /a", "HEAD /b"],
  ],
  ["HTTP/1.0 without Host", "GET /a HTTP/1.0\r\n\r\n", ["GET /a last"]],
  [
    "an end by Connection",
    `GET /a HTTP/1.1\r\n${HOST}Connection: foo, Close\r\n\r\n`,
    ["GET /a last"],
  ],
  [
    "a body by length",
    `POST /a HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\nbodyGET /b HTTP/1.1\r\n${HOST}\r\n`,
    ["POST /a", "body body", "GET /b"],
  ],
  [
    "a body of nothing",
    `POST /a HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\nGET /b HTTP/1.1\r\n${HOST}\r\n`,
    ["POST /a", "GET /b"],
  ],
  [
    "chunks, with extensions and trailers",
    `${CHUNKED}3;a=b\r\nabc\r\n0A ; x="\t\xe9"\r\n0123456789\r\n0\r\nT: v\r\n\r\nGET /b HTTP/1.1\r\n${HOST}\r\n`,
    ["POST /c", "body abc0123456789", "GET /b"],
  ],
  [
    "both framings: the chunks count, and it is the last",
    `POST /a HTTP/1.1\r\n${HOST}Content-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ["POST /a last", "body "],
  ],
  [
    "values of any octet but controls",
    `GET /a HTTP/1.1\r\n${HOST}X: \xa0\xff\t y \r\n\r\n`,
    ["GET /a"],
  ],
];
for (const [what, text, expected] of READ) {
  for (const size of [1, 7, 65_536]) {
    Deno.test(`next() reads ${what}, in pieces of ${size}`, () => {
      assert.deepEqual(receive(text, size), expected);
    });
  }
}

const get = (fields: string) => `GET / HTTP/1.1\r\n${HOST}${fields}\r\n\r\n`;
const post = (fields: string) => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n\r\n`;
const REFUSED: [string, string, RequestFault][] = [
  ["another protocol", "EHLO me\r\n\r\n", "malformed"],
  ["TLS", "\x16\x03\x01\x02", "malformed"],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "unknown_version"],
  ["HTTP/0.9", "GET /\r\n\r\n", "malformed"],
  ["two blanks", `GET  / HTTP/1.1\r\n${HOST}\r\n`, "malformed"],
  ["a blank in the target", `GET /a b HTTP/1.1\r\n${HOST}\r\n`, "malformed"],
  [
    "a target of other octets",
    `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`,
    "malformed",
  ],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", "malformed"],
  ["two Hosts", get("host: b.example"), "malformed"],
  ["the same Host twice", get("Host: a.example"), "malformed"],
  ["a bare LF in the request line", `GET / HTTP/1.1\n${HOST}\r\n`, "malformed"],
  ["a bare LF between fields", get("A: b\nC: d"), "malformed"],
  ["a bare LF at the end", `GET / HTTP/1.1\r\n${HOST}\n`, "malformed"],
  ["a bare CR", get("A: b\rC: d"), "malformed"],
  ["NUL", get("A: b\0c"), "malformed"],
  ["a folded line", get("A: b\r\n c"), "malformed"],
  ["a blank before the colon", get("Host : b"), "malformed"],
  ["a field without name", get(": b"), "malformed"],
  ["a line that is no field", get("foo"), "malformed"],
  ["a name that is no token", get("a b: c"), "malformed"],
  ["two lengths", post("Content-Length: 3\r\nContent-Length: 4"), "malformed"],
  [
    "one length twice",
    post("Content-Length: 3\r\nContent-Length: 3"),
    "malformed",
  ],
  ["a list of lengths", post("Content-Length: 3, 3"), "malformed"],
  ["a length with a sign", post("Content-Length: +3"), "malformed"],
  ["a negative length", post("Content-Length: -3"), "malformed"],
  ["a length in hex", post("Content-Length: 0x3"), "malformed"],
  ["an empty length", post("Content-Length: "), "malformed"],
  [
    "a length beyond counting",
    post(`Content-Length: 1${"0".repeat(20)}`),
    "malformed",
  ],
  ["another coding", post("Transfer-Encoding: gzip"), "unknown_coding"],
  [
    "chunked not last",
    post("Transfer-Encoding: chunked, gzip"),
    "unknown_coding",
  ],
  [
    "chunked twice",
    post("Transfer-Encoding: chunked, chunked"),
    "unknown_coding",
  ],
  [
    "chunked in two fields",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    "unknown_coding",
  ],
  ["chunked in quotes", post('Transfer-Encoding: "chunked"'), "unknown_coding"],
  [
    "a coding with vertical tab",
    post("Transfer-Encoding: \x0bchunked"),
    "malformed",
  ],
  [
    "chunked in HTTP/1.0",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "malformed",
  ],
  ["an expectation", get("Expect: tea"), "unknown_expectation"],
  ["a long target", `GET /${LONG}`, "target_too_long"],
  [
    "a target of one octet too many",
    `GET /${"x".repeat(8178)} HTTP/1.1\r\n`,
    "target_too_long",
  ],
  ["a long field", get(`A: ${LONG}`), "head_too_large"],
  ["a long name", `GET / HTTP/1.1\r\n${LONG}`, "head_too_large"],
  ["many fields", get("A: b\r\n".repeat(100).trim()), "head_too_large"],
];
for (const [what, text, fault] of REFUSED) {
  for (const size of [1, 7, 65_536]) {
    Deno.test(`next() refuses ${what}, in pieces of ${size}`, () => {
      assert.deepEqual(receive(text, size), [fault]);
    });
  }
}

const BAD_BODIES: [string, string][] = [
  ["no size", "\r\n"],
  ["a size that is none", "g\r\n"],
  ["a size with a sign", "+1\r\n"],
  ["a size in C's way", "0x1\r\nx\r\n"],
  ["a size after a blank", " 1\r\nx\r\n"],
  ["a size beyond counting", "123456789\r\n"],
  ["a blank after the size", "1 \r\nx\r\n"],
  ["a bare LF after the size", "1\nx\r\n"],
  ["a bare CR in the extension", "1;a\rb\r\nx\r\n"],
  ["a bare LF in the extension", "1;a\nb\r\nx\r\n"],
  ["no end of the chunk", "1\r\nxy\r\n"],
  ["a bare LF at the end of the chunk", "1\r\nx\n"],
  ["a trailer that is no field", "0\r\nfoo\r\n\r\n"],
  ["a long extension", `1;${"a".repeat(1100)}\r\n`],
  ["a line without end", "a".repeat(1100)],
  ["many extensions", `1;${"a".repeat(1000)}\r\nx\r\n`.repeat(20)],
  ["many trailers", `0\r\n${`T: ${"a".repeat(1000)}\r\n`.repeat(20)}\r\n`],
];
for (const [what, text] of BAD_BODIES) {
  for (const size of [1, 7, 65_536]) {
    Deno.test(`next() refuses ${what} in a body, in pieces of ${size}`, () => {
      const smuggled = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
      assert.deepEqual(receive(CHUNKED + text + smuggled, size), [
        "POST /c",
        "bad_body",
      ]);
    });
  }
}

Deno.test("next() takes a long body in small chunks", () => {
  const chunks = "1\r\nx\r\n".repeat(50_000);
  assert.deepEqual(receive(`${CHUNKED}${chunks}0\r\n\r\n`, 1000), [
    "POST /c",
    `body ${"x".repeat(50_000)}`,
  ]);
});

Deno.test("takeRest() gives what belongs to no request", () => {
  const receiver = new RequestReceiver(1000);
  receiver.push(fromLatin1(`GET /a HTTP/1.1\r\n${HOST}\r\n\x02\x00frames`));
  assert.equal(receiver.next()?.kind, "head");
  assert.equal(latin1(receiver.takeRest()), "\x02\x00frames");
  assert.equal(receiver.next(), undefined);
});

Deno.test("next() survives any octets, and never holds more than a head", () => {
  const seed = FUZZ_SEED;
  const random = generator(seed);
  const words = [
    ...["GET ", "POST ", "/", " HTTP/1.1\r\n", "\r\n", "\n", "\r", ":", " "],
    ...["Host: a\r\n", "Content-Length: ", "3", "chunked", ";", "\0", "\xff"],
    ...[
      "Transfer-Encoding: chunked\r\n",
      "Expect: 100-continue\r\n",
      "0\r\n\r\n",
    ],
  ];
  for (let round = 0; round < 3000; round++) {
    const receiver = new RequestReceiver(200);
    for (let piece = 0; piece < 20; piece++) {
      let text = "";
      for (let i = 0; i < random() * 10; i++) {
        text += words[Math.floor(random() * words.length)];
      }
      receiver.push(fromLatin1(text));
      let count = 0;
      while (receiver.next()) assert.ok(count++ < 1000, `seed ${seed}`);
      assert.ok(receiver.pending <= 1200, `seed ${seed}`);
    }
  }
});

/** A small generator (mulberry32), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
