/**
 * What passes the gate is read in one way by all: Python's `email`, postal-mime and
 * mutt find in the stored message the version, the encrypted data, and nothing else.
 *
 * `FUZZ_SECONDS=60 deno test -A tests/gate/differential_test.ts` mutates longer; a
 * failure prints the message.
 *
 * @module
 */
import assert from "node:assert/strict";
import { concat } from "../../src/base/octets.ts";
import { Refusal } from "../../src/base/refusal.ts";
import {
  cleanAppended,
  type CleanHeader,
  cleanReceived,
  cleanSubmitted,
} from "../../src/delivery/header_hygiene.ts";
import { MessageIntake } from "../../src/delivery/message_intake.ts";
import { parseAddress } from "../../src/mail/address.ts";
import type { Header } from "../../src/mail/header.ts";
import type { GateFacts, MessageForm } from "../../src/pgp/verdict.ts";
import type { Staging } from "../../src/store/content.ts";
import { DISGUISES, MARKER } from "./disguises.ts";
import { message, octets } from "./messages.ts";
import { type Found, hasProgram, type Reader, READERS } from "./readers.ts";
import { FUZZES_LONG, fuzzSeeds } from "../harness/fuzz.ts";

const MAX_MUTANTS = 100; // that pass, in a run without FUZZ_SECONDS
const account = parseAddress("ann@relay.example");
const PARTS = {
  clock: { now: () => 1_800_000_000_000, monotonic: () => 0 },
  random: (count: number) => new Uint8Array(count),
  domain: "relay.example",
};
const SETTINGS = { rewriteSubject: true, stripHeaders: true, reportHint: true };

/** The ways into the relay. */
const WAYS: readonly {
  readonly facts: GateFacts;
  clean(header: Header, form: MessageForm): CleanHeader;
}[] = [
  {
    facts: {
      profile: "out",
      account,
      recipients: [parseAddress("bob@relay.example")],
    },
    clean: (header, form) => cleanSubmitted(header, form, SETTINGS, PARTS),
  },
  {
    facts: {
      profile: "in",
      reversePath: "",
      recipientCount: 1,
      awaitsReport: true,
    },
    clean: (header, form) => cleanReceived(header, form, SETTINGS),
  },
  { facts: { profile: "append", account }, clean: cleanAppended },
];

function memoryStaging(): Staging {
  const parts: Uint8Array[] = [];
  return {
    sizeOctets: 0,
    write(piece) {
      parts.push(piece.slice());
      return Promise.resolve();
    },
    finish: () => Promise.resolve({ kind: "inline", octets: concat(parts) }),
    discard: () => Promise.resolve(),
  };
}

