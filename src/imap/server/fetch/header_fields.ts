/** HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 3501 §6.4.5). @module */
import { concat, CR, LF, SPACE } from "../../../base/octets.ts";

const TAB = 0x09;
const COLON = 0x3a;
const EMPTY_LINE = Uint8Array.of(CR, LF);

/**
 * The fields with those names, or with all others, as they stand in the header,
 * folded lines included, and an empty line. Nothing is decoded: the header may
 * be in any character set, or in none.
 *
 * @param names In lower case.
 */
export function selectFields(
  header: Uint8Array,
  names: ReadonlySet<string>,
  which: "named" | "others",
): Uint8Array {
  const parts: Uint8Array[] = [];
  let selected = false; // the field whose folded lines may follow
  let from = 0; // of the selected lines that are not in parts yet
  for (let at = 0; at < header.length;) {
    const first = header[at]!;
    if (first === LF || (first === CR && header[at + 1] === LF)) {
      if (selected) parts.push(header.subarray(from, at));
      selected = false;
      break;
    }
    if (first !== SPACE && first !== TAB) {
      const name = fieldName(header, at);
      const wanted = name !== undefined &&
        names.has(name) === (which === "named");
      if (wanted && !selected) from = at;
      if (!wanted && selected) parts.push(header.subarray(from, at));
      selected = wanted;
    }
    const end = header.indexOf(LF, at);
    at = end < 0 ? header.length : end + 1;
  }
  if (selected) parts.push(header.subarray(from));
  parts.push(EMPTY_LINE);
  return concat(parts);
}

/** In lower case; undefined for a line that is no field. */
function fieldName(header: Uint8Array, start: number): string | undefined {
  let name = "";
  for (let at = start; at < header.length; at++) {
    const octet = header[at]!;
    if (octet === COLON) return name.trimEnd(); // RFC 5322 §4.5.3 has blanks before the colon
    if (octet === LF) return undefined;
    name += String.fromCharCode(
      octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet,
    );
  }
  return undefined;
}
