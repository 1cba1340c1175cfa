/**
 * Signs what leaves in the name of our domains: fresh for each attempt, by
 * every key that its domain has. Where a key is on record and its file is gone,
 * mail waits for an hour, so that the operator can bring it back: unsigned it
 * would be refused by most, and for good.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { hours } from "../../base/durations.ts";
import { concat } from "../../base/octets.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { parseDomain } from "../../mail/address.ts";
import type { Header } from "../../mail/header.ts";
import { dkimDraft, signedFields } from "../../mailauth/dkim_sign.ts";
import { onlyAuthor } from "../../pgp/from_rule.ts";
import type { DeliveryNote } from "../../store/queue.ts";
import type { SignedPart, Signer, Signing } from "../signer.ts";
import type { DkimKeys, LoadedKey } from "./dkim_keys.ts";
import type { Signatures } from "./signatures.ts";

export interface SigningSettings {
  readonly enabled: boolean;
  /** A key is on record and its file cannot be used: "hold" for up to an hour, or "send" unsigned. */
  readonly onMissing: "hold" | "send";
}

export interface DkimSignerParts {
  readonly keys: DkimKeys;
  readonly signatures: Pick<Signatures, "sign">;
  settings(): SigningSettings;
  readonly clock: Clock;
  /** Told why mail of ours waits, or leaves unsigned; undefined when it is signed again. */
  onTrouble(why: string | undefined): void;
}

const HOLD_SECONDS = hours(1);
/** What one message is signed with for all its destinations; later it is signed anew. */
const SAME_ATTEMPT_MS = 30_000;
const MAX_REMEMBERED = 512;
const UNSIGNED: Signing = { kind: "fields", fields: new Uint8Array() };
const NO_KEY: DeliveryNote = {
  status: "4.7.0",
  text: "It waits since the key that signs it cannot be used",
};

interface Remembered {
  readonly untilMs: number;
  readonly fields: Promise<Uint8Array>;
}

export class DkimSigner implements Signer {
  readonly #parts: DkimSignerParts;
  readonly #remembered = new Map<string, Remembered>();
  /** Why nothing is signed, by domain. */
  readonly #troubles = new Map<string, string>();

  constructor(parts: DkimSignerParts) {
    this.#parts = parts;
    parts.keys.rows.onChange(() => this.#remembered.clear());
  }

  needsHash(header: Header): boolean {
    return this.#domainOf(header) !== undefined;
  }

  async sign({ header, bodyHash }: SignedPart): Promise<Signing> {
    const domain = this.#domainOf(header);
    if (domain === undefined) return UNSIGNED;
    const keys = await this.#usable(domain);
    if (!keys.some(({ row }) => row.algorithm === "rsa-sha256")) {
      return await this.#withoutKey(domain);
    }
    this.#settle(domain, undefined);
    for (const { row } of keys) {
      if (row.lostAt !== undefined) await this.#parts.keys.found(row);
    }
    if (bodyHash === undefined) throw new TypeError("The body was not hashed");
    return {
      kind: "fields",
      fields: await this.#fields(header, bodyHash, keys),
    };
  }

  /** The domain to sign for, if there is one. */
  #domainOf(header: Header): string | undefined {
    if (!this.#parts.settings().enabled) return undefined;
    const domain = authorDomain(header);
    if (domain === undefined) return undefined;
    return this.#parts.keys.domains.includes(domain) ? domain : undefined;
  }

  /** Without any when they cannot be read or made. */
  async #usable(domain: string): Promise<LoadedKey[]> {
    try {
      return await this.#parts.keys.signing(domain);
    } catch (error) {
      this.#settle(domain, reasonOf(error));
      return [];
    }
  }

  async #withoutKey(domain: string): Promise<Signing> {
    const { keys, settings } = this.#parts;
    const lost = (await keys.lost()).filter(({ row }) => row.domain === domain);
    if (lost.length > 0) {
      this.#settle(domain, lost.map(({ why }) => why).join("; "));
    }
    if (settings().onMissing === "send") return UNSIGNED;
    return await keys.lostForSeconds(domain) < HOLD_SECONDS
      ? { kind: "wait", note: NO_KEY }
      : UNSIGNED;
  }

  #settle(domain: string, trouble: string | undefined): void {
    if (this.#troubles.get(domain) === trouble) return;
    if (trouble === undefined) this.#troubles.delete(domain);
    else this.#troubles.set(domain, trouble);
    const all = [...this.#troubles.values()];
    this.#parts.onTrouble(all.length === 0 ? undefined : all.join("; "));
  }

  #fields(
    header: Header,
    bodyHash: string,
    keys: readonly LoadedKey[],
  ): Promise<Uint8Array> {
    const nowMs = this.#parts.clock.monotonic();
    const id = createHash("sha256").update(header.octets).update(bodyHash)
      .digest("base64");
    const known = this.#remembered.get(id);
    if (known && known.untilMs > nowMs) return known.fields;
    const fields = this.#make(header, bodyHash, keys);
    this.#remember(id, { untilMs: nowMs + SAME_ATTEMPT_MS, fields });
    fields.catch(() => this.#remembered.delete(id));
    return fields;
  }

  /** The oldest go first when there are too many. */
  #remember(id: string, signed: Remembered): void {
    this.#remembered.delete(id);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size < MAX_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(id, signed);
  }

  async #make(
    header: Header,
    bodyHash: string,
    keys: readonly LoadedKey[],
  ): Promise<Uint8Array> {
    const signed = signedFields(header);
    const now = nowSeconds(this.#parts.clock);
    const fields = keys.map(async ({ row, material }) => {
      const draft = dkimDraft(signed, bodyHash, row, now);
      return draft.field(
        await this.#parts.signatures.sign(material, draft.octets),
      );
    });
    return concat(await Promise.all(fields));
  }
}

/** In A-labels; undefined if there is not exactly one author. */
function authorDomain(header: Header): string | undefined {
  const author = onlyAuthor(header);
  if (!author) return undefined;
  try {
    return parseDomain(author.domain);
  } catch {
    return undefined;
  }
}
