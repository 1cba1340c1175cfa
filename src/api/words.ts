/** What pages say in words and numbers. @module */
import { roundedSize } from "../base/sizes.ts";
import type { SignUpRules, SiteRetention } from "./site_backend.ts";

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]] as const;

/** `20 days`, `1 day 12 hours`, `30 seconds`. */
export function durationWords(seconds: number): string {
  const words: string[] = [];
  let left = seconds;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) words.push(counted(count, unit));
    left -= count * size;
  }
  if (left > 0 || words.length === 0) words.push(counted(left, "second"));
  return words.join(" ");
}

/** What is deleted when, a sentence each. */
export function retentionSentences(retention: SiteRetention): string[] {
  const { messagesSeconds, largeSeconds, largeOctets, seenSeconds } = retention;
  const sentences = [
    messagesSeconds === undefined
      ? "Messages stay here until an app deletes them."
      : `Messages are deleted here after ${durationWords(messagesSeconds)}.`,
  ];
  if (
    largeSeconds !== undefined && largeSeconds < (messagesSeconds ?? Infinity)
  ) {
    sentences.push(
      `Messages over ${roundedSize(largeOctets ?? 0)} are deleted after ${
        durationWords(largeSeconds)
      }, once they were read.`,
    );
  }
  if (seenSeconds !== undefined) {
    sentences.push(
      `Messages are deleted ${
        durationWords(seenSeconds)
      } after they were read.`,
    );
  }
  const { inactiveAccountsSeconds, unusedAccountsSeconds } = retention;
  if (inactiveAccountsSeconds !== undefined) {
    sentences.push(
      `Accounts without a login for ${
        durationWords(inactiveAccountsSeconds)
      } are deleted.`,
    );
  }
  if (unusedAccountsSeconds !== undefined) {
    sentences.push(
      `Accounts that nobody ever logs in to are deleted after ${
        durationWords(unusedAccountsSeconds)
      }.`,
    );
  }
  return sentences;
}

/** What a chosen name and password have to be. */
export function ruleSentences(
  { minNameLength, maxNameLength, passwordMinLength }: SignUpRules,
): { readonly name: string; readonly password: string } {
  return {
    name: `${minNameLength} to ${maxNameLength} characters: a-z, 0-9, ` +
      `dot, hyphen, underscore; empty: one is made up`,
    password: `At least ${passwordMinLength} characters; empty: one is made up`,
  };
}

export interface Contact {
  readonly text: string;
  /** Where it leads, if it may be a link. */
  readonly href?: string;
}

const LINKED = /^(?:mailto|https?|xmpp|openpgp4fpr|matrix|tel):/i;

/** The operator as visitors see it; undefined if nobody is named. */
export function contactOf(text: string): Contact | undefined {
  const contact = text.trim();
  if (contact === "") return undefined;
  if (LINKED.test(contact)) {
    return { text: contact.replace(/^mailto:/i, ""), href: contact };
  }
  return /^[^\s:/]+@[^\s:/]+$/.test(contact)
    ? { text: contact, href: `mailto:${contact}` }
    : { text: contact };
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
