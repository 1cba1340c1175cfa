/**
 * What is on record of each DKIM key, beside its file: that it is, what it
 * signs, and its public half, which can be shown without the file.
 *
 * @module
 */
import * as v from "valibot";
import type { RecordSet } from "../../store/record_set.ts";

export const DKIM_COLLECTION = "dkim_keys";

/** RFC 6376 §3.1, of one label. */
const SELECTOR = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export const KEY_ROW = v.object({
  /** A-labels. */
  domain: v.pipe(v.string(), v.maxLength(253)),
  selector: v.pipe(v.string(), v.regex(SELECTOR)),
  algorithm: v.picklist(["rsa-sha256", "ed25519-sha256"]),
  /** Below the directory of keys. */
  file: v.pipe(v.string(), v.maxLength(512)),
  /** `p=` of its record. */
  publicKey: v.pipe(v.string(), v.maxLength(4096)),
  /**
   * "pending": it signs once the DNS shows it; "active": it signs; "retired":
   * what it has signed is still on its way.
   */
  state: v.picklist(["pending", "active", "retired"]),
  /** Seconds since 1970 UTC, for people. */
  createdAt: v.number(),
  /** In this state since, by the store's clock. */
  since: v.number(),
  /** Its file cannot be used since, by the store's clock. */
  lostAt: v.optional(v.number()),
});
export type DkimKeyRow = v.InferOutput<typeof KEY_ROW>;
export type KeyState = DkimKeyRow["state"];

export type KeyRows = Pick<
  RecordSet<DkimKeyRow>,
  "values" | "get" | "change" | "onChange"
>;

export function isSelector(text: string): boolean {
  return SELECTOR.test(text);
}

export function rowKey(
  { domain, selector }: Pick<DkimKeyRow, "domain" | "selector">,
): string {
  return `${domain} ${selector}`;
}

/** Name of the record in the DNS (RFC 6376 §3.6.2.1). */
export function recordName(
  { domain, selector }: Pick<DkimKeyRow, "domain" | "selector">,
): string {
  return `${selector}._domainkey.${domain}`;
}

/** Text of the record (RFC 6376 §3.6.1): for mail only, and for no domain below this one. */
export function recordText(
  { algorithm, publicKey }: Pick<DkimKeyRow, "algorithm" | "publicKey">,
): string {
  const kind = algorithm === "rsa-sha256" ? "rsa" : "ed25519";
  return `v=DKIM1; k=${kind}; p=${publicKey}; s=email; t=s`;
}
