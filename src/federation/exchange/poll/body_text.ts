/** A body inside a JSON string, read in pieces. @module */
import { concat } from "../../../base/octets.ts";
import type { BodyPlace } from "./answer_index.ts";

/** A body that is not what it says. */
export class BodyFault extends Error {
  override readonly name = "BodyFault";
}

/** The octets of a message. @throws {BodyFault} */
export function bodyOctets(
  written: AsyncIterable<Uint8Array>,
  encoding: BodyPlace["encoding"],
): AsyncIterable<Uint8Array> {
  const text = unescaped(written);
  return encoding === "base64" ? fromBase64(text) : encoded(text);
}

/** Might be the beginning of an escape that goes on. */
const OPEN_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?$/;

/** What a JSON string (RFC 8259 §7) means, without its quotes. */
async function* unescaped(
  written: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  let high = ""; // half of a pair
  function* take(text: string, isLast: boolean): Generator<string> {
    const all = rest + text;
    const end = isLast ? all.length : endOfWhole(all);
    rest = all.slice(end);
    const meant = high + parsed(all.slice(0, end));
    const isHalf = !isLast && /[\ud800-\udbff]$/.test(meant);
    high = isHalf ? meant.slice(-1) : "";
    yield isHalf ? meant.slice(0, -1) : meant;
  }
  for await (const octets of written) {
    yield* take(decoder.decode(octets, { stream: true }), false);
  }
  yield* take(decoder.decode(), true);
}

function endOfWhole(text: string): number {
  const open = OPEN_ESCAPE.exec(text);
  if (!open) return text.length;
  // a backslash that is itself escaped opens nothing
  let before = open.index;
  while (before > 0 && text[before - 1] === "\\") before--;
  return (open.index - before) % 2 === 0 ? open.index : text.length;
}

function parsed(text: string): string {
  try {
    return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
  } catch {
    throw new BodyFault("an escape that is none");
  }
}

async function* encoded(
  text: AsyncIterable<string>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of text) {
    if (piece !== "") yield encoder.encode(piece);
  }
}

/** RFC 4648 §4; line ends in it are nothing. */
async function* fromBase64(
  text: AsyncIterable<string>,
): AsyncGenerator<Uint8Array> {
  let rest = "";
  let isOver = false;
  for await (const piece of text) {
    const all = rest + piece.replace(/[\r\n\t ]+/g, "");
    const whole = all.length - all.length % 4;
    rest = all.slice(whole);
    if (whole === 0) continue;
    if (isOver) throw new BodyFault("Base64 that goes on after its end");
    isOver = all[whole - 1] === "=";
    yield decoded(all.slice(0, whole));
  }
  if (rest === "") return;
  if (isOver) throw new BodyFault("Base64 that goes on after its end");
  yield decoded(rest);
}

function decoded(text: string): Uint8Array {
  try {
    return concat([Uint8Array.fromBase64(text)]);
  } catch {
    throw new BodyFault("no Base64");
  }
}
