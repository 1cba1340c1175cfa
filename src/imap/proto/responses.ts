/** Untagged responses that several commands give. @module */
import type { FlagState } from "../../mail/mailbox.ts";
import { formatFlags } from "./flags.ts";
import { formatMailboxName } from "./mailbox_name.ts";

/**
 * The FETCH line that tells of flags (RFC 3501 §7.4.2).
 *
 * @param keywords The mailbox's keyword names.
 */
export function flagsResponse(
  sequenceNumber: number,
  state: FlagState,
  keywords: readonly string[],
  options: { readonly uid: boolean; readonly modSeq: boolean },
): string {
  const uid = options.uid ? `UID ${state.uid} ` : "";
  const modSeq = options.modSeq ? ` MODSEQ (${state.modSeq})` : "";
  const flags = formatFlags(state.flags, state.keywords, keywords);
  return `* ${sequenceNumber} FETCH (${uid}FLAGS ${flags}${modSeq})\r\n`;
}

/** RFC 3501 §7.2.4. */
export function statusResponse(
  mailbox: string,
  items: readonly (readonly [name: string, value: number | string])[],
): string {
  const values = items.map(([name, value]) => `${name} ${value}`).join(" ");
  return `* STATUS ${formatMailboxName(mailbox)} (${values})\r\n`;
}

/**
 * RFC 3501 §7.2.2, and §7.2.3 for LSUB.
 *
 * @param attributes With their backslashes.
 */
export function listResponse(
  kind: "LIST" | "LSUB",
  attributes: readonly string[],
  mailbox: string,
): string {
  return `* ${kind} (${attributes.join(" ")}) "/" ${
    formatMailboxName(mailbox)
  }\r\n`;
}
