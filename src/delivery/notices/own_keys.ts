/**
 * Remembers the public key that an account's own mail shows in clear (Autocrypt
 * 1.1 §2), where the operator wants that: only to who has one the relay can say
 * something that a client shows which takes nothing unencrypted.
 *
 * @module
 */
import type { AccountId } from "../../base/ids.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Address } from "../../mail/address.ts";
import type { AccountKeyStore } from "../../store/account_keys.ts";

export interface OwnKeysParts {
  readonly keys: AccountKeyStore;
  readonly sealer: {
    isUsable(certificate: Uint8Array): Promise<boolean>;
  };
  /** `privacy.remember_keys`. */
  isOn(): boolean;
  /** @throws {SyntaxError} */
  parse(text: string): Address;
  reportBug(error: unknown): void;
}

const MAX_CERTIFICATE_OCTETS = 16 * 1024; // post-quantum keys fit
/** Accounts whose keys are to be looked at; those of others come again with their next message. */
const MAX_WAITING = 256;

export class OwnKeys {
  readonly #parts: OwnKeysParts;
  readonly #waiting = new Map<AccountId, Uint8Array>();
  #working: Promise<void> | undefined;

  constructor(parts: OwnKeysParts) {
    this.#parts = parts;
  }

  /**
   * What an account has sent showed this. It is looked at later; never throws.
   *
   * @param field value of an Autocrypt field, as a header may have it here
   */
  saw(
    { account, accountId }: {
      readonly account: Address;
      readonly accountId: AccountId;
    },
    field: string | undefined,
  ): void {
    if (field === undefined || !this.#parts.isOn()) return;
    const certificate = this.#certificateIn(field, account);
    if (!certificate) return;
    if (
      this.#waiting.size >= MAX_WAITING && !this.#waiting.has(accountId)
    ) return;
    this.#waiting.set(accountId, certificate);
    this.#working ??= this.#lookAtAll().finally(() => {
      this.#working = undefined;
    });
  }

  /** All that was seen by now is kept, or never will be. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Forgets all, once they are not to be remembered any more. */
  async tidy(): Promise<void> {
    if (!this.#parts.isOn()) await this.#parts.keys.forget();
  }

  #certificateIn(field: string, account: Address): Uint8Array | undefined {
    const [, address = "", data = ""] =
      /^addr=([^;\s]{1,254});[^=]*(?:=mutual;)? keydata=(.*)$/s.exec(field) ??
        [];
    const base64 = data.replace(/\s+/g, "");
    if (base64.length > MAX_CERTIFICATE_OCTETS / 3 * 4) return undefined;
    try {
      return this.#parts.parse(address) === account
        ? Uint8Array.fromBase64(base64)
        : undefined;
    } catch {
      return undefined; // no Base64, or no address
    }
  }

  async #lookAtAll(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting;
      if (!next || !this.#parts.isOn()) return this.#waiting.clear();
      const [account, certificate] = next;
      this.#waiting.delete(account);
      try {
        await this.#lookAt(account, certificate);
      } catch (error) {
        // the store tells of its own faults; the key comes again
        if (!(error instanceof Refusal)) this.#parts.reportBug(error);
      }
    }
  }

  async #lookAt(account: AccountId, certificate: Uint8Array): Promise<void> {
    const { keys, sealer } = this.#parts;
    const known = (await keys.of([account])).get(account);
    if (known && isSame(known, certificate)) return;
    if (await sealer.isUsable(certificate)) {
      await keys.put(account, certificate);
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
