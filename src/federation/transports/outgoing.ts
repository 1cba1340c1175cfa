/**
 * A message as it leaves: signatures made for this attempt, fields that only go
 * elsewhere, and what is in the store.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { parseHeader } from "../../mail/header.ts";
import type { MessageOctets } from "../../mail/mailbox.ts";
import type {
  DeliveryNote,
  LeasedUnit,
  QueueStore,
} from "../../store/queue.ts";
import type { Signer } from "../signer.ts";

export interface Outgoing {
  readonly sizeOctets: number;
  /** As often as it is tried. @throws {ContentGone} */
  content(): AsyncIterable<Uint8Array>;
}

export type Prepared =
  | { readonly kind: "ready"; readonly outgoing: Outgoing }
  | { readonly kind: "unreadable" }
  | { readonly kind: "wait"; readonly note: DeliveryNote };

/** The store no longer gives what it has begun to give. */
export class ContentGone extends Error {
  override readonly name = "ContentGone";
}

export interface OutgoingParts {
  readonly queue: Pick<QueueStore, "body" | "header" | "small">;
  readonly signer: Signer;
}

/** What is smaller is read once, and sent in one piece. */
const IN_MEMORY_OCTETS = 256 * 1024;

/** @throws {Error} what the signer throws */
export async function prepare(
  unit: LeasedUnit,
  { queue, signer }: OutgoingParts,
): Promise<Prepared> {
  const { prefix } = unit;
  const body = await small(unit, queue) ?? await open(unit, queue);
  if (!body) return { kind: "unreadable" };
  const { header } = body;
  const sent = parseHeader(concat([prefix, header]));
  const bodyHash = unit.bodyHash ??
    (signer.needsHash?.(sent) === false
      ? undefined
      : await hashOf(body.content, header.length));
  const signing = await signer.sign({
    header: sent,
    ...(bodyHash !== undefined && { bodyHash }),
  });
  if (signing.kind === "wait") return signing;
  const before = concat([signing.fields, prefix]);
  const sizeOctets = before.length + body.sizeOctets;
  const content = body.whole
    ? inOnePiece(concat([before, body.whole]))
    : () => inPieces(before, body.content);
  return { kind: "ready", outgoing: { sizeOctets, content } };
}

interface Body {
  readonly header: Uint8Array;
  readonly sizeOctets: number;
  readonly whole?: Uint8Array;
  content(): AsyncIterable<Uint8Array>;
}

/** Most are: header and body by one look into the database. */
async function small(
  { message }: LeasedUnit,
  queue: Pick<QueueStore, "small">,
): Promise<Body | undefined> {
  const found = await queue.small(message);
  if (!found) return undefined;
  const { octets, headerOctets } = found;
  return {
    header: octets.subarray(0, headerOctets),
    sizeOctets: octets.length,
    whole: octets,
    content: inOnePiece(octets),
  };
}

async function open(
  { message }: LeasedUnit,
  queue: Pick<QueueStore, "body" | "header">,
): Promise<Body | undefined> {
  const header = await queue.header(message);
  if (!header) return undefined;
  const octets = await queue.body(message);
  if (!octets) return undefined;
  const { sizeOctets } = octets;
  if (sizeOctets > IN_MEMORY_OCTETS) {
    await letGo(octets);
    return {
      header,
      sizeOctets,
      content: () => again(message, sizeOctets, queue),
    };
  }
  try {
    const whole = concat(await Array.fromAsync(octets));
    return { header, sizeOctets, whole, content: inOnePiece(whole) };
  } catch {
    return undefined; // the operator has been told
  }
}

async function* again(
  message: LeasedUnit["message"],
  sizeOctets: number,
  queue: Pick<QueueStore, "body">,
): AsyncGenerator<Uint8Array> {
  const octets = await queue.body(message);
  if (octets?.sizeOctets !== sizeOctets) throw new ContentGone();
  try {
    yield* octets;
  } catch (cause) {
    throw new ContentGone("Cannot read the content", { cause });
  }
}

function inOnePiece(octets: Uint8Array): () => AsyncIterable<Uint8Array> {
  return async function* () {
    yield await Promise.resolve(octets);
  };
}

async function* inPieces(
  before: Uint8Array,
  content: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield before;
  yield* content();
}

/** It holds a file until it is read or returned. */
async function letGo(octets: MessageOctets): Promise<void> {
  await octets[Symbol.asyncIterator]().return?.();
}

/** Loaded only where something is signed whose hash nobody took: it is large. */
async function hashOf(
  content: () => AsyncIterable<Uint8Array>,
  headerOctets: number,
): Promise<string> {
  const { DkimBodyHash } = await import("../../mailauth/dkim_body_hash.ts");
  const hash = new DkimBodyHash();
  let skip = headerOctets;
  for await (const piece of content()) {
    hash.update(piece.subarray(Math.min(skip, piece.length)));
    skip = Math.max(0, skip - piece.length);
  }
  return hash.digest();
}
