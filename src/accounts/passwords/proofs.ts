/** Proving a password against its stored form; equal claims at one time are proven once. @module */
import { Buffer } from "node:buffer";
import type { Secret } from "../../base/secret.ts";
import type { Account, PasswordUpgrade } from "../../store/accounts.ts";
import type { PasswordHasher } from "./password_hasher.ts";
import { isOwnForm, parseStoredPassword } from "./stored_password.ts";
import type { VerifiedPasswords } from "./verified_passwords.ts";

export interface Proof {
  /** Of the form that is stored from now on. */
  readonly mac: Uint8Array;
  readonly upgrade?: PasswordUpgrade;
}

export interface ProofClaim {
  readonly password: Secret;
  readonly mac: Uint8Array;
  /** Called before the password is looked at; may throw. */
  begin(): void;
}

export class Proofs {
  readonly #hasher: PasswordHasher;
  readonly #verified: VerifiedPasswords;
  readonly #running = new Map<string, Promise<Proof | undefined>>();

  constructor(hasher: PasswordHasher, verified: VerifiedPasswords) {
    this.#hasher = hasher;
    this.#verified = verified;
  }

  /**
   * Undefined if the password is wrong. A proven password in a foreign form
   * gets one of ours.
   *
   * @throws {Refusal} `busy`, and what `begin` throws
   */
  prove(account: Account, claim: ProofClaim): Promise<Proof | undefined> {
    return this.#once(claim.mac, () => this.#prove(account, claim));
  }

  /**
   * The work of a wrong password where there is nothing to compare it with.
   *
   * @throws {Refusal} `busy`, and what `begin` throws
   */
  burn({ mac, password, begin }: ProofClaim): Promise<Proof | undefined> {
    return this.#once(mac, async () => {
      begin();
      await this.#hasher.burn(password);
      return undefined;
    });
  }

  #once(
    mac: Uint8Array,
    work: () => Promise<Proof | undefined>,
  ): Promise<Proof | undefined> {
    const key = Buffer.from(mac).toString("latin1");
    const running = this.#running.get(key);
    if (running) return running;
    const proof = work().finally(() => this.#running.delete(key));
    this.#running.set(key, proof);
    return proof;
  }

  async #prove(
    { passwordHash }: Account,
    { password, mac, begin }: ProofClaim,
  ): Promise<Proof | undefined> {
    begin();
    if (!await this.#hasher.verify(passwordHash, password)) return undefined;
    if (isOwnForm(parseStoredPassword(passwordHash))) return { mac };
    const to = await this.#hasher.make(password, "chosen");
    return {
      mac: this.#verified.mac(to, password),
      upgrade: { from: passwordHash, to },
    };
  }
}
