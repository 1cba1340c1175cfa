import assert from "node:assert/strict";
import { clientFrame as frame } from "../../../tests/harness/client_frames.ts";
import { concat } from "../../base/octets.ts";
import { encodeClose, encodeFrame, OPCODES } from "./web_socket_frames.ts";
import {
  type WebSocketInput,
  WebSocketReceiver,
} from "./web_socket_receiver.ts";
import { FUZZ_SEED } from "../../../tests/harness/fuzz.ts";

const MOST = 70_000;
const { close, continuation, ping, pong, text } = OPCODES;

/** What comes of octets that arrive in pieces of so many, in words. */
function read(octets: Uint8Array, size: number): string[] {
  const receiver = new WebSocketReceiver(MOST);
  const found: string[] = [];
  for (let at = 0; at < octets.length; at += size) {
    const piece = octets.slice(at, at + size);
    receiver.push(piece);
    for (let input = receiver.next(); input; input = receiver.next()) {
      found.push(inWords(input));
    }
    piece.fill(0xff); // nothing of it is held
  }
  return found;
}

function inWords(input: WebSocketInput): string {
  switch (input.kind) {
    case "message":
      return typeof input.message === "string"
        ? `text ${shortened(input.message)}`
        : `octets ${shortened(input.message.toHex())}`;
    case "ping":
      return `ping ${input.octets.toHex()}`;
    case "pong":
      return "pong";
    case "fault":
      return `fault ${input.fault}`;
    default:
      return `${input.kind} ${input.code}`;
  }
}

const shortened = (words: string) =>
  words.length > 60 ? `${words.slice(0, 8)}…${words.length}` : words;
const octets = (...values: number[]) => new Uint8Array(values);
const long = "ä".repeat(35_000);

const ROWS: [string, Uint8Array[], string[]][] = [
  ["text", [frame("häh? 🙂")], ["text häh? 🙂"]],
  ["octets", [frame(octets(0, 255, 128))], ["octets 00ff80"]],
  ["nothing in a message", [frame(""), frame(octets())], ["text ", "octets "]],
  ["a mask of zeros", [frame("a", { mask: [0, 0, 0, 0] })], ["text a"]],
  ["a mark that is text", [frame("\ufeff{}")], ["text \ufeff{}"]],
  ["125 octets", [frame("x".repeat(125))], ["text xxxxxxxx…125"]],
  ["126 octets", [frame("x".repeat(126))], ["text xxxxxxxx…126"]],
  ["65 535 octets", [frame("x".repeat(65_535))], ["text xxxxxxxx…65535"]],
  ["65 536 octets", [frame("x".repeat(65_536))], ["text xxxxxxxx…65536"]],
  ["the most there may be", [frame(long)], ["text ääääääää…35000"]],
  [
    "a message in frames, with others between them",
    [
      frame("h\u00e4".slice(0, 1), { isLast: false }),
      frame(octets(1, 2), { opcode: ping }),
      frame("", { opcode: continuation, isLast: false }),
      frame(octets(), { opcode: pong }),
      frame("ello", { opcode: continuation }),
      frame("next"),
    ],
    ["ping 0102", "pong", "text hello", "text next"],
  ],
  [
    "a character in two frames",
    [
      frame(octets(0xc3), { opcode: text, isLast: false }),
      frame(octets(0xa4), { opcode: continuation }),
    ],
    ["text ä"],
  ],
  [
    "a ping of 125 octets",
    [frame(new Uint8Array(125), { opcode: ping })],
    [`ping ${"00".repeat(125)}`],
  ],
  ["a close without a word", [frame("", { opcode: close })], [
    "close undefined",
  ]],
  [
    "what comes behind a close",
    [frame(octets(3, 232, 0x6f, 0x6b), { opcode: close }), frame("x")],
    ["close 1000"],
  ],
  ...[1000, 1001, 1011, 1012, 1013, 1014, 3000, 4999].map((
    code,
  ): [string, Uint8Array[], string[]] => [
    `a close with ${code}`,
    [frame(octets(code >> 8, code & 255), { opcode: close })],
    [`close ${code}`],
  ]),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((
    code,
  ): [string, Uint8Array[], string[]] => [
    `a close with ${code}`,
    [frame(octets(code >> 8, code & 255), { opcode: close }), frame("x")],
    ["fault bad_frame"],
  ]),
  ["half a code", [frame(octets(3), { opcode: close })], ["fault bad_frame"]],
  [
    "a reason that is none",
    [frame(octets(3, 232, 0xff), { opcode: close })],
    ["fault not_text"],
  ],
  ["no mask", [frame("x", { mask: null }), frame("x")], ["fault bad_frame"]],
  ["no mask on a ping", [frame("", { opcode: ping, mask: null })], [
    "fault bad_frame",
  ]],
  ...[1, 2, 4].map((reserved): [string, Uint8Array[], string[]] => [
    `the reserved bit ${reserved}`,
    [frame("a"), frame("x", { reserved })],
    ["text a", "fault bad_frame"],
  ]),
  ...[3, 7, 11, 15].map((opcode): [string, Uint8Array[], string[]] => [
    `the opcode ${opcode}`,
    [frame("x", { opcode })],
    ["fault bad_frame"],
  ]),
  ["a ping in parts", [frame("", { opcode: ping, isLast: false })], [
    "fault bad_frame",
  ]],
  ["a long ping", [frame("x".repeat(126), { opcode: ping })], [
    "fault bad_frame",
  ]],
  ["more of nothing", [frame("x", { opcode: continuation })], [
    "fault bad_frame",
  ]],
  [
    "a message within a message",
    [frame("x", { isLast: false }), frame("y")],
    ["fault bad_frame"],
  ],
  ["a length in too many octets", [frame("x", { lengthOctets: 2 })], [
    "fault bad_frame",
  ]],
  ["a length in far too many", [frame("x".repeat(200), { lengthOctets: 8 })], [
    "fault bad_frame",
  ]],
  ["a length beyond all", [
    octets(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1),
  ], [
    "fault bad_frame",
  ]],
  ["one octet too many", [frame("x".repeat(MOST + 1))], [
    "fault large_message",
  ]],
  [
    "too many in all",
    [
      frame("x".repeat(MOST), { isLast: false }),
      frame("", { opcode: continuation, isLast: false }),
      frame("x", { opcode: continuation }),
    ],
    ["fault large_message"],
  ],
  ["a length that is only said", [
    octets(0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1),
  ], [
    "fault large_message",
  ]],
  [
    "text that is none",
    [frame(octets(0xff), { opcode: text })],
    ["fault not_text"],
  ],
  [
    "half a character",
    [frame(octets(0xe2, 0x82), { opcode: text }), frame("x")],
    ["fault not_text"],
  ],
  [
    "half a pair",
    [frame(octets(0xed, 0xa0, 0x80), { opcode: text })],
    ["fault not_text"],
  ],
];

