import { deepEqual, equal, ok } from "node:assert/strict";
import { concat } from "../../base/octets.ts";
import { isDisco, readDatagram } from "./datagram.ts";
import {
  encodeFrame,
  encodeRestarting,
  type Frame,
  frameOfMessage,
  MAX_DATAGRAM_OCTETS,
  messageOf,
} from "./frames.ts";
import { readIntroduction } from "./introduction.ts";
import { type FrameFault, FrameReceiver } from "./receiver.ts";

const KEY = "197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61";
const SIGNATURE =
  "88e77b22f292ab37435da8de0bc8cb84e288f4e73b3582a52731e9ff9865465c87e05e8d427df422bb6e85e1c05f6f749837baa4a5c7eba3230d77569910430e";
/** Of the key whose seed is 32 times 2a. */
const INTRODUCTION = Uint8Array.fromHex(
  `020000006a52454c4159f09f9491${KEY}${SIGNATURE}03`,
);

/** All frames, with the octets in pieces of this size. */
function receive(
  octets: Uint8Array,
  size: number,
): (Frame | FrameFault)[] {
  const receiver = new FrameReceiver();
  const found: (Frame | FrameFault)[] = [];
  for (let at = 0; at < octets.length; at += size) {
    const piece = octets.slice(at, at + size);
    receiver.push(piece);
    for (let next = receiver.next(); next; next = receiver.next()) {
      found.push(
        next === "not_a_frame"
          ? next
          : { ...next, payload: next.payload.slice() },
      );
      if (next === "not_a_frame") return found;
    }
    piece.fill(0xff); // nothing of it may be held
  }
  return found;
}

Deno.test("the introduction of iroh 0.35 is read, and what differs is none", () => {
  const [frame] = receive(INTRODUCTION, 1000) as Frame[];
  equal(frame?.kind, "clientInfo");
  const found = readIntroduction(frame!.payload);
  equal(found?.key.toHex(), KEY);
  equal(found?.signature.toHex(), SIGNATURE);
  deepEqual(found?.info, Uint8Array.of(3));
  for (const [at, value] of [[0, 0x53], [8, 0], [105, 2], [105, 4]] as const) {
    const other = frame!.payload.slice();
    other[at] = value;
    equal(readIntroduction(other), undefined, `octet ${at}`);
  }
  equal(readIntroduction(frame!.payload.slice(0, 105)), undefined);
  equal(readIntroduction(frame!.payload.slice(0, 104)), undefined);
});

Deno.test("frames are the same however the stream is cut", () => {
  const data = new Uint8Array(3000).map((_, index) => index);
  const key = Uint8Array.fromHex(KEY);
  const stream = concat([
    INTRODUCTION,
    encodeFrame("ping", data.subarray(0, 8)),
    encodeFrame("keepAlive"),
    encodeFrame("sendPacket", key, data),
    encodeFrame("sendPacket", key),
    encodeFrame("notePreferred", Uint8Array.of(1)),
  ]);
  const whole = receive(stream, stream.length) as Frame[];
  deepEqual(whole.map(({ kind }) => kind), [
    "clientInfo",
    "ping",
    "keepAlive",
    "sendPacket",
    "sendPacket",
    "notePreferred",
  ]);
  deepEqual(readDatagram(whole[3]!.payload), { key, data });
  deepEqual(readDatagram(whole[4]!.payload).data.length, 0);
  for (const size of [1, 2, 3, 4, 5, 6, 7, 37, 38, 255, 256, 257, 1000, 2999]) {
    deepEqual(receive(stream, size), whole, `pieces of ${size}`);
  }
});

for (
  const [what, octets] of [
    ["of no type", [0, 0, 0, 0, 0]],
    ["of a type that DERP had", [9, 0, 0, 0, 32]],
    ["of a type that nobody has", [16, 0, 0, 0, 0]],
    ["that is a WebSocket's answer", [0x48, 0x54, 0x54, 0x50, 0x2f]],
    ["with a ping of 7", [12, 0, 0, 0, 7]],
    ["with a ping of 9", [12, 0, 0, 0, 9]],
    ["with a pong of 2 ** 32 - 1", [13, 0xff, 0xff, 0xff, 0xff]],
    ["with a keep-alive that says something", [6, 0, 0, 0, 1]],
    ["without a whole key", [4, 0, 0, 0, 31]],
    ["with too large a datagram", [4, 0, 1, 0, 33]],
    ["of 1 MiB", [4, 0, 0x10, 0, 0]],
    ["with too short an introduction", [2, 0, 0, 0, 104]],
    ["with a long introduction", [2, 0, 0, 1, 0]],
  ] as const
) {
  Deno.test(`a frame ${what} is known by its header`, () => {
    const stream = Uint8Array.from(octets);
    for (const size of [1, 4, 5]) {
      deepEqual(receive(stream, size), ["not_a_frame"], `pieces of ${size}`);
    }
    const before = concat([encodeFrame("keepAlive"), stream]);
    deepEqual(receive(before, 100).at(-1), "not_a_frame");
  });
}

Deno.test("nothing is kept of a first frame that is another one", () => {
  const receiver = new FrameReceiver("clientInfo");
  receiver.push(encodeFrame("sendPacket", new Uint8Array(100)).slice(0, 5));
  equal(receiver.next(), "not_a_frame");
  const other = new FrameReceiver("clientInfo");
  other.push(concat([INTRODUCTION, encodeFrame("keepAlive")]));
  deepEqual(
    [other.next(), other.next()].map((frame) => (frame as Frame).kind),
    ["clientInfo", "keepAlive"],
  );
});

Deno.test("the largest datagram passes", () => {
  const data = new Uint8Array(MAX_DATAGRAM_OCTETS).fill(7);
  const frame = encodeFrame("sendPacket", new Uint8Array(32), data);
  for (const size of [frame.length, 16_384, 1400]) {
    const [found] = receive(frame, size) as Frame[];
    equal(found?.payload.length, 32 + MAX_DATAGRAM_OCTETS);
  }
});

Deno.test("a message is a frame without its length", () => {
  const frame = encodeFrame("pong", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  equal(messageOf(frame).toHex(), "0d0102030405060708");
  deepEqual(frameOfMessage(messageOf(frame)), {
    kind: "pong",
    payload: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  });
  equal(frameOfMessage(new Uint8Array(0)), undefined);
  equal(frameOfMessage(Uint8Array.of(13)), undefined);
  equal(frameOfMessage(Uint8Array.of(11, 1)), undefined);
});

Deno.test("what tells of a restart is two numbers", () => {
  equal(encodeRestarting(1000, 30_000).toHex(), "0f00000008000003e800007530");
});

Deno.test("disco is known by its first octets, and is longer than a key", () => {
  const disco = new Uint8Array(38);
  disco.set([0x54, 0x53, 0xf0, 0x9f, 0x92, 0xac]);
  ok(isDisco(disco));
  ok(!isDisco(disco.subarray(0, 37)));
  disco[5] = 0;
  ok(!isDisco(disco));
});
