import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { dkimBody } from "mailauth/lib/dkim/body/index.js";
import { type BodyForm, DkimBodyHash } from "./dkim_body_hash.ts";

const FORMS: readonly BodyForm[] = ["relaxed", "simple"];
const SEED = 20_261_126;
const ROUNDS = 3000;
/** Of what canonicalisation is about. */
const WORDS = ["a", "bc", " ", "  ", "\t", "\r\n", "\r\n\r\n", " \r\n", "\r"];

function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function whole(form: BodyForm, octets: Uint8Array): string {
  const hash = dkimBody(form, "sha256", false);
  hash.update(Buffer.from(octets));
  return hash.digest("base64");
}

for (const form of FORMS) {
  Deno.test(`update() in ${form} form is the same in pieces, whatever becomes of them`, () => {
    const random = repeatable(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const words = Array.from(
        { length: 1 + Math.floor(random() * 30) },
        () => WORDS[Math.floor(random() * WORDS.length)],
      );
      const octets = new TextEncoder().encode(words.join(""));
      const hash = new DkimBodyHash(form);
      for (let at = 0; at < octets.length;) {
        const size = 1 + Math.floor(random() * 9);
        const piece = octets.slice(at, at + size);
        hash.update(piece);
        piece.fill(0x58); // its memory serves somebody else
        at += size;
      }
      const shown = `seed ${SEED}, round ${round}: ${JSON.stringify(words)}`;
      assert.equal(hash.digest(), whole(form, octets), shown);
    }
  });
}