for (const [what, frames, expected] of ROWS) {
  Deno.test(`next() reads ${what}`, () => {
    const all = concat(frames);
    for (const size of [1, 7, 4096, all.length]) {
      if (size === 1 && all.length > 10_000) continue;
      assert.deepEqual(read(all, size), expected, `in pieces of ${size}`);
    }
  });
}

Deno.test("next() holds what has come, and not what was promised", () => {
  const receiver = new WebSocketReceiver(1024 ** 3);
  const before = Deno.memoryUsage().external;
  receiver.push(frame(new Uint8Array(10), { length: 1024 ** 3 - 1 }));
  assert.equal(receiver.next(), undefined);
  assert.ok(Deno.memoryUsage().external - before < 1_000_000);
});

Deno.test("next() only ever gives what may be, whatever comes", () => {
  const seed = FUZZ_SEED;
  let state = seed;
  const random = (below: number) => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (let round = 0; round < 300; round++) {
    const receiver = new WebSocketReceiver(1000);
    let isOver = false;
    for (let piece = 0; piece < 20; piece++) {
      const good = frame("x".repeat(random(300)), {
        opcode: [0, 1, 2, 8, 9, 10][random(6)]!,
        isLast: random(3) > 0,
      });
      for (let flips = random(3) - 1; flips > 0; flips--) {
        good[random(Math.min(20, good.length))]! ^= 1 << random(8);
      }
      receiver.push(good.subarray(0, random(4) > 0 ? undefined : random(20)));
      for (let input = receiver.next(); input; input = receiver.next()) {
        assert.ok(!isOver, `seed ${seed}`);
        if (input.kind === "message") {
          assert.ok(input.message.length <= 1000, `seed ${seed}`);
        }
        isOver = input.kind === "fault" || input.kind === "close";
      }
    }
  }
});

Deno.test("what a server writes says its length in the fewest octets", () => {
  for (
    const [size, header] of [
      [0, "8200"],
      [125, "827d"],
      [126, "827e007e"],
      [65_535, "827effff"],
      [65_536, "827f0000000000010000"],
      [200_000, "827f0000000000030d40"],
    ] as const
  ) {
    const whole = concat(encodeFrame(OPCODES.binary, new Uint8Array(size)));
    assert.equal(whole.subarray(0, header.length / 2).toHex(), header);
    assert.equal(whole.length, header.length / 2 + size);
  }
});

Deno.test("encodeClose() says of a reason what fits in, in whole characters", () => {
  assert.equal(concat(encodeClose()).toHex(), "8800");
  assert.equal(concat(encodeClose(4401, "ä")).toHex(), "88041131c3a4");
  const long = concat(encodeClose(1000, "ä".repeat(200)));
  assert.equal(long[1], 124);
  new TextDecoder("utf-8", { fatal: true }).decode(long.subarray(4));
});
