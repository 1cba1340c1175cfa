/** Which names people may give mailboxes, and which are only names. @module */
import { Refusal } from "../base/refusal.ts";
import type { Mailbox } from "./mailbox.ts";

const INBOX = "INBOX";
const MAX_NAME_OCTETS = 255;
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x1f\x7f-\x9f%*\u2028\u2029]/;

/** @throws {Refusal} `mailbox_name_invalid`, `mailbox_exists` */
export function checkNewName(name: string): void {
  if (name === INBOX) throw new Refusal("mailbox_exists");
  const levels = name.split("/");
  if (
    FORBIDDEN.test(name) || levels.includes("") || levels.includes("..") ||
    new TextEncoder().encode(name).length > MAX_NAME_OCTETS
  ) throw new Refusal("mailbox_name_invalid");
}

/**
 * Whether there is no such mailbox any more, nor one below it, but only a
 * subscription, which its owner has to end (RFC 3501 §6.3.6).
 */
export function isNameOnly(
  { name, selectable }: Mailbox,
  mailboxes: readonly Mailbox[],
): boolean {
  return !selectable &&
    !mailboxes.some((below) =>
      below.selectable && below.name.startsWith(`${name}/`)
    );
}
