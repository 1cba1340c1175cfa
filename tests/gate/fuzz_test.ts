/**
 * Mutations of messages the gate knows: it never throws, answers the same in any
 * chunks, and what passes as encrypted has no plain text that was put into its body.
 *
 * `FUZZ_SECONDS=600 deno test -A tests/gate/fuzz_test.ts` runs longer; a failure
 * prints the seed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { concat } from "../../src/base/octets.ts";
import { parseAddress } from "../../src/mail/address.ts";
import { MimeParser } from "../../src/mail/mime_parser.ts";
import { transferDecoder } from "../../src/mail/transfer_decoding.ts";
import { EncryptionGate } from "../../src/pgp/gate.ts";
import {
  armor,
  BOUNDARY,
  message,
  messageOf,
  noise,
  octets,
  oldPacket,
  partialPacket,
  pkesk3,
  seipd1,
  seipd2,
  skesk6,
} from "./messages.ts";
import { fuzzSeeds } from "../harness/fuzz.ts";

const PLAIN = "PLAIN-TEXT that must not be here. ";
const account = parseAddress("ann@relay.example");

const SEEDS = [
  message(),
  messageOf(concat([skesk6, seipd2()]), { checksum: true }),
  messageOf(
    concat([
      oldPacket(1, concat([Uint8Array.of(3), noise(260)])),
      partialPacket(18, concat([Uint8Array.of(1), noise(3000)]), 9),
    ]),
    { headers: ["Version: X"] },
  ),
  message({
    fields: "Secure-Join: vc-request\r\n",
    contentType: "multipart/mixed",
    parts: ["Content-Type: text/plain\r\n\r\nSecure-Join: vc-request\r\n"],
  }),
  message().replaceAll("\r\n", "\n"),
].map(octets);

const PIECES = [
  "\r\n",
  "\n",
  "\r",
  "--",
  `--${BOUNDARY}`,
  `\r\n--${BOUNDARY}\r\n`,
  `\r\n--${BOUNDARY}--\r\n`,
  "-----END PGP MESSAGE-----\r\n",
  armor(concat([pkesk3, seipd1(40)])),
  "=",
  "==\r\n",
  "Content-Type: text/plain\r\n\r\n",
  "Content-Transfer-Encoding: base64\r\n",
  "\0",
  "\xff",
  PLAIN,
].map(octets);

type Random = (below: number) => number;

function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

function mutate(mail: Uint8Array, random: Random): Uint8Array {
  const at = random(mail.length);
  const end = Math.min(mail.length, at + random(80));
  switch (random(4)) {
    case 0: {
      const changed = mail.slice();
      changed[at] = random(256);
      return changed;
    }
    case 1:
      return concat([mail.subarray(0, at), mail.subarray(end)]);
    case 2:
      return concat([mail.subarray(0, end), mail.subarray(at)]);
    default: {
      const piece = PIECES[random(PIECES.length)]!;
      return concat([mail.subarray(0, at), piece, mail.subarray(at)]);
    }
  }
}

function verdict(
  mail: Uint8Array,
  profile: "out" | "in",
  chunk: () => number,
): string {
  const gate = new EncryptionGate(
    profile === "out" ? { profile, account, recipients: [account] } : {
      profile,
      reversePath: "a@b.example",
      recipientCount: 1,
      awaitsReport: true,
    },
    {
      acceptOldPacketFormat: true,
      allowAutocryptSetup: true,
      fold: (address) => address,
      isLocal: (domain) => domain === "local.example",
    },
  );
  for (let at = 0; at < mail.length;) {
    const size = chunk();
    gate.write(mail.subarray(at, at + size));
    at += size;
  }
  const found = gate.finish();
  return found.passes ? found.as : found.code;
}

/** Whether the text stands in the body of a message our own users may send. */
function leaks(mail: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(mail);
  const body = text.slice(text.search(/\r?\n\r?\n/));
  // A short printable notice may stand before the first part, and parts have headers.
  const data = body.slice(body.search(/-----BEGIN/));
  return data.includes(PLAIN);
}

Deno.test("gate survives mutations and does not depend on chunks", () => {
  let passed = 0;
  for (const seed of fuzzSeeds(1000)) {
    const random = generator(seed);
    let mail: Uint8Array = SEEDS[random(SEEDS.length)]!;
    for (let i = random(4); i >= 0 && mail.length > 0; i--) {
      mail = mutate(mail, random);
    }
    for (const profile of ["out", "in"] as const) {
      const whole = verdict(mail, profile, () => 1e9);
      const pieces = verdict(mail, profile, () => 1 + random(100));
      assert.equal(pieces, whole, `seed ${seed}, ${profile}`);
      if (whole !== "encrypted") continue;
      passed++;
      assert.ok(!leaks(mail), `seed ${seed}, ${profile}: plain text passed`);
    }
  }
  assert.ok(passed > 0);
});

Deno.test("MIME parser and decoders survive mutations in any chunks", () => {
  for (const seed of fuzzSeeds(500)) {
    const random = generator(seed);
    let mail: Uint8Array = SEEDS[random(SEEDS.length)]!;
    for (let i = random(6); i >= 0 && mail.length > 0; i--) {
      mail = mutate(mail, random);
    }
    const parse = (chunk: () => number) => {
      const parser = new MimeParser();
      const decoders = ["base64", "quoted-printable"].map((name) =>
        transferDecoder(name)!
      );
      const decoded: Uint8Array[][] = [[], []];
      for (let at = 0; at < mail.length;) {
        const size = chunk();
        const piece = mail.subarray(at, at + size);
        parser.write(piece);
        decoders.forEach((decoder, i) =>
          decoded[i]!.push(decoder.decode(piece).slice())
        );
        at += size;
      }
      decoders.forEach((decoder, i) => decoded[i]!.push(decoder.finish()));
      const outcomes = decoders.map((decoder) => decoder.malformed);
      return [parser.finish(), decoded.map(concat), outcomes];
    };
    assert.deepEqual(
      parse(() => 1 + random(100)),
      parse(() => 1e9),
      `seed ${seed}`,
    );
  }
});
