/** Files with certificates and keys as text (RFC 7468). @module */

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/g;

export type PemLabel = "CERTIFICATE" | "PRIVATE KEY";

/**
 * The blocks whose label ends so, one after the other, as Deno takes them:
 * with line feeds, without empty lines, and with nothing between them.
 */
export function pemBlocks(text: string, label: PemLabel): string {
  return pemList(text, label).join("");
}

/** The same, one by one. */
export function pemList(text: string, label: PemLabel): string[] {
  return [...text.matchAll(BLOCK)].flatMap(([, found = "", body = ""]) => {
    if (!found.endsWith(label)) return [];
    const lines = body.split(/\s+/).filter((line) => line !== "");
    return [
      `-----BEGIN ${found}-----`,
      ...lines,
      `-----END ${found}-----`,
      "",
    ].join("\n");
  });
}
