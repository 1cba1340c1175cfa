/**
 * Modified UTF-7, how mailbox names travel (RFC 3501 §5.1.3). Strict: each name
 * has one spelling, so two spellings never name one mailbox.
 *
 * @module
 */
const BASE64 =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/** @throws {SyntaxError} what is no modified UTF-7, or a spelling the RFC forbids */
export function decodeMutf7(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) {
    throw new SyntaxError("Mailbox name is not printable");
  }
  let name = "";
  let at = 0;
  while (at < text.length) {
    const shift = text.indexOf("&", at);
    if (shift < 0) return name + text.slice(at);
    name += text.slice(at, shift);
    const end = text.indexOf("-", shift);
    if (end < 0) throw new SyntaxError("Mailbox name has an open shift");
    if (end === shift + 1) name += "&";
    else {
      name += decodeShifted(text.slice(shift + 1, end));
      // One run of shifted characters is written with one shift.
      if (text[end + 1] === "&" && text[end + 2] !== "-") {
        throw new SyntaxError("Mailbox name has a superfluous shift");
      }
    }
    at = end + 1;
  }
  return name;
}

function decodeShifted(base64: string): string {
  let units = "";
  let bits = 0;
  let count = 0;
  for (const character of base64) {
    const value = BASE64.indexOf(character);
    if (value < 0) throw new SyntaxError("Mailbox name has bad base64");
    bits = (bits << 6 | value) & 0x3f_ffff;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    units += String.fromCharCode(bits >> count & 0xffff);
    bits &= (1 << count) - 1;
  }
  if (count >= 6 || bits !== 0) {
    throw new SyntaxError("Mailbox name has left-over bits");
  }
  if (/[\x20-\x7e]/.test(units)) {
    throw new SyntaxError("Mailbox name shifts a printable character");
  }
  if (!units.isWellFormed()) {
    throw new SyntaxError("Mailbox name has half a surrogate pair");
  }
  return units;
}

/** @param name Well-formed Unicode. */
export function encodeMutf7(name: string): string {
  return name.replace(
    /&|[^\x20-\x7e]+/g,
    (run) => run === "&" ? "&-" : `&${encodeShifted(run)}-`,
  );
}

function encodeShifted(units: string): string {
  let base64 = "";
  let bits = 0;
  let count = 0;
  for (let i = 0; i < units.length; i++) {
    bits = bits << 16 | units.charCodeAt(i);
    count += 16;
    while (count >= 6) {
      count -= 6;
      base64 += BASE64[bits >> count & 0x3f];
    }
    bits &= (1 << count) - 1;
  }
  return count > 0 ? base64 + BASE64[bits << (6 - count) & 0x3f] : base64;
}
