/**
 * Logging in: the same for IMAP, submission and the web. A first login may
 * create the account.
 *
 * A known account with a proven password costs one look-up in the store and
 * one keyed hash. Whatever is wrong, from a wrong password to a blocked name,
 * is answered alike, after the same work and at the same moment.
 *
 * @module
 */
import { nowSeconds, today } from "../base/clock.ts";
import type { Clock, Timers } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { Secret } from "../base/secret.ts";
import { type Address, domain } from "../mail/address.ts";
import { ACCOUNT_NAME_CHARACTERS } from "../mail/account_name.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type {
  Account,
  AccountStore,
  FoundAccount,
  PasswordUpgrade,
} from "../store/accounts.ts";
import type { Blocklist } from "./blocklist.ts";
import type { FirstLogins } from "./first_login.ts";
import { loginAdvice, type Obstacle } from "./login_advice.ts";
import type { AccountOptions } from "./options.ts";
import type { LoginAttempt, LoginLimits } from "./limits/login_limits.ts";
import type { PasswordHasher } from "./passwords/password_hasher.ts";
import type { RefusedPasswords } from "./passwords/refused_passwords.ts";
import { isPassword } from "./passwords/passwords.ts";
import type { Peer } from "./limits/peer.ts";
import type { SessionOwner } from "./session_registry.ts";
import type { Proof, ProofClaim, Proofs } from "./passwords/proofs.ts";
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

/** What a login may lead to, besides itself. */
export interface LoginTerms {
  /** Nothing is created, and who is blocked but knows the password is told so. */
  readonly knownOnly?: true;
}

export interface LoginParts {
  readonly store: AccountStore;
  readonly domains: LocalDomains;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly hasher: PasswordHasher;
  readonly verified: VerifiedPasswords;
  readonly refused: RefusedPasswords;
  readonly proofs: Proofs;
  readonly limits: LoginLimits;
  readonly blocklist: Blocklist;
  readonly firstLogins: FirstLogins;
  readonly options: Pick<AccountOptions, "failDelayMs">;
  /** Where people sign up with a domain now; undefined if there is no such page. */
  signUpUrl(domain: string): string | undefined;
  passwordEpoch(): number;
  /** An error that is ours. */
  reportBug(error: unknown): void;
}

/** One login as it goes through the checks. */
interface Claim extends LoginTerms {
  /** Both from before the account was read. */
  readonly passwordEpoch: number;
  readonly blockEpoch: number;
  readonly password: Secret;
  readonly peer: Peer;
  readonly attempt: LoginAttempt;
}

export class Logins {
  readonly #parts: LoginParts;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} `bad_credentials`, `too_many_attempts`, `busy`, `unavailable`, with `knownOnly` also `account_inactive`; nothing else */
  async login(
    text: string,
    password: Secret,
    peer: Peer,
    terms: LoginTerms = {},
  ): Promise<Login> {
    const startedAt = this.#parts.clock.monotonic();
    const attempt = this.#parts.limits.attempt(peer.address);
    let address: Address | undefined;
    try {
      attempt.check();
      address = this.#localAddress(text);
      attempt.claim(address ?? "");
      if (address === undefined || !isPassword(password)) throw bad();
      const passwordEpoch = this.#parts.passwordEpoch();
      const blockEpoch = this.#parts.blocklist.epoch;
      const claim = {
        ...terms,
        password,
        peer,
        attempt,
        passwordEpoch,
        blockEpoch,
      };
      const login = await this.#check(address, claim);
      attempt.succeeded();
      return login;
    } catch (error) {
      const refusal = this.#refusal(error);
      if (refusal.code === "bad_credentials") attempt.failed();
      const answer = refusal.code === "bad_credentials"
        ? await this.#advised(address ?? text, password)
        : refusal;
      await this.#waitToRefuse(answer, startedAt);
      throw answer;
    }
  }

