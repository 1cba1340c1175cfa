/** Which octets of a file are asked for (RFC 9110 §14.1.2, §14.2). @module */

/** From `start` up to, not with, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const ONE_RANGE = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i;

/**
 * One range is served; a field that asks for several, in another unit, or that
 * cannot be read, is ignored: the whole is sent, as RFC 9110 §14.2 lets servers do.
 */
export function requestedRange(
  range: string,
  sizeOctets: number,
): ByteRange | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] = ONE_RANGE.exec(range) ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const start = Math.max(sizeOctets - Number(last), 0);
    return start < sizeOctets ? { start, end: sizeOctets } : "unsatisfiable";
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return "whole"; // no range at all
  if (start >= sizeOctets) return "unsatisfiable";
  const end = last === "" ? sizeOctets : Math.min(Number(last) + 1, sizeOctets);
  return { start, end };
}
