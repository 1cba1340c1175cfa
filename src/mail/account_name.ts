/**
 * Which local parts a new account may have. Existing accounts are never measured again.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";

/** Names that mean a role (RFC 2142 §1) or would deceive; nobody can sign up with one. */
const RESERVED_LOCAL_PARTS: ReadonlySet<string> = new Set([
  "abuse",
  "admin",
  "dmarc",
  "hostmaster",
  "info",
  "mailer-daemon",
  "no-reply",
  "noreply",
  "postmaster",
  "root",
  "security",
  "support",
  "tlsrpt",
  "webmaster",
]);

export interface AccountNameRule {
  readonly minLength: number;
  readonly maxLength: number;
  /** An admin insists: length and reserved names do not count, the characters do. */
  readonly force?: boolean;
}

export const ACCOUNT_NAME_CHARACTERS =
  "Name may have a-z, 0-9, dot, hyphen and underscore, begins and ends with a letter or digit";

/**
 * Checks the canonical local part of an account about to be made.
 *
 * @throws {Refusal} `username_invalid`
 */
export function checkAccountName(
  localPart: string,
  rule: AccountNameRule,
): void {
  if (
    !/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(localPart) ||
    localPart.includes("..") || localPart.length > 64 // RFC 5321 §4.5.3.1.1
  ) {
    throw invalid(ACCOUNT_NAME_CHARACTERS);
  }
  if (rule.force) return;
  if (localPart.length < rule.minLength || localPart.length > rule.maxLength) {
    throw invalid(
      `Name must have ${rule.minLength} to ${rule.maxLength} characters`,
    );
  }
  if (RESERVED_LOCAL_PARTS.has(localPart)) throw invalid("Name is reserved");
}

function invalid(explanation: string): Refusal {
  return new Refusal("username_invalid", { explanation });
}
