/**
 * Makes stored forms of passwords and checks passwords against them.
 *
 * Passwords that a machine made have more entropy than any slow hash could
 * add: they get one round of salted SHA-256. All others get scrypt, which runs
 * off this thread and a few at a time.
 *
 * @module
 */
import { createHash, scrypt, timingSafeEqual } from "node:crypto";
import type { Random } from "../../base/random.ts";
import type { ForeignHashes } from "./foreign_hash.ts";
import type { HashGate } from "./hash_gate.ts";
import type { Secret } from "../../base/secret.ts";
import { isStrong } from "./passwords.ts";
import {
  formatStoredPassword,
  parseStoredPassword,
  type ScryptPassword,
  type Sha256Password,
  type StoredPassword,
} from "./stored_password.ts";

const SALT_OCTETS = 16;
const KEY_OCTETS = 32;
const SCRYPT_R = 8;
const SCRYPT_P = 1;

export interface PasswordHasherOptions {
  readonly random: Random;
  readonly gate: HashGate;
  readonly foreign: ForeignHashes;
  /** Live: binary logarithm of scrypt's cost. */
  scryptLn(): number;
}

export class PasswordHasher {
  readonly #options: PasswordHasherOptions;

  constructor(options: PasswordHasherOptions) {
    this.#options = options;
  }

  /**
   * The stored form of a new password.
   *
   * @param source `generated`: drawn by us, so that it is known to be strong
   * @throws {Refusal} `busy`
   */
  async make(
    password: Secret,
    source: "generated" | "chosen",
  ): Promise<string> {
    const salt = this.#options.random(SALT_OCTETS);
    if (source === "generated" || isStrong(password)) {
      const digest = sha256(salt, password);
      return formatStoredPassword({ kind: "sha256", salt, digest });
    }
    return formatStoredPassword(await this.#scrypt(salt, password));
  }

  /**
   * Whether the password is the stored one. A stored form that cannot be read matches nothing.
   *
   * @throws {Refusal} `busy`
   */
  async verify(text: string, password: Secret): Promise<boolean> {
    const stored = readable(text);
    if (stored === undefined) return await this.burn(password);
    if (stored.kind === "sha256") {
      return equalsSha256(stored, password) || await this.burn(password);
    }
    return await this.#options.gate.run(() =>
      this.#verifySlow(stored, password)
    );
  }

  /**
   * Does the work of a wrong password without an account: one slow hash, as
   * there is for every other, so that neither time nor load says whether there
   * is an account or how its password is stored. Always false.
   *
   * @throws {Refusal} `busy`
   */
  async burn(password: Secret): Promise<false> {
    const salt = new Uint8Array(SALT_OCTETS);
    const { key } = await this.#scrypt(salt, password);
    timingSafeEqual(key, DUMMY);
    return false;
  }

  async #scrypt(salt: Uint8Array, password: Secret): Promise<ScryptPassword> {
    const cost = { ln: this.#options.scryptLn(), r: SCRYPT_R, p: SCRYPT_P };
    const key = await this.#options.gate.run(() =>
      scryptKey(password, { ...cost, salt, keyOctets: KEY_OCTETS })
    );
    return { kind: "scrypt", ...cost, salt, key };
  }

  async #verifySlow(
    stored: Exclude<StoredPassword, Sha256Password>,
    password: Secret,
  ): Promise<boolean> {
    if (stored.kind !== "scrypt") {
      return await this.#options.foreign.verify(stored, password);
    }
    const key = await scryptKey(password, {
      ...stored,
      keyOctets: stored.key.length,
    });
    return timingSafeEqual(key, stored.key);
  }
}

const DUMMY = new Uint8Array(KEY_OCTETS);

function readable(text: string): StoredPassword | undefined {
  try {
    return parseStoredPassword(text);
  } catch {
    return undefined;
  }
}

function sha256(salt: Uint8Array, password: Secret): Uint8Array {
  return createHash("sha256").update(salt).update(password).digest();
}

function equalsSha256(stored: Sha256Password, password: Secret): boolean {
  return timingSafeEqual(sha256(stored.salt, password), stored.digest);
}

interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly keyOctets: number;
}

/** RFC 7914 §6, on a thread of the runtime's pool. */
function scryptKey(
  password: Secret,
  { ln, r, p, salt, keyOctets }: ScryptCost,
): Promise<Uint8Array> {
  const cost = { N: 2 ** ln, r, p, maxmem: 256 * r * 2 ** ln + 1_048_576 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, keyOctets, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