/** What is stored of a message; undefined if it is refused. */
async function stored(
  mail: Uint8Array,
  { facts, clean }: (typeof WAYS)[number],
  chunkOctets = mail.length + 1,
): Promise<Uint8Array | undefined> {
  const intake = new MessageIntake({
    facts,
    clean,
    gate: {
      acceptOldPacketFormat: true,
      allowAutocryptSetup: true,
      fold: (address) => address,
      isLocal: () => false,
    },
    staging: { stage: memoryStaging, checkSpace: () => Promise.resolve() },
  });
  try {
    for (let at = 0; at < mail.length; at += chunkOctets) {
      await intake.write(mail.subarray(at, at + chunkOctets));
    }
    const { content } = await intake.finish();
    return content.kind === "inline" ? content.octets : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** All that is stored of all messages, each once. */
async function allStored(mails: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const found = new Map<string, Uint8Array>();
  for (const mail of mails) {
    for (const way of WAYS) {
      const kept = await stored(mail, way);
      if (kept) found.set(new TextDecoder("latin1").decode(kept), kept);
    }
  }
  return [...found.values()];
}

type Random = (below: number) => number;

function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

const PIECES = [
  "\r\n",
  "\r",
  "\t",
  " ",
  ";",
  '"',
  "(",
  ")",
  "\\",
  "--good",
  "\r\n--good\r\n",
  "\r\n--evil\r\n",
  "--evil",
  "; boundary=evil",
  "=?us-ascii?q?evil?=",
  "\r\nContent-Type: text/html\r\n\r\n",
  "\r\nContent-Transfer-Encoding: base64\r\n",
  "\r\nContent-Transfer-Encoding: quoted-printable\r\n",
  MARKER,
  `\r\n${MARKER}\r\n`,
].map(octets);

function mutate(mail: Uint8Array, random: Random): Uint8Array {
  // Most of a message is base64, where a change refuses it at once.
  const edge = random(3) > 0 ? Math.min(mail.length, 700) : mail.length;
  const at = random(edge);
  const end = Math.min(mail.length, at + random(30));
  switch (random(4)) {
    case 0:
      return concat([
        mail.subarray(0, at),
        Uint8Array.of(random(256)),
        mail.subarray(at + 1),
      ]);
    case 1:
      return concat([mail.subarray(0, at), mail.subarray(end)]);
    case 2:
      return concat([mail.subarray(0, end), mail.subarray(at)]);
    default:
      return concat([
        mail.subarray(0, at),
        PIECES[random(PIECES.length)]!,
        mail.subarray(at),
      ]);
  }
}

async function mutants(): Promise<Uint8Array[]> {
  const seeds = [message(), ...DISGUISES.map((mail) => latin1(mail))]
    .map(octets);
  const found = new Map<string, Uint8Array>();
  for (const seed of fuzzSeeds(Infinity)) {
    if (!FUZZES_LONG && found.size >= MAX_MUTANTS) break;
    const random = generator(seed);
    let mail: Uint8Array = seeds[random(seeds.length)]!;
    for (let i = random(3); i >= 0 && mail.length > 0; i--) {
      mail = mutate(mail, random);
    }
    const way = WAYS[random(WAYS.length)]!;
    const kept = await stored(mail, way);
    const pieces = await stored(mail, way, 1 + random(100));
    assert.deepEqual(pieces, kept, `seed ${seed}`);
    if (kept) found.set(latin1(kept), kept);
  }
  return [...found.values()];
}

function latin1(mail: Uint8Array): string {
  return new TextDecoder("latin1").decode(mail);
}

/** What a reader may find in a message that is encrypted; the last is what mutt says of it. */
const HARMLESS: readonly ((found: Found) => boolean)[] = [
  ({ type, text }) =>
    type === "application/pgp-encrypted" && text.trim() === "Version: 1",
  ({ type, text }) =>
    type === "application/octet-stream" && !text.includes(MARKER) &&
    /^\s*-----BEGIN PGP MESSAGE-----[^]*-----END PGP MESSAGE-----\s*$/.test(
      text,
    ),
];

async function check(reader: Reader, mails: Uint8Array[]): Promise<void> {
  const all = await reader.read(mails);
  assert.equal(all.length, mails.length);
  for (const [index, found] of all.entries()) {
    const fine = found.every((one) => HARMLESS.some((rule) => rule(one)));
    assert.ok(
      fine,
      `${reader.name} finds ${JSON.stringify(found)} in\n${
        latin1(mails[index]!)
      }`,
    );
  }
}

for (const reader of READERS) {
  const { program } = reader;
  const ignore = program !== undefined && !hasProgram(program);
  const why = ignore ? ` (skipped: ${program} is not on this machine)` : "";

  Deno.test({
    name: `${reader.name} shows the marker in disguises as they came${why}`,
    ignore,
    async fn() {
      const all = await reader.read(DISGUISES);
      const seen = all.filter((found) =>
        found.some(({ text }) => text.includes(MARKER))
      ).length;
      assert.ok(seen > 5, `in ${seen} of ${all.length}`);
    },
  });

  Deno.test({
    name:
      `${reader.name} finds nothing but encrypted data in what passes${why}`,
    ignore,
    async fn() {
      const mails = [
        ...await allStored([octets(message()), ...DISGUISES]),
        ...await mutants(),
      ];
      assert.ok(mails.length > 30, `${mails.length} messages pass`);
      await check(reader, mails);
    },
  });
}
