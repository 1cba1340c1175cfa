/**
 * A message that nobody gets, taken through what mail passes on its way out and
 * in: encryption gate, signature, check of the signature. What is loaded and made
 * ready by that is ready when the first real one comes, which else waits for it,
 * and all that come meanwhile.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";
import { concat } from "../../base/octets.ts";
import type { BodyHash } from "../../delivery/outbound.ts";
import { MessageDigest } from "../../delivery/message_digest.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import { loadVerifier } from "../../federation/inbound/examination.ts";
import {
  type DkimKeyRow,
  recordName,
  recordText,
} from "../../federation/dkim/key_rows.ts";
import type { Signer } from "../../federation/signer.ts";
import type { Address } from "../../mail/address.ts";
import { EncryptionGate } from "../../pgp/gate.ts";
import type { GateFacts } from "../../pgp/verdict.ts";

export interface RehearsalParts {
  readonly signer: Signer;
  /** Of this relay. */
  readonly domain: string;
  keys(): readonly DkimKeyRow[];
  bodyHash(): BodyHash | undefined;
  readonly nowSeconds: number;
  readonly timers: Pick<Timers, "sleep">;
  readonly signal: AbortSignal;
}

/** As often as makes what is slow at first quick. */
const TIMES = 12;
/** Others have their turn between two of them. */
const PAUSE_MS = 5;

/**
 * Gives whether what was signed at the end held; undefined where nothing is.
 *
 * @throws {Error} what the signer throws
 */
export async function rehearse(
  parts: RehearsalParts,
): Promise<boolean | undefined> {
  const { timers, signal } = parts;
  const verifier = await loadVerifier();
  parts.bodyHash(); // begins to load it
  let holds: boolean | undefined;
  for (let n = 0; n < TIMES && !signal.aborted; n++) {
    await timers.sleep(PAUSE_MS);
    holds = await once(parts, verifier, n);
  }
  return holds;
}

async function once(
  { signer, domain, keys, bodyHash, nowSeconds }: RehearsalParts,
  { DkimVerification }: Awaited<ReturnType<typeof loadVerifier>>,
  n: number,
): Promise<boolean | undefined> {
  const author = `rehearsal@${domain}` as Address;
  const message = sample(author, n);
  const digest = new MessageDigest(true, bodyHash());
  const [header, body] = passed(message, {
    profile: "out",
    account: author,
    recipients: [],
  });
  digest.header(header, header.octets);
  digest.body(body);
  const { bodyHash: hash } = digest.finish();
  if (hash === undefined) return undefined;
  const signing = await signer.sign({ header, bodyHash: hash });
  if (signing.kind === "wait" || signing.fields.length === 0) return undefined;
  const signed = concat([signing.fields, message]);
  const [received] = passed(signed, {
    profile: "in",
    reversePath: author,
    recipientCount: 1,
    awaitsReport: false,
  });
  const verification = new DkimVerification(received, {
    dns: recordsOf(keys()),
    nowSeconds,
    domain,
  });
  verification.write(body);
  const { passed: domains } = await verification.finish();
  return domains.includes(domain);
}

/** Header and body of what the gate lets through. */
function passed(octets: Uint8Array, facts: GateFacts) {
  const gate = new EncryptionGate(facts, {
    acceptOldPacketFormat: false,
    allowAutocryptSetup: false,
    fold: (address) => address,
    isLocal: () => false,
  });
  const written = gate.write(octets).map((piece) => piece.slice());
  const verdict = gate.finish();
  if (!verdict.passes || !gate.header) {
    throw new TypeError("The gate does not know what a message is");
  }
  return [gate.header, concat([...written, ...verdict.rest])] as const;
}

/** Our own keys, as if the DNS had them. */
function recordsOf(keys: readonly DkimKeyRow[]): Dns {
  const none = (name: string) =>
    Promise.reject(new DnsFailure("no_such_name", name));
  return {
    mailExchangers: none,
    ipv4: none,
    ipv6: none,
    names: none,
    texts(name) {
      const key = keys.find((row) => recordName(row) === name);
      if (!key) return none(name);
      const values = [recordText(key)];
      return Promise.resolve({ values, ttlSeconds: 60 });
    },
  };
}

const encoder = new TextEncoder();
const DATA_OCTETS = 3000;
const LINE_CHARACTERS = 64;

/** As a chat client sends it, with data of nothing. */
function sample(author: Address, n: number): Uint8Array {
  const lines = packets().toBase64().match(
    new RegExp(`.{1,${LINE_CHARACTERS}}`, "g"),
  )!;
  const text = [
    `From: <${author}>`,
    'To: "hidden-recipients": ;',
    "Date: Thu, 01 Jan 1970 00:00:00 +0000",
    `Message-ID: <${n}.rehearsal@localhost>`,
    "Subject: [...]",
    "Chat-Version: 1.0",
    "MIME-Version: 1.0",
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
    ' boundary="rehearsal"',
    "",
    "--rehearsal",
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    "--rehearsal",
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    "",
    "-----BEGIN PGP MESSAGE-----",
    "",
    ...lines,
    "-----END PGP MESSAGE-----",
    "",
    "--rehearsal--",
    "",
  ];
  return encoder.encode(text.join("\r\n"));
}

/** A session key and encrypted data (RFC 9580 §5.1, §5.13), both all zeros. */
function packets(): Uint8Array {
  const sessionKey = new Uint8Array(2 + 94);
  sessionKey.set([0xc1, 94, 3]); // RFC 9580 §4.2.1: tag 1, its length; version 3
  const data = new Uint8Array(6 + DATA_OCTETS);
  data.set([0xd2, 255]); // tag 18, a length of four octets
  new DataView(data.buffer).setUint32(2, DATA_OCTETS);
  data[6] = 1; // version
  return concat([sessionKey, data]);
}
