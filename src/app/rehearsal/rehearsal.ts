/**
 * A message that nobody gets, taken through what mail passes on its way out and
 * in: encryption gate, signature, request, check of the signature. What is loaded
 * and made ready by that is ready when the first real one comes, which else waits
 * for it, and all that come meanwhile.
 *
 * @module
 */
import type { ServerMessage } from "../../api/mxdeliv/backend.ts";
import { type Clock, nowSeconds, type Timers } from "../../base/clock.ts";
import { concat } from "../../base/octets.ts";
import { MessageDigest } from "../../delivery/message_digest.ts";
import type { BodyHash } from "../../delivery/outbound.ts";
import type { DkimKeyRow } from "../../federation/dkim/key_rows.ts";
import { loadVerifier } from "../../federation/inbound/examination.ts";
import type { Signer } from "../../federation/signer.ts";
import type { Address } from "../../mail/address.ts";
import type { DkimVerification } from "../../mailauth/dkim_verify.ts";
import { incoming } from "./incoming.ts";
import { gateFor, recordsOf, sample } from "./sample.ts";

export interface RehearsalParts {
  readonly signer: Signer;
  /** Of this relay. */
  readonly domain: string;
  /** Whether there are keys for it, or will be. */
  readonly signs: boolean;
  /** They are made by who looks after them. */
  keys(): readonly DkimKeyRow[];
  bodyHash(): BodyHash | undefined;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every" | "sleep">;
  readonly signal: AbortSignal;
  reportBug(error: unknown): void;
}

export interface Rehearsed {
  /** Of the last answer; 0: there was none. */
  readonly status: number;
  /** Whether its message was signed for the domain, as far as can be seen here. */
  readonly signed: boolean;
}

type Verifier = Awaited<ReturnType<typeof loadVerifier>>;

/** As often as makes what is slow at first quick. */
const TIMES = 20;
/** Others have their turn between two of them. */
const PAUSE_MS = 5;
/** Keys are made at the first start. */
const KEY_LOOK_MS = 250;
const KEY_LOOKS = 240;

/** @throws {Error} what the signer throws */
export async function rehearse(parts: RehearsalParts): Promise<Rehearsed> {
  const { domain, timers, signal } = parts;
  const author = `rehearsal@${domain}` as Address;
  const verifier = await loadVerifier();
  await keysMade(parts);
  parts.bodyHash(); // begins to load it
  let taken: Taken | undefined;
  const { post, end } = incoming({
    ...parts,
    begin: () => taken = new Taken(author, parts, verifier),
  });
  let status = 0;
  try {
    for (let n = 0; n < TIMES && !signal.aborted; n++) {
      await timers.sleep(PAUSE_MS);
      status = await post(author, await signed(author, n, parts));
    }
  } finally {
    end();
  }
  return { status, signed: taken?.signed ?? false };
}

/** Nothing is made here: who stops the relay would wait for it. */
async function keysMade(
  { signs, domain, keys, timers, signal }: RehearsalParts,
): Promise<void> {
  for (let left = KEY_LOOKS; left > 0 && signs && !signal.aborted; left--) {
    if (keys().some((key) => key.domain === domain)) return;
    await timers.sleep(KEY_LOOK_MS);
  }
}

/** As it leaves; without signatures where there are none. */
async function signed(
  author: Address,
  n: number,
  { signer, domain, keys, bodyHash }: RehearsalParts,
): Promise<Uint8Array> {
  const message = sample(author, n);
  if (!keys().some((key) => key.domain === domain)) return message;
  const digest = new MessageDigest(true, bodyHash());
  const gate = gateFor({ profile: "out", account: author, recipients: [] });
  gate.write(message);
  const { header } = gate;
  if (!header || !gate.finish().passes) throw new TypeError("It does not pass");
  digest.header(header, header.octets);
  digest.body(message.subarray(header.octets.length));
  const { bodyHash: hash } = digest.finish();
  if (hash === undefined) return message; // or what makes it is not there yet
  const signing = await signer.sign({ header, bodyHash: hash });
  return signing.kind === "fields"
    ? concat([signing.fields, message])
    : message;
}

/** Looked at as it comes, and forgotten. */
class Taken implements ServerMessage {
  readonly #gate;
  readonly #parts: RehearsalParts;
  readonly #verifier: Verifier;
  #verification: DkimVerification | undefined;
  #octets = 0;
  signed = false;

  constructor(author: Address, parts: RehearsalParts, verifier: Verifier) {
    this.#parts = parts;
    this.#verifier = verifier;
    this.#gate = gateFor({
      profile: "in",
      reversePath: author,
      recipientCount: 1,
      awaitsReport: false,
    });
  }

  addRecipient(): Promise<void> {
    return Promise.resolve();
  }

  write(octets: Uint8Array): Promise<void> {
    this.#gate.write(octets);
    const { header } = this.#gate;
    const before = this.#octets;
    this.#octets += octets.length;
    if (!header) return Promise.resolve();
    this.#verification ??= new this.#verifier.DkimVerification(header, {
      dns: recordsOf(this.#parts.keys()),
      nowSeconds: nowSeconds(this.#parts.clock),
      domain: this.#parts.domain,
    });
    const from = Math.max(0, header.octets.length - before);
    this.#verification.write(octets.subarray(from));
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    const verdict = this.#gate.finish();
    if (!verdict.passes) throw new TypeError(`It is refused: ${verdict.code}`);
    const found = await this.#verification?.finish();
    this.signed = found?.passed.includes(this.#parts.domain) ?? false;
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }
}
