import assert from "node:assert/strict";
import { type Header, MAX_HEADER_FIELDS, parseHeader } from "./header.ts";
import { HeaderReader } from "./header_reader.ts";
import { rewriteHeader } from "./header_rewrite.ts";

const encode = (text: string) =>
  Uint8Array.from(text, (char) => char.charCodeAt(0));
const decode = (octets: Uint8Array) => new TextDecoder("latin1").decode(octets);
const parse = (text: string) => parseHeader(encode(text));
const names = (header: Header) => header.fields.map((field) => field.name);

const MAIL =
  "From: <a@b.example>\r\nSubject: a\r\n  folded\tline\r\nX-\xff: \xff\xfe\r\nTo:x\r\n\r\n";

for (const chunk of [1, 2, 7, 4096]) {
  Deno.test(`HeaderReader finds the empty line in chunks of ${chunk}`, () => {
    for (const mail of [MAIL, MAIL.replaceAll("\r\n", "\n")]) {
      const octets = encode(mail + "body\r\n\r\n");
      const reader = new HeaderReader();
      let taken = 0;
      for (let at = 0; at < octets.length && !reader.header; at += chunk) {
        taken += reader.write(octets.subarray(at, at + chunk));
      }
      assert.equal(taken, mail.length);
      assert.equal(decode(reader.header!.octets), mail);
      assert.equal(reader.write(octets), 0);
    }
  });
}

Deno.test("HeaderReader takes an end of stream for the end of the header", () => {
  const reader = new HeaderReader();
  reader.write(encode("From: a\r\nTo: b"));
  assert.equal(reader.header, undefined);
  assert.deepEqual(names(reader.finish()!), ["from", "to"]);
});

Deno.test("HeaderReader holds nothing over its limit", () => {
  for (const [limit, tooLarge] of [[8, false], [7, true]] as const) {
    const reader = new HeaderReader(limit);
    const taken = reader.write(encode("A: b\r\n\r\nbody"));
    assert.equal(reader.tooLarge, tooLarge);
    assert.equal(taken, tooLarge ? 12 : 8);
    assert.equal(reader.finish() === undefined, tooLarge);
  }
});

Deno.test("parseHeader() gives fields, text and raw octets", () => {
  const header = parse(MAIL);
  assert.equal(header.malformed, true); // X-\xff is no field name
  assert.deepEqual(names(header), ["from", "subject", "to"]);
  assert.equal(header.textOf("subject"), "a  folded\tline");
  assert.equal(header.textOf("cc"), undefined);
  const subject = header.first("subject")!;
  assert.equal(decode(header.raw(subject)), "Subject: a\r\n  folded\tline\r\n");
});

for (
  const [name, text, malformed, want] of [
    ["nothing", "", false, []],
    ["an empty line", "\r\n", false, []],
    ["8-bit values", "A: \xff\r\n\r\n", false, ["a"]],
    ["blanks before the colon", "A : b\r\n\r\n", true, ["a"]],
    ["a line without a colon", "A: b\r\nnothing\r\nC: d\r\n\r\n", true, [
      "a",
      "c",
    ]],
    ["a folded first line", " x\r\nA: b\r\n\r\n", true, ["a"]],
    ["an mbox line", "From a@b Thu Jan  1 00:00\r\nA: b\r\n\r\n", true, ["a"]],
    ["a bare CR", "A: b\rC: d\r\n\r\n", true, ["a"]],
    ["a NUL", "A: \0\r\n\r\n", true, ["a"]],
    ["no name", ": b\r\n\r\n", true, []],
    ["mixed line ends", "A: b\nC: d\r\n\n", false, ["a", "c"]],
  ] as const
) {
  Deno.test(`parseHeader() on ${name}`, () => {
    const header = parse(text);
    assert.equal(header.malformed, malformed);
    assert.deepEqual(names(header), want);
  });
}

Deno.test("parseHeader() reads 1000 fields and calls more malformed", () => {
  const full = "A: b\r\n".repeat(MAX_HEADER_FIELDS);
  assert.equal(parse(full + "\r\n").malformed, false);
  const over = parse(full + "A: b\r\n\r\n");
  assert.equal(over.malformed, true);
  assert.equal(over.fields.length, MAX_HEADER_FIELDS);
});

