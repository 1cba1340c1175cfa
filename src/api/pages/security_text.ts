/** Whom to tell of weaknesses (RFC 9116). @module */
import { LANGUAGES } from "../../../web/i18n/languages.ts";
import type { Clock } from "../../base/clock.ts";
import type { SiteFacts } from "../site_backend.ts";
import { contactOf } from "./contact.ts";

export const SECURITY_PATH = "/.well-known/security.txt";
/** It is made anew at each request; who keeps it shall look again. */
const DAYS = 180;
const DAY_MS = 86_400_000;

/** undefined if nobody is named, or in a way that is no URI. */
export function securityText(
  { web, publicUrl }: SiteFacts,
  clock: Clock,
): string | undefined {
  const contact = contactOf(web.securityContact)?.href;
  if (contact === undefined || /\s/.test(contact)) return undefined;
  const day = Math.floor(clock.now() / DAY_MS) + DAYS;
  return `Contact: ${contact}\n` +
    `Expires: ${new Date(day * DAY_MS).toISOString()}\n` +
    `Preferred-Languages: ${LANGUAGES.join(", ")}\n` +
    `Canonical: ${publicUrl}${SECURITY_PATH}\n`;
}
