/**
 * How far taking over a mailbox of another relay has come: written with each of
 * its messages, gone with the mailbox.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { MailboxId } from "../../../../base/ids.ts";
import type { JobContext } from "../context.ts";

const COLLECTION = "taken_over";

export interface TakeOverMark {
  /** Of there; null: UIDs are not kept. */
  readonly uidValidity: number | null;
  readonly lastUid: number;
}

export function markOf(
  { records }: JobContext,
  mailbox: MailboxId,
): TakeOverMark | undefined {
  const text = records.find(COLLECTION, `${mailbox}/`);
  return text === undefined ? undefined : JSON.parse(text) as TakeOverMark;
}

export function setMark(
  { records }: JobContext,
  mailbox: MailboxId,
  mark: TakeOverMark,
): void {
  const value = JSON.stringify(mark);
  records.put(COLLECTION, { key: `${mailbox}/`, value });
}

/** False if a message of this name was taken before. */
export function takeName(
  { records }: JobContext,
  mailbox: MailboxId,
  name: string,
): boolean {
  const digest = createHash("sha256").update(name).digest("base64url");
  const key = `${mailbox}/${digest}`;
  if (records.find(COLLECTION, key) !== undefined) return false;
  records.put(COLLECTION, { key, value: "1" });
  return true;
}

export function forgetTaken(
  { records }: JobContext,
  mailbox: MailboxId,
): void {
  records.removeBelow(COLLECTION, String(mailbox));
}
