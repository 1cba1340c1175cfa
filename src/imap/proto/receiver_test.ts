import assert from "node:assert/strict";
import { type ImapInput, ImapReceiver } from "./receiver.ts";
import { workedMs } from "../../../tests/harness/worked.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function inputs(receiver: ImapReceiver): ImapInput[] {
  const all: ImapInput[] = [];
  for (let input = receiver.next(); input; input = receiver.next()) {
    all.push(input);
    if (input.kind === "fault") break;
  }
  return all;
}

for (
  const [name, octets, want] of [
    ["CRLF ends a line", "a NOOP\r\n", [{ kind: "line", text: "a NOOP" }]],
    ["a bare LF ends a line", "a NOOP\n", [{ kind: "line", text: "a NOOP" }]],
    ["an empty line is a line", "\r\n", [{ kind: "line", text: "" }]],
    ["half a line is nothing", "a NOOP\r", []],
    [
      "NUL makes a line invalid",
      "a\0\r\n",
      [{ kind: "line", text: "a\0", invalid: true }],
    ],
    [
      "a bare CR makes a line invalid",
      "a\rb\r\n",
      [{ kind: "line", text: "a\rb", invalid: true }],
    ],
    [
      "8-bit octets stay what they are, and the line says that it has some",
      "a \xe9\xff\x80\r\nb\r\n",
      [
        { kind: "line", text: "a \xe9\xff\x80", eightBit: true },
        { kind: "line", text: "b" },
      ],
    ],
    [
      "a literal follows its line, and the line goes on",
      "a {3+}\r\n\xff\0\r {0}\r\n\r\n",
      [
        {
          kind: "line",
          text: "a {3+}",
          literal: { sizeOctets: 3, sync: false },
        },
        {
          kind: "literal",
          octets: Uint8Array.of(255, 0, 13),
          last: true,
        },
        { kind: "line", text: " {0}", literal: { sizeOctets: 0, sync: true } },
        { kind: "literal", octets: new Uint8Array(), last: true },
        { kind: "line", text: "" },
      ],
    ],
    [
      "a line at the limit passes",
      "123456789012345678\r\n",
      [{ kind: "line", text: "123456789012345678" }],
    ],
    [
      "a line over the limit is a fault",
      "1234567890123456789\r\n",
      [{ kind: "fault", fault: "long_line" }],
    ],
    [
      "a line over the limit is a fault before it ends",
      "123456789012345678901",
      [{ kind: "fault", fault: "long_line" }],
    ],
  ] as const
) {
  Deno.test(`next(): ${name}`, () => {
    const receiver = new ImapReceiver(() => 20);
    receiver.push(latin1(octets));
    assert.deepEqual(inputs(receiver), want);
  });
  Deno.test(`next(): ${name}, octet by octet`, () => {
    const receiver = new ImapReceiver(() => 20);
    const all: ImapInput[] = [];
    for (const octet of latin1(octets)) {
      receiver.push(Uint8Array.of(octet));
      all.push(...inputs(receiver));
    }
    assert.deepEqual(all.filter(isWhole), want.filter(isWhole));
  });
}

function isWhole(input: ImapInput): boolean {
  return input.kind !== "literal" || input.octets.length === 0;
}

Deno.test("next() counts all lines of a command against one limit", () => {
  const receiver = new ImapReceiver(() => 20);
  receiver.push(encode("a {1+}\r\nx {1+}\r\nx12\r\n"));
  assert.deepEqual(inputs(receiver).at(-1), { kind: "line", text: "12" });
  receiver.push(encode("a {1+}\r\nx {1+}\r\nx12345678901\r\n"));
  assert.equal(inputs(receiver).at(-1)?.kind, "fault");
});

Deno.test("skipLiteral() ends the command", () => {
  const receiver = new ImapReceiver(() => 20);
  for (let i = 0; i < 10; i++) {
    receiver.push(encode("a1 LOGIN {9000}\r\n"));
    assert.equal(receiver.next()?.kind, "line");
    receiver.skipLiteral();
  }
  receiver.push(encode("a2 NOOP\r\n"));
  assert.deepEqual(receiver.next(), { kind: "line", text: "a2 NOOP" });
});

Deno.test("push() joins a long line of small pieces in linear time", () => {
  const receiver = new ImapReceiver(() => 1 << 20);
  const piece = encode("a".repeat(16));
  const start = workedMs();
  for (let i = 0; i < 65_000; i++) {
    receiver.push(piece.slice());
    assert.equal(receiver.next(), undefined);
  }
  receiver.push(encode("\n"));
  const line = receiver.next();
  assert.equal(line?.kind === "line" && line.text.length, 16 * 65_000);
  assert.ok(workedMs() - start < 2000);
});

Deno.test("next(): holds no more than a line, whatever comes", () => {
  let seed = 1;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const alphabet = encode('\r\n{}19+ aB"\0');
  for (let i = 0; i < 20_000; i++) {
    const r = new ImapReceiver(() => 32);
    outer: for (let j = 0; j < 12; j++) {
      r.push(
        Uint8Array.from(
          { length: random(9) },
          () => alphabet[random(alphabet.length)]!,
        ),
      );
      for (let input = r.next(); input; input = r.next()) {
        if (input.kind === "fault") break outer;
      }
      assert.ok(r.pending <= 32);
    }
  }
});
