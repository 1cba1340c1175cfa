/** Forms as browsers send them. @module */

const ESCAPED = /(?:%[0-9A-Fa-f]{2})+/g;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A form of several parts (RFC 7578), which is not read. */
export class MultipartForm extends Error {
  override readonly name = "MultipartForm";
}

/**
 * The fields of `application/x-www-form-urlencoded` (URL Standard §5.1). What is
 * not UTF-8 is not replaced: two passwords could become one.
 *
 * @param type What the body is said to be
 * @throws {SyntaxError} if a field is not UTF-8
 * @throws {MultipartForm} if fields were sent, but in another form
 */
export function parseForm(text: string, type = ""): Map<string, string> {
  if (text !== "" && /^\s*multipart\//i.test(type)) throw new MultipartForm();
  const fields = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const end = equals < 0 ? pair.length : equals;
    fields.set(unescape(pair.slice(0, end)), unescape(pair.slice(end + 1)));
  }
  return fields;
}

function unescape(text: string): string {
  return text.replaceAll("+", " ").replace(ESCAPED, (run) => {
    const octets = run.slice(1).split("%").map((digits) =>
      parseInt(digits, 16)
    );
    try {
      return decoder.decode(Uint8Array.from(octets));
    } catch (cause) {
      throw new SyntaxError("Cannot read the form: it is not UTF-8", { cause });
    }
  });
}
