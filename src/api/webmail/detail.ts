/**
 * A whole message as JSON text, made while it is read: its octets as text, and
 * in Base64 where they are not UTF-8 or where that is asked for.
 *
 * @module
 */
import type { MessageSummary } from "./views.ts";

export type BodyEncoding = "text" | "base64";

/** Where octets come from; asked twice for a message that is not UTF-8. */
type Source = () => Promise<AsyncIterable<Uint8Array>>;

/** `{…summary, "body": "…"}` in pieces, each as long as what was read at once. */
export async function* detailJson(
  summary: MessageSummary,
  source: Source,
  encoding: BodyEncoding,
): AsyncGenerator<string> {
  const first = await source(); // before anything is said
  yield JSON.stringify(summary).slice(0, -1);
  if (encoding === "base64") yield* base64Member(first);
  else {
    yield ',"body":"';
    const isText = yield* textOf(first);
    yield '"';
    if (!isText) yield* base64Member(await source());
  }
  yield "}";
}

/** Says whether it was UTF-8; what was not is shown as U+FFFD. */
async function* textOf(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, boolean> {
  const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  let isText = true;
  const check = (piece?: Uint8Array) => {
    if (!isText) return;
    try {
      strict.decode(piece, { stream: piece !== undefined });
    } catch {
      isText = false;
    }
  };
  for await (const piece of pieces) {
    check(piece);
    yield escaped(lossy.decode(piece, { stream: true }));
  }
  check();
  yield escaped(lossy.decode());
  return isText;
}

async function* base64Member(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  yield ',"body_base64":"';
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    const octets = new Uint8Array(rest.length + piece.length);
    octets.set(rest);
    octets.set(piece, rest.length);
    const length = octets.length - octets.length % 3; // without padding
    yield octets.subarray(0, length).toBase64();
    rest = octets.slice(length);
  }
  yield rest.toBase64();
  yield '"';
}

/** As between the quotes of JSON. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
