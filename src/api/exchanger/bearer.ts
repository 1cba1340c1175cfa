/** Who asks, as a token says (RFC 6750 §2.1). @module */
const FIELD = /^Bearer +([!-~]{1,512})$/i;

/** Empty if there is none. */
export function bearerToken(headers: Headers): string {
  const field = headers.get("authorization") ?? "";
  return FIELD.exec(field.slice(0, 600))?.[1] ?? "";
}
