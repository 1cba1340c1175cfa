/** Signs as the relay does, in one step. @module */
import type { KeyObject } from "node:crypto";
import type { Header } from "../../src/mail/header.ts";
import {
  dkimDraft,
  type DkimKeyName,
  signedFields,
} from "../../src/mailauth/dkim_sign.ts";
import { rawSignature } from "../../src/mailauth/raw_signature.ts";

export interface DkimSigningKey extends DkimKeyName {
  readonly key: KeyObject;
}

/**
 * The `DKIM-Signature` field, folded, with CRLF at its end.
 *
 * @param bodyHash of the body that follows this header
 * @param nowSeconds `t=`, seconds since 1970 UTC
 */
export function dkimSignature(
  header: Header,
  bodyHash: string,
  { key, ...name }: DkimSigningKey,
  nowSeconds: number,
): Uint8Array {
  const draft = dkimDraft(signedFields(header), bodyHash, name, nowSeconds);
  return draft.field(rawSignature(name.algorithm, key, draft.octets));
}