  /** The refusal with what to do, which depends on nothing that the peer may not know. */
  async #advised(text: string, password: Secret): Promise<Refusal> {
    const { firstLogins, signUpUrl, reportBug } = this.#parts;
    if (password.length === 0) return bad();
    try {
      const address = this.#localAddress(text);
      const obstacle = address === undefined
        ? this.#flawOf(text)
        : await firstLogins.obstacle(address, password);
      if (!obstacle) return bad();
      const url = address === undefined
        ? undefined
        : signUpUrl(domain(address));
      const advice = loginAdvice(obstacle, url);
      return new Refusal("bad_credentials", { advice });
    } catch (error) {
      if (!(error instanceof Refusal)) reportBug(error);
      return bad();
    }
  }

  /** What is wrong with a name that is no address of ours. */
  #flawOf(text: string): Obstacle {
    const name = `name${text.slice(text.lastIndexOf("@"))}`;
    return this.#localAddress(name) === undefined
      ? { kind: "foreign", domain: this.#parts.domains.primary }
      : { kind: "rule", rule: ACCOUNT_NAME_CHARACTERS };
  }

  /** However long the work took, the answer comes at a moment that does not tell. */
  async #waitToRefuse({ code }: Refusal, startedAt: number): Promise<void> {
    const { clock, timers, options } = this.#parts;
    const step = code === "too_many_attempts"
      ? THROTTLE_MS
      : options.failDelayMs;
    if (step <= 0) return;
    const elapsed = clock.monotonic() - startedAt;
    const due = Math.max(1, Math.ceil(elapsed / step)) * step;
    await timers.sleep(due - elapsed);
  }

  async #check(address: Address, claim: Claim): Promise<Login> {
    const [found] = await this.#parts.store.findMany([address]);
    const { account, blocked = false } = found ?? {};
    if (account?.state !== "active") {
      return await this.#unknown(address, { account, blocked }, claim);
    }
    if (blocked) throw await this.#refusedAsBlocked(account, claim);
    return await this.#known(account, claim);
  }

  async #refusedAsBlocked(account: Account, claim: Claim): Promise<Refusal> {
    if (!claim.knownOnly) {
      return await this.#burnt(`blocked ${account.passwordHash}`, claim);
    }
    const mac = this.#parts.verified.mac(account.passwordHash, claim.password);
    await this.#prove(account, claim, mac);
    return new Refusal("account_inactive");
  }

  /** Of an account that nothing blocks. */
  async #known(account: Account, claim: Claim): Promise<Login> {
    const { verified } = this.#parts;
    const mac = verified.mac(account.passwordHash, claim.password);
    const entry = verified.find(account.id, mac);
    const day = today(this.#parts.clock);
    const storedForms = [account.passwordHash];
    if (entry) {
      if (entry.day !== day) this.#record(account);
      verified.refresh(account.id, entry, day);
    } else {
      const proof = await this.#prove(account, claim, mac);
      if (account.lastLoginDay !== day || proof.upgrade) {
        this.#record(account, proof.upgrade);
      }
      if (proof.upgrade) storedForms.push(proof.upgrade.to);
      verified.put(account.id, { mac: proof.mac, day });
    }
    const { id, address } = account;
    const { blockEpoch, passwordEpoch } = claim;
    const epochs = { blockEpoch, passwordEpoch };
    return { id, address, storedForms, created: false, ...epochs };
  }

  async #prove(
    account: Account,
    claim: Claim,
    mac: Uint8Array,
  ): Promise<Proof> {
    const { proofs } = this.#parts;
    const proof = await this.#unlessRefused(
      claim,
      mac,
      (proof) => proofs.prove(account, proof),
    );
    if (!proof) throw bad();
    return proof;
  }

  /** Does the work of a wrong password where there is nothing to compare it with. */
  async #burnt(instead: string, claim: Claim): Promise<Refusal> {
    const { proofs, verified } = this.#parts;
    const mac = verified.mac(instead, claim.password);
    await this.#unlessRefused(claim, mac, (proof) => proofs.burn(proof));
    return bad();
  }

  /** Does the work, unless the same was in vain lately; limits count it all the same. */
  async #unlessRefused(
    { password, attempt }: Claim,
    mac: Uint8Array,
    work: (claim: ProofClaim) => Promise<Proof | undefined>,
  ): Promise<Proof | undefined> {
    const { refused } = this.#parts;
    const begin = () => attempt.reserve();
    if (refused.has(mac)) return void begin();
    const proof = await work({ password, mac, begin });
    if (!proof) refused.add(mac);
    return proof;
  }

  async #unknown(
    address: Address,
    { account: deleting, blocked }: FoundAccount,
    claim: Claim,
  ): Promise<Login> {
    const { firstLogins } = this.#parts;
    const { password, peer, knownOnly } = claim;
    if (
      blocked || knownOnly || await firstLogins.obstacle(address, password)
    ) {
      throw await this.#burnt(`none ${address}`, claim);
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
    this.#parts.verified.put(account.id, { mac, day });
    return {
      id: account.id,
      address,
      storedForms: [account.passwordHash],
      created: true,
      blockEpoch: claim.blockEpoch,
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
      case "account_inactive":
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
