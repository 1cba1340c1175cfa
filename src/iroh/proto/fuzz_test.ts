import { deepEqual, ok } from "node:assert/strict";
import { concat } from "../../base/octets.ts";
import { encodeFrame, type Frame, frameOfMessage } from "./frames.ts";
import { readIntroduction } from "./introduction.ts";
import { FrameReceiver } from "./receiver.ts";
import { FUZZ_SEED as SEED } from "../../../tests/harness/fuzz.ts";

const ROUNDS = 10_000;

/** mulberry32 */
function lots(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let value = Math.imul(state ^ state >>> 15, 1 | state);
    value = value + Math.imul(value ^ value >>> 7, 61 | value) ^ value;
    return ((value ^ value >>> 14) >>> 0) / 2 ** 32;
  };
}

function below(lot: () => number, end: number): number {
  return Math.floor(lot() * end);
}

function noise(lot: () => number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => below(lot, 256));
}

/** Frames that are right but for a few octets. */
function stream(lot: () => number): Uint8Array<ArrayBuffer> {
  const octets = concat(Array.from({ length: 1 + below(lot, 5) }, () => {
    switch (below(lot, 4)) {
      case 0:
        return encodeFrame("ping", noise(lot, 8));
      case 1:
        return encodeFrame("sendPacket", noise(lot, 32 + below(lot, 400)));
      case 2:
        return encodeFrame("clientInfo", noise(lot, 106));
      default:
        return encodeFrame("keepAlive");
    }
  }));
  for (let changes = below(lot, 3); changes > 0; changes--) {
    octets[below(lot, octets.length)] = below(lot, 256);
  }
  return octets;
}

/** Frames up to the first fault, with their octets. */
function frames(
  octets: Uint8Array,
  cut: () => number,
): (Frame | "not_a_frame")[] {
  const receiver = new FrameReceiver();
  const found: (Frame | "not_a_frame")[] = [];
  for (let at = 0; at < octets.length;) {
    const end = at + cut();
    receiver.push(octets.slice(at, end));
    at = end;
    for (let next = receiver.next(); next; next = receiver.next()) {
      if (next === "not_a_frame") return [...found, next];
      found.push({ kind: next.kind, payload: next.payload.slice() });
    }
  }
  return found;
}

Deno.test(`frames of any octets, however cut (FUZZ_SEED=${SEED})`, () => {
  const lot = lots(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const octets = lot() < 0.2 ? noise(lot, below(lot, 200)) : stream(lot);
    const whole = frames(octets, () => octets.length);
    const cut = frames(octets, () => 1 + below(lot, 100));
    deepEqual(cut, whole, `round ${round}: ${octets.toHex()}`);
    for (const frame of whole) {
      if (frame === "not_a_frame") continue;
      ok(frame.payload.length <= octets.length);
      readIntroduction(frame.payload);
    }
    frameOfMessage(octets);
  }
});