Deno.test("parseHeader() measures the longest line", () => {
  assert.equal(parse("A: b\r\n cccccccc\r\nD: e\r\n\r\n").longestLine, 9);
});

Deno.test("text() falls back to Latin-1", () => {
  assert.equal(parse("A: \xfc\r\n\r\n").textOf("a"), "ü");
  assert.equal(parse("A: \xc3\xbc\r\n\r\n").textOf("a"), "ü");
});

for (
  const [name, before, changes, after] of [
    [
      "takes fields out, folded ones whole",
      "A: 1\r\nReceived: x\r\n by y\r\nB: \xff\r\nreceived: z\r\n\r\n",
      { remove: new Set(["received"]) },
      "A: 1\r\nB: \xff\r\n\r\n",
    ],
    [
      "replaces a value and takes later ones out",
      "A: 1\r\nsubject: secret\r\n more\r\nB: 2\r\nSubject: again\r\n\r\n",
      { replace: new Map([["subject", "[...]"]]) },
      "A: 1\r\nSubject: [...]\r\nB: 2\r\n\r\n",
    ],
    [
      "adds a replaced field that is missing",
      "A: 1\n\n",
      { replace: new Map([["subject", "[...]"]]) },
      "A: 1\nSubject: [...]\n\n",
    ],
    [
      "keeps what it is told to, and what it replaces",
      "A: 1\r\nB: 2\r\n\t3\r\nC: 4\r\nC: 5\r\n\r\n",
      {
        keep: ({ name }: { name: string }) => name === "b",
        replace: new Map([["c", "6;\r\n 7"]]),
        addMissing: [["A", () => "8"], ["B", () => "9"]],
      },
      "B: 2\r\n\t3\r\nC: 6;\r\n 7\r\nA: 8\r\n\r\n",
    ],
    [
      "folds with the header's own line ends",
      "A: 1\n\n",
      { replace: new Map([["a", "2\r\n 3"]]) },
      "A: 2\n 3\n\n",
    ],
    [
      "adds only what is missing",
      "Date: x\r\n\r\n",
      { addMissing: [["Date", () => "y"], ["Message-ID", () => "<m@x>"]] },
      "Date: x\r\nMessage-ID: <m@x>\r\n\r\n",
    ],
    [
      "puts fields in front",
      "A: 1\r\n\r\n",
      { prepend: ["Return-Path: <>"] },
      "Return-Path: <>\r\nA: 1\r\n\r\n",
    ],
    [
      "gives a header without an end a line end first",
      "A: 1",
      { addMissing: [["B", () => "2"]] },
      "A: 1\r\nB: 2\r\n",
    ],
    [
      "leaves a malformed header as it is",
      "x\r\n\ry: z\r\nA",
      {},
      "x\r\n\ry: z\r\nA",
    ],
  ] as const
) {
  Deno.test(`rewriteHeader() ${name}`, () => {
    assert.equal(decode(rewriteHeader(parse(before), changes)), after);
  });
}

Deno.test("rewriteHeader() writes no line end that a value smuggles in", () => {
  for (const text of ["b\r\nC: d", "b\r\n", "b\n c", "b\r c", "b\0"]) {
    for (const header of [parse("\r\n"), parse("\n")]) {
      assert.throws(
        () => rewriteHeader(header, { addMissing: [["A", () => text]] }),
        TypeError,
      );
    }
  }
});

Deno.test("header parsing survives any octets in any chunks", () => {
  let seed = 11;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const alphabet = encode("\r\n\r\n: \tAb\0\xff");
  for (let i = 0; i < 5000; i++) {
    const octets = Uint8Array.from(
      { length: random(80) },
      () => alphabet[random(alphabet.length)]!,
    );
    const reader = new HeaderReader(64);
    for (let at = 0; at < octets.length && !reader.header;) {
      const size = 1 + random(9);
      reader.write(octets.subarray(at, at + size));
      at += size;
    }
    const header = reader.finish();
    assert.equal(header === undefined, reader.tooLarge);
    if (!header) continue;
    assert.ok(header.octets.length <= 64);
    assert.deepEqual(
      header.octets,
      octets.subarray(0, header.octets.length),
      `seed 11, round ${i}`,
    );
    rewriteHeader(header, { remove: new Set(["a"]) });
  }
});
