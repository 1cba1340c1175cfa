/** SEARCH and ESEARCH responses (RFC 3501 §7.2.5, RFC 4731 §3.1, RFC 7162 §3.1.6). @module */
import { formatSet } from "./sequence_set.ts";

export type SearchReturn = "MIN" | "MAX" | "ALL" | "COUNT";

/** One message that was found. */
export interface SearchResult {
  /** Sequence number or UID, as the command asked. */
  readonly number: number;
  readonly modSeq: number;
}

export interface SearchResponseOptions {
  readonly tag: string;
  /** The numbers are UIDs. */
  readonly uid: boolean;
  /** The search was about mod-sequences. */
  readonly tellsModSeq: boolean;
  /** Makes the response an ESEARCH. */
  readonly returns?: ReadonlySet<SearchReturn>;
}

/** @param results Ascending. */
export function searchResponse(
  results: readonly SearchResult[],
  options: SearchResponseOptions,
): string {
  if (options.returns) {
    return extendedResponse(results, options, options.returns);
  }
  const numbers = results.map(({ number }) => ` ${number}`).join("");
  const modSeq = options.tellsModSeq && results.length > 0
    ? ` (MODSEQ ${highest(results)})`
    : "";
  return `* SEARCH${numbers}${modSeq}\r\n`;
}

function extendedResponse(
  results: readonly SearchResult[],
  { tag, uid, tellsModSeq }: SearchResponseOptions,
  returns: ReadonlySet<SearchReturn>,
): string {
  let text = `* ESEARCH (TAG "${tag}")${uid ? " UID" : ""}`;
  const first = results[0];
  const last = results.at(-1);
  if (first && last) {
    if (returns.has("MIN")) text += ` MIN ${first.number}`;
    if (returns.has("MAX")) text += ` MAX ${last.number}`;
    if (returns.has("ALL")) {
      text += ` ALL ${formatSet(results.map(({ number }) => number))}`;
    }
  }
  if (returns.has("COUNT")) text += ` COUNT ${results.length}`;
  if (tellsModSeq && first && last) {
    text += ` MODSEQ ${highest(told(results, returns))}`;
  }
  return `${text}\r\n`;
}

/** Those whose numbers the response has: MODSEQ is about them (RFC 7162 §3.1.10). */
function told(
  results: readonly SearchResult[],
  returns: ReadonlySet<SearchReturn>,
): readonly SearchResult[] {
  if (returns.has("ALL") || returns.has("COUNT")) return results;
  return [
    ...(returns.has("MIN") ? results.slice(0, 1) : []),
    ...(returns.has("MAX") ? results.slice(-1) : []),
  ];
}

function highest(results: readonly SearchResult[]): number {
  return results.reduce((most, { modSeq }) => Math.max(most, modSeq), 0);
}
