/** Mailbox names between wire and store. @module */
import { Refusal } from "../../base/refusal.ts";
import { decodeMutf7, encodeMutf7 } from "./mutf7.ts";
import { quote } from "./quote.ts";
import type { Scanner } from "./scanner.ts";

const NO_NAME = "/"; // no name begins or ends with the separator

/**
 * A mailbox argument, decoded. INBOX is `INBOX`, however it was written
 * (RFC 3501 §5.1).
 *
 * @throws {Refusal} `mailbox_name_invalid` for what is no modified UTF-7
 */
export function scanMailboxName(args: Scanner): string {
  return decodeMailboxName(args.astring());
}

/** The same for a string that is read already. @throws {Refusal} `mailbox_name_invalid` */
export function decodeMailboxName(text: string): string {
  const name = decoded(text);
  return name.toUpperCase() === "INBOX" ? "INBOX" : name;
}

/** A LIST pattern, decoded; wildcards stay what they are. What cannot be decoded matches nothing. */
export function scanMailboxPattern(args: Scanner): string {
  const pattern = args.listPattern();
  try {
    return decodeMutf7(pattern);
  } catch {
    return NO_NAME;
  }
}

/** For a response. */
export function formatMailboxName(name: string): string {
  return quote(encodeMutf7(name));
}

function decoded(text: string): string {
  try {
    return decodeMutf7(text);
  } catch {
    throw new Refusal("mailbox_name_invalid");
  }
}
