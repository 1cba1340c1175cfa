/** Which names a mailbox may have. @module */
import { Refusal } from "../../base/refusal.ts";

const MAX_NAME_OCTETS = 255;
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x1f\x7f*%]/;

/** @throws {Refusal} `mailbox_name_invalid` */
export function checkMailboxName(name: string): void {
  const octets = new TextEncoder().encode(name).length;
  const levels = name.split("/");
  if (
    octets > MAX_NAME_OCTETS || FORBIDDEN.test(name) || levels.includes("") ||
    (levels[0] !== "INBOX" && levels[0]!.toUpperCase() === "INBOX")
  ) throw new Refusal("mailbox_name_invalid");
}

/** "a/b/c" has the parents "a" and "a/b". */
export function parentNames(name: string): string[] {
  const levels = name.split("/");
  return levels.slice(1).map((_, i) => levels.slice(0, i + 1).join("/"));
}

/** INBOX in any case is "INBOX" (RFC 3501 §5.1); other names stay as they are. */
export function canonicalMailboxName(name: string): string {
  const slash = name.indexOf("/");
  const top = slash < 0 ? name : name.slice(0, slash);
  return top.toUpperCase() === "INBOX" ? `INBOX${name.slice(5)}` : name;
}
