/**
 * Messages as JSON, written as they are read: no answer is ever whole in memory.
 *
 * @module
 */
import { concat } from "../../../base/octets.ts";
import type { Served, ServedMessage } from "./served_mail.ts";
import { LEASE_SECONDS } from "./served_mail.ts";

/** As `GET /exchanger/pull` answers. @param domain The first that was asked for. */
export async function* pullAnswer(
  domain: string,
  { messages, more }: Served,
): AsyncGenerator<Uint8Array> {
  const head = {
    version: 1,
    domain,
    count: messages.length,
    more,
    lease: LEASE_SECONDS,
  };
  yield* answer(head, messages, {
    fields: (message) => ({
      id: message.id,
      domain: message.destination,
      mail_from: message.reversePath,
      mail_to: message.recipients,
      size: message.sizeOctets,
      created_at: instant(message.queuedAt),
    }),
    name: "body_b64",
    body: base64,
  });
}

/** As older programs have it: numbers for ids, one recipient, the body as text. */
export async function* legacyAnswer(
  domain: string,
  { messages }: Served,
  numberOf: (id: string) => number,
): AsyncGenerator<Uint8Array> {
  yield* answer({ domain, count: messages.length }, messages, {
    fields: (message) => ({
      id: numberOf(message.id),
      domain: message.destination,
      mail_from: message.reversePath,
      mail_to: message.recipients[0],
      created_at: instant(message.queuedAt),
    }),
    name: "body",
    body: jsonText,
  });
}

interface Shape {
  fields(message: ServedMessage): object;
  /** Of the body, which comes last. */
  readonly name: string;
  body(octets: AsyncIterable<Uint8Array>): AsyncIterable<string>;
}

async function* answer(
  head: object,
  messages: readonly ServedMessage[],
  { fields, name, body }: Shape,
): AsyncGenerator<Uint8Array> {
  const text = (piece: string) => new TextEncoder().encode(piece);
  yield text(`${opened(head)},"messages":[`);
  for (const [at, message] of messages.entries()) {
    yield text(`${at === 0 ? "" : ","}${opened(fields(message))},"${name}":"`);
    for await (const piece of body(message.content())) yield text(piece);
    yield text('"}');
  }
  yield text("]}");
}

/** An object with at least one field, without its closing brace. */
function opened(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

async function* base64(
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  let rest = new Uint8Array();
  for await (const piece of octets) {
    const all = Uint8Array.from(concat([rest, piece]));
    const whole = all.length - all.length % 3; // RFC 4648 §4
    yield all.subarray(0, whole).toBase64();
    rest = all.slice(whole);
  }
  yield rest.toBase64();
}

async function* jsonText(
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for await (const piece of octets) {
    yield inner(decoder.decode(piece, { stream: true }));
  }
  yield inner(decoder.decode());
}

/** Of a JSON string, without its quotes. */
function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** RFC 3339 §5.6. */
function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000", "");
}
