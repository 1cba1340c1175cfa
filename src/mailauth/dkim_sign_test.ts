/** What we sign against what `npm:mailauth` makes of it, over fields of all kinds. @module */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { DkimVerifier } from "mailauth/lib/dkim/dkim-verifier.js";
import { formatRelaxedLine } from "mailauth/lib/tools.js";
import { concat, fromLatin1 } from "../base/octets.ts";
import { parseHeader } from "../mail/header.ts";
import { DkimBodyHash } from "./dkim_body_hash.ts";
import { dkimSignature } from "../../tests/harness/dkim_signature.ts";
import { relaxedField } from "./dkim_sign.ts";
import { lineOf } from "./field_lines.ts";

const NOW = 1_800_000_000;
const ROUNDS = 2000;
const OCTETS = [
  " ",
  "  ",
  "\t",
  ":",
  ": ",
  "a",
  "Z",
  "\xa0",
  "\xff",
  "\x0b",
  "\r",
  "\r\n ",
  "\n\t",
  "\r\r\n ",
];

/** The same numbers in each run. */
function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

Deno.test("fields have the relaxed form that npm:mailauth gives them", () => {
  const random = repeatable(1);
  let compared = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const value = Array.from(
      { length: Math.floor(random() * 12) },
      () => OCTETS[Math.floor(random() * OCTETS.length)],
    ).join("");
    const name = ["From", "X-Y", "CHAT-z", "To \t"][round % 4];
    const end = ["\r\n", "\n", ""][round % 3];
    const header = parseHeader(fromLatin1(`${name}:${value}${end}`));
    for (const field of header.fields) {
      const theirs = formatRelaxedLine(lineOf(header, field), "\r\n");
      const ours = Buffer.from(relaxedField(header, field));
      assert.equal(ours.toString("latin1"), theirs.toString("latin1"));
      compared++;
    }
  }
  assert.ok(compared >= ROUNDS / 2);
});

const HEADERS = {
  usual:
    "From: <ann@a.example>\r\nTo: Bob\r\n\t<bob@b.example>\r\nChat-Version:  1.0 \r\n",
  "many fields": `From: ann@a.example\r\n${
    Array.from({ length: 100 }, (_, n) => `Chat-Field-${n}: ${n}\r\n`).join("")
  }`,
  "the same field more than once":
    "From: ann@a.example\r\nSubject: 1\r\nSubject:  2\r\nChat-X: 1\r\nChat-X:2\r\n",
  "line ends of other systems": "From: ann@a.example\nSubject: a\n b\n",
};
const DOMAINS = {
  short: "a.example",
  long: `${Array.from({ length: 7 }, () => "a".repeat(30)).join(".")}.example`,
};
const KEYS = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ed25519: generateKeyPairSync("ed25519"),
} as const;

for (const [what, fields] of Object.entries(HEADERS)) {
  for (const [length, domain] of Object.entries(DOMAINS)) {
    for (const kind of ["rsa", "ed25519"] as const) {
      Deno.test(`npm:mailauth takes what ${kind} has signed: ${what}, ${length} domain`, async () => {
        const text = `${fields}\r\n`.replaceAll("a.example", domain);
        const header = parseHeader(fromLatin1(text));
        const body = fromLatin1("Hello \t world\r\n\r\n");
        const hash = new DkimBodyHash();
        hash.update(body);
        const { privateKey, publicKey } = KEYS[kind];
        const der = publicKey.export({ type: "spki", format: "der" });
        const p = der.subarray(kind === "rsa" ? 0 : -32).toString("base64");
        const field = dkimSignature(header, hash.digest(), {
          domain,
          selector: "default",
          algorithm: `${kind}-sha256`,
          key: privateKey,
        }, NOW);
        const lines = Buffer.from(field).toString("latin1").split("\r\n");
        const words = Math.max(76, domain.length + 4);
        assert.ok(
          lines.every((line) => line.length <= words),
          lines.join("\n"),
        );
        assert.equal(lines.at(-1), "");
        const verifier = new DkimVerifier({
          curTime: new Date(NOW * 1000),
          resolver: () => Promise.resolve([[`v=DKIM1; k=${kind}; p=${p}`]]),
        });
        const message = concat([field, header.octets, body]);
        await new Promise<void>((resolve, reject) => {
          verifier.once("error", reject);
          verifier.end(message, () => resolve());
        });
        const results = verifier.results.map(
          ({ status }: { status: { result: string } }) => status.result,
        );
        assert.deepEqual(results, ["pass"]);
      });
    }
  }
}
