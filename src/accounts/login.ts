/**
 * Logging in: the same for IMAP, submission and the web. A first login may
 * create the account.
 *
 * A known account with a proven password costs one look-up in the store and
 * one keyed hash. Whatever is wrong, from a wrong password to a blocked name,
 * is answered alike and after the same work.
 *
 * @module
 */
import { nowSeconds, today } from "../base/clock.ts";
import type { Clock, Timers } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { Secret } from "../base/secret.ts";
import type { Address } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type {
  Account,
  AccountStore,
  PasswordUpgrade,
} from "../store/accounts.ts";
import type { Blocklist } from "./blocklist.ts";
import type { FirstLogins } from "./first_login.ts";
import type { LoginAttempt, LoginLimits } from "./limits/login_limits.ts";
import type { PasswordHasher } from "./passwords/password_hasher.ts";
import { isPassword } from "./passwords/passwords.ts";
import type { Peer } from "./limits/peer.ts";
import type { SessionOwner } from "./session_registry.ts";
import type { Proof, Proofs } from "./passwords/proofs.ts";
import type { VerifiedPasswords } from "./passwords/verified_passwords.ts";

const THROTTLE_MS = 2_000;

export interface Login extends SessionOwner {
  /** This login created the account. */
  readonly created: boolean;
  /** State of the blocklist in which the account was not on it. */
  readonly blockEpoch: number;
  /** State of all passwords in which this one was right. */
  readonly passwordEpoch: number;
}

export interface LoginParts {
  readonly store: AccountStore;
  readonly domains: LocalDomains;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly hasher: PasswordHasher;
  readonly verified: VerifiedPasswords;
  readonly proofs: Proofs;
  readonly limits: LoginLimits;
  readonly blocklist: Blocklist;
  readonly firstLogins: FirstLogins;
  passwordEpoch(): number;
  /** An error that is ours. */
  reportBug(error: unknown): void;
}

/** One login as it goes through the checks. */
interface Claim {
  /** From before the account was read. */
  readonly passwordEpoch: number;
  readonly password: Secret;
  readonly peer: Peer;
  readonly attempt: LoginAttempt;
}

export class Logins {
  readonly #parts: LoginParts;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} `bad_credentials`, `too_many_attempts`, `busy`, `unavailable`; nothing else */
  async login(text: string, password: Secret, peer: Peer): Promise<Login> {
    const address = this.#localAddress(text);
    const attempt = this.#parts.limits.attempt(peer.address, address ?? "");
    try {
      attempt.check();
      if (address === undefined || !isPassword(password)) throw bad();
      const passwordEpoch = this.#parts.passwordEpoch();
      const claim = { password, peer, attempt, passwordEpoch };
      const login = await this.#check(address, claim);
      attempt.succeeded();
      return login;
    } catch (error) {
      const refusal = this.#refusal(error);
      if (refusal.code === "bad_credentials") attempt.failed();
      if (refusal.code === "too_many_attempts") {
        await this.#parts.timers.sleep(THROTTLE_MS);
      }
      throw refusal;
    }
  }

  async #check(address: Address, claim: Claim): Promise<Login> {
    const found = await this.#parts.store.find(address);
    if (found?.state === "active") return await this.#known(found, claim);
    return await this.#unknown(address, found, claim);
  }

  async #known(account: Account, claim: Claim): Promise<Login> {
    const { verified, blocklist, hasher } = this.#parts;
    const blockEpoch = blocklist.epoch;
    const mac = verified.mac(account.passwordHash, claim.password);
    const entry = verified.find(account.id, mac);
    const day = today(this.#parts.clock);
    if (entry?.blockEpoch !== blockEpoch) {
      if (await blocklist.isBlocked(account.address)) {
        await hasher.burn(claim.password);
        throw bad();
      }
    }
    const storedForms = [account.passwordHash];
    if (entry) {
      if (entry.day !== day) this.#record(account);
      verified.refresh(account.id, entry, { blockEpoch, day });
    } else {
      const proof = await this.#prove(account, claim, mac);
      if (account.lastLoginDay !== day || proof.upgrade) {
        this.#record(account, proof.upgrade);
      }
      if (proof.upgrade) storedForms.push(proof.upgrade.to);
      verified.put(account.id, { mac: proof.mac, blockEpoch, day });
    }
    const { id, address } = account;
    const { passwordEpoch } = claim;
    const epochs = { blockEpoch, passwordEpoch };
    return { id, address, storedForms, created: false, ...epochs };
  }

  async #prove(
    account: Account,
    { password, attempt }: Claim,
    mac: Uint8Array,
  ): Promise<Proof> {
    const proof = await this.#parts.proofs.prove(account, {
      password,
      mac,
      begin: () => attempt.reserve(),
    });
    if (!proof) throw bad();
    return proof;
  }

  async #unknown(
    address: Address,
    deleting: Account | undefined,
    claim: Claim,
  ): Promise<Login> {
    const { blocklist, firstLogins, hasher } = this.#parts;
    const { password, peer } = claim;
    const blockEpoch = blocklist.epoch;
    if (
      await blocklist.isBlocked(address) ||
      !firstLogins.isAllowed(address, password)
    ) {
      await hasher.burn(password);
      throw bad();
    }
    if (deleting) throw new Refusal("busy");
    const { account, created } = await firstLogins.create(
      address,
      password,
      peer,
    );
    if (!created) return await this.#known(account, claim);
    const mac = this.#parts.verified.mac(account.passwordHash, password);
    const day = today(this.#parts.clock);
    this.#parts.verified.put(account.id, { mac, blockEpoch, day });
    return {
      id: account.id,
      address,
      storedForms: [account.passwordHash],
      created: true,
      blockEpoch,
      passwordEpoch: claim.passwordEpoch,
    };
  }

  #record(account: Account, upgrade?: PasswordUpgrade): void {
    this.#parts.store.recordLogin({
      account: account.id,
      atSeconds: nowSeconds(this.#parts.clock),
      ...(upgrade ? { upgrade } : {}),
    });
  }

  #localAddress(text: string): Address | undefined {
    try {
      const address = this.#parts.domains.parse(text);
      return this.#parts.domains.isLocalAddress(address) ? address : undefined;
    } catch {
      return undefined;
    }
  }

  /** What a peer that logs in may learn of an error. */
  #refusal(error: unknown): Refusal {
    if (!(error instanceof Refusal)) {
      this.#parts.reportBug(error);
      return new Refusal("unavailable");
    }
    switch (error.code) {
      case "bad_credentials":
      case "too_many_attempts":
      case "busy":
      case "unavailable":
        return error;
      case "registration_limited":
        return new Refusal("busy", error.detail);
      default:
        return new Refusal("unavailable");
    }
  }
}

function bad(): Refusal {
  return new Refusal("bad_credentials");
}
