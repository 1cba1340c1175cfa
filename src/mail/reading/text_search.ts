/**
 * BODY and TEXT of SEARCH (RFC 3501 §6.4.4): whether a text occurs in what a
 * person would read, decoded, in any case of letters.
 *
 * @module
 */
import { decodeText } from "../header.ts";
import type { MimePart } from "../mime.ts";
import { parameterOf } from "../content_type.ts";
import { transferDecoder } from "../transfer_decoding.ts";
import type { MessageReader } from "./message_reader.ts";
import { decodeWords } from "./encoded_words.ts";
import type { Needle } from "./needle.ts";

const MAX_HEADER_OCTETS = 256 * 1024; // of a part; what is behind is not searched

/** Lets others have their turn now and then. @throws {Error} when the search has used up its time */
export interface SearchTurns {
  checkpoint(): Promise<void> | undefined;
}

export type SearchPlace = "body" | "text";

/** How text is compared. */
export function folded(text: string): string {
  return text.toLowerCase();
}

/**
 * @param needle Folded.
 * @throws {MessageGone}
 * @throws what its turns throw
 */
export async function occursIn(
  message: MessageReader,
  needle: Needle,
  options: { readonly place: SearchPlace; readonly turns: SearchTurns },
): Promise<boolean> {
  const inHeader = options.place === "text" &&
    occursInHeader(await message.header(), needle);
  if (inHeader || needle.length === 0) return true;
  const { root } = await message.structure();
  await options.turns.checkpoint();
  return await new Search(message, needle, options).inPart(root);
}

/** @param needle Folded. */
export function occursInHeader(header: Uint8Array, needle: Needle): boolean {
  const text = decodeText(header).replace(/\r?\n(?=[ \t])/g, "");
  return needle.isIn(folded(decodeWords(text)));
}

class Search {
  constructor(
    readonly message: MessageReader,
    readonly needle: Needle,
    readonly options: {
      readonly place: SearchPlace;
      readonly turns: SearchTurns;
    },
  ) {}

  async inPart(part: MimePart): Promise<boolean> {
    await this.options.turns.checkpoint();
    for (const child of part.children) {
      if (this.options.place === "text" && await this.#inHeader(child)) {
        return true;
      }
      if (await this.inPart(child)) return true;
    }
    const inner = part.message?.root;
    if (inner) return await this.#inHeader(inner) || await this.inPart(inner);
    return part.type === "text" && await this.#inText(part);
  }

  async #inHeader({ headerStart, bodyStart }: MimePart): Promise<boolean> {
    const end = Math.min(bodyStart, headerStart + MAX_HEADER_OCTETS);
    const header = await this.message.octets({ start: headerStart, end });
    return occursInHeader(header, this.needle);
  }

  async #inText(part: MimePart): Promise<boolean> {
    const decoder = transferDecoder(part.encoding);
    const text = textDecoder(parameterOf(part.parameters, "charset"));
    let kept = ""; // the end of what was read, where an occurrence may begin
    const range = { start: part.bodyStart, end: part.bodyEnd };
    for await (const piece of await this.message.pieces(range)) {
      const octets = decoder ? decoder.decode(piece) : piece;
      const hay = kept + folded(text.decode(octets, { stream: true }));
      if (this.needle.isIn(hay)) return true;
      kept = hay.slice(1 - this.needle.length);
      if (this.needle.length === 1) kept = "";
      await this.options.turns.checkpoint();
    }
    const rest = text.decode(decoder?.finish());
    return this.needle.isIn(kept + folded(rest));
  }
}

/** UTF-8 for a character set that is unknown, or not told. */
function textDecoder(charset = "utf-8"): TextDecoder {
  try {
    return new TextDecoder(/^us-ascii$/i.test(charset) ? "utf-8" : charset);
  } catch {
    return new TextDecoder();
  }
}
