/** Conditions on entity tags (RFC 9110 §8.8.3, §13.1). @module */

const OPAQUE = /^[\x21\x23-\x7e\x80-\xff]*$/;

interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

/** Every tag of a list, or "*"; what cannot be read ends the list. */
function parseTags(list: string): EntityTag[] | "*" {
  if (list.trim() === "*") return "*";
  const tags: EntityTag[] = [];
  for (let at = 0; at < list.length;) {
    if (" \t,".includes(list[at] ?? "")) {
      at++;
      continue;
    }
    const weak = list.startsWith("W/", at);
    const start = weak ? at + 2 : at;
    const end = list.indexOf('"', start + 1);
    const opaque = list.slice(start + 1, end);
    if (list[start] !== '"' || end < 0 || !OPAQUE.test(opaque)) break;
    tags.push({ weak, opaque });
    at = end + 1;
  }
  return tags;
}

/** Whether If-None-Match names what the client would get: weak comparison (RFC 9110 §13.1.2). */
export function isKnown(ifNoneMatch: string, etag: string | null): boolean {
  const known = parseTags(ifNoneMatch);
  if (known === "*") return true;
  const ours = parseTag(etag);
  return known.some(({ opaque }) => opaque === ours?.opaque);
}

/** Whether If-Match names what the client would get: strong comparison (RFC 9110 §13.1.1). */
export function isWanted(ifMatch: string, etag: string | null): boolean {
  const wanted = parseTags(ifMatch);
  if (wanted === "*") return true;
  const ours = parseTag(etag);
  if (!ours || ours.weak) return false;
  return wanted.some(({ weak, opaque }) => !weak && opaque === ours.opaque);
}

function parseTag(etag: string | null): EntityTag | undefined {
  const tags = parseTags(etag ?? "");
  return tags === "*" ? undefined : tags[0];
}
