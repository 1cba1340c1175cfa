import { deepEqual, ok } from "node:assert/strict";
import { decodeXorAddress } from "./address.ts";
import { errorNumber, numberIn, unknownTypes } from "./attributes.ts";
import { channelPayload, encodeChannelData } from "./channel_data.ts";
import { decodeMessage, encodeMessage, integrityInput } from "./message.ts";
import { TurnReceiver } from "./receiver.ts";
import { FUZZ_SEED as SEED } from "../../../tests/harness/fuzz.ts";

const ROUNDS = 20_000;
const MAX_OCTETS = 200;

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

function noise(lot: () => number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: below(lot, MAX_OCTETS) },
    () => below(lot, 256),
  );
}

/** A message that is right but for a few octets. */
function nearlyRight(lot: () => number): Uint8Array<ArrayBuffer> {
  const octets = encodeMessage({
    method: below(lot, 16),
    class: "request",
    transactionId: new Uint8Array(12),
    attributes: Array.from({ length: below(lot, 5) }, () => ({
      type: below(lot, 0x30),
      value: noise(lot),
    })),
  }, { fingerprint: lot() < 0.2 });
  for (let changes = below(lot, 4); changes > 0; changes--) {
    octets[below(lot, octets.length)] = below(lot, 256);
  }
  return octets;
}

Deno.test(`decodeMessage() takes anything (FUZZ_SEED=${SEED})`, () => {
  const lot = lots(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const octets = lot() < 0.3 ? noise(lot) : nearlyRight(lot);
    const message = decodeMessage(octets);
    if (!message) continue;
    unknownTypes(message.attributes);
    for (const { value } of message.attributes) {
      decodeXorAddress(value, message.transactionId);
      errorNumber(value);
      numberIn(value);
    }
    if (message.integrity) integrityInput(octets, message.integrity);
  }
});

Deno.test(`TurnReceiver gives messages again, however they are cut (FUZZ_SEED=${SEED})`, () => {
  const lot = lots(SEED);
  for (let round = 0; round < 300; round++) {
    const sent = Array.from({ length: 1 + below(lot, 8) }, () => {
      if (lot() < 0.5) return encodeChannelData(0x4000, noise(lot));
      return encodeMessage({
        method: 1,
        class: "request",
        transactionId: new Uint8Array(12),
        attributes: [{ type: 0x13, value: noise(lot) }],
      });
    });
    const stream = sent.flatMap((octets) => [...octets]);
    const receiver = new TurnReceiver();
    const got: number[][] = [];
    for (let at = 0; at < stream.length;) {
      const size = 1 + below(lot, 90);
      receiver.push(Uint8Array.from(stream.slice(at, at + size)));
      at += size;
      for (let input = receiver.next(); input; input = receiver.next()) {
        if (input.kind === "fault") throw new Error("A fault");
        got.push([...input.octets]);
      }
    }
    deepEqual(got, sent.map((octets) => [...octets]));
  }
});

Deno.test(`TurnReceiver holds no more than a message, or faults (FUZZ_SEED=${SEED})`, () => {
  const lot = lots(SEED);
  const longest = 20 + 0xffff + 3;
  for (let round = 0; round < 300; round++) {
    const receiver = new TurnReceiver();
    let isFaulty = false;
    for (let pushes = 0; pushes < 50 && !isFaulty; pushes++) {
      receiver.push(noise(lot));
      for (let input = receiver.next(); input; input = receiver.next()) {
        isFaulty = input.kind === "fault";
        if (isFaulty) break;
      }
      ok(receiver.pending <= longest + MAX_OCTETS);
    }
  }
});

Deno.test("channelPayload() gives no more than there is", () => {
  const octets = encodeChannelData(0x4001, Uint8Array.of(1, 2, 3));
  deepEqual(channelPayload(octets)?.slice(), Uint8Array.of(1, 2, 3));
  deepEqual(
    channelPayload(octets.subarray(0, 7))?.slice(),
    Uint8Array.of(1, 2, 3),
  );
  deepEqual(channelPayload(octets.subarray(0, 6)), undefined);
  deepEqual(channelPayload(octets.subarray(0, 3)), undefined);
});
