/**
 * Everything about accounts of a running process in one piece: logging in,
 * signing up, live sessions, and what admins do to accounts.
 *
 * @module
 */
import { nowSeconds, today } from "../base/clock.ts";
import type { Clock, Timers } from "../base/clock.ts";
import type { AccountId } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import type { Address } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { Account, RegistrationToken } from "../store/accounts.ts";
import type { StoreEvent } from "../store/events.ts";
import type { Store } from "../store/store.ts";
import { isCovered } from "./block_patterns.ts";
import { Blocklist } from "./blocklist.ts";
import { CreationLimits } from "./limits/creation_limits.ts";
import { FirstLogins } from "./first_login.ts";
import { ForeignHashes } from "./passwords/foreign_hash.ts";
import { HashGate } from "./passwords/hash_gate.ts";
import { type Login, Logins, type LoginTerms } from "./login.ts";
import { LoginLimits } from "./limits/login_limits.ts";
import type {
  AccountOperations,
  CreatedAccount,
  CreateRequest,
  RemovalReport,
} from "./operations.ts";
import type { AccountOptions } from "./options.ts";
import { PasswordHasher } from "./passwords/password_hasher.ts";
import { readPassword } from "./passwords/passwords.ts";
import type { Peer } from "./limits/peer.ts";
import { Proofs } from "./passwords/proofs.ts";
import { Registration, type SignUp } from "./registration.ts";
import { ResourceGuard, type Resources } from "./limits/resource_guard.ts";
import {
  type LiveSession,
  type SessionKind,
  SessionRegistry,
} from "./session_registry.ts";
import { RefusedPasswords } from "./passwords/refused_passwords.ts";
import { VerifiedPasswords } from "./passwords/verified_passwords.ts";

const PAGE = 500;
const CHECKED_AT_ONCE = 500;

export interface AccountsParts {
  readonly store: Pick<Store, "accounts" | "metadata" | "onEvent">;
  readonly domains: LocalDomains;
  readonly options: AccountOptions;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Where people sign up with a domain now; undefined if there is no such page. */
  signUpUrl(domain: string): string | undefined;
  /** What is left of the machine. */
  resources(): Promise<Resources>;
  /** An error that is ours. */
  reportBug(error: unknown): void;
}

export class Accounts implements AccountOperations {
  readonly sessions: SessionRegistry;
  readonly hasher: PasswordHasher;
  /** How often networks may fail to log in. */
  readonly limits: LoginLimits;
  readonly #parts: AccountsParts;
  readonly #blocklist: Blocklist;
  readonly #verified: VerifiedPasswords;
  readonly #logins: Logins;
  readonly #registration: Registration;
  readonly #foreign: ForeignHashes;
  /** Changes with every password that is set here. */
  #passwordEpoch = 0;
  readonly #stopListening: () => void;
  /** Rechecks that are under way, one after the other. */
  #rechecks: Promise<void> = Promise.resolve();
  #day: number;

  constructor(parts: AccountsParts) {
    const { options, clock, timers, random } = parts;
    const store = parts.store.accounts;
    const shared = { ...parts, store };
    this.#parts = parts;
    this.#day = today(clock);
    this.sessions = new SessionRegistry(clock, options);
    this.limits = new LoginLimits(clock, options);
    this.#foreign = new ForeignHashes({
      clock,
      timers,
      onDeath: parts.reportBug,
    });
    const gate = new HashGate({
      concurrency: () =>
        options.hashConcurrency || navigator.hardwareConcurrency,
      clock,
      timers,
    });
    this.hasher = new PasswordHasher({
      random,
      gate,
      foreign: this.#foreign,
      scryptLn: () => options.scryptLn,
    });
    this.#verified = new VerifiedPasswords(random, clock, options);
    this.#blocklist = new Blocklist({ ...shared, store });
    const creation = {
      ...shared,
      hasher: this.hasher,
      limits: new CreationLimits(clock, options),
      guard: new ResourceGuard(clock, options, () => parts.resources()),
      blocklist: this.#blocklist,
    };
    this.#stopListening = parts.store.onEvent((event) => this.#hear(event));
    this.#registration = new Registration(creation);
    this.#logins = new Logins({
      ...shared,
      hasher: this.hasher,
      verified: this.#verified,
      refused: new RefusedPasswords(clock),
      proofs: new Proofs(this.hasher, this.#verified),
      limits: this.limits,
      blocklist: this.#blocklist,
      firstLogins: new FirstLogins(creation),
      passwordEpoch: () => this.#passwordEpoch,
      signUpUrl: (domain) => parts.signUpUrl(domain),
      reportBug: (error) => parts.reportBug(error),
    });
  }

  /** @throws {Refusal} as `Logins.login` */
  login(
    address: string,
    password: Secret,
    peer: Peer,
    terms?: LoginTerms,
  ): Promise<Login> {
    return this.#logins.login(address, password, peer, terms);
  }

  /** @throws {Refusal} as `Registration.signUp` */
  signUp(request: SignUp): Promise<CreatedAccount> {
    return this.#registration.signUp(request);
  }

  /** @throws {Refusal} as `Registration.lookAtToken` */
  lookAtToken(
    token: string,
    peer: Peer,
  ): Promise<RegistrationToken | undefined> {
    return this.#registration.lookAtToken(token, peer);
  }

  create(request: CreateRequest): Promise<CreatedAccount> {
    return this.#registration.create(request);
  }

  /** A session of an account that has just logged in; it ends when the account or its password does. */
  openSession(login: Login, kind: SessionKind): LiveSession {
    const session = this.sessions.open(login, kind);
    if (
      login.blockEpoch !== this.#blocklist.epoch ||
      login.passwordEpoch !== this.#passwordEpoch
    ) {
      // a block or another password may have come between the login and now
      this.#recheck([login.id]).catch((error) => this.#parts.reportBug(error));
    }
    return session;
  }

  async setPassword(account: Account, text: string): Promise<void> {
    const { passwordMinLength } = this.#parts.options;
    const password = readPassword(text, passwordMinLength);
    const hash = await this.hasher.make(password, "chosen");
    await this.#parts.store.accounts.setPasswordHash(account.id, hash);
    this.#passwordEpoch++;
    this.#verified.forget(account.id);
    this.sessions.endOthers(account.id, hash);
  }

  async remove(account: Account, blockReason?: string): Promise<void> {
    const store = this.#parts.store.accounts;
    const block = blockReason === undefined
      ? undefined
      : this.#blocklist.entry(account.address, blockReason);
    await store.startDeletion(account.id, block);
    this.#blocklist.changed();
    this.#verified.forget(account.id);
    this.sessions.end(account.id, "account_inactive");
    await store.finishDeletion(account.id);
  }

  async removeAll(blockReason: string): Promise<RemovalReport> {
    const errors: string[] = [];
    let deleted = 0;
    for (let after = 0 as AccountId;;) {
      const accounts = await this.#parts.store.accounts.page(after, PAGE);
      if (accounts.length === 0) return { deleted, errors };
      for (const account of accounts) {
        after = account.id;
        try {
          await this.remove(account, blockReason);
          deleted++;
        } catch (error) {
          errors.push(
            `${account.address}: ${
              error instanceof Error ? error.message : error
            }`,
          );
        }
      }
    }
  }

  purge(account: Account): Promise<number> {
    return this.#parts.store.accounts.purge(account.id);
  }

  async block(text: string, reason: string): Promise<string> {
    const pattern = await this.#blocklist.add(text, reason);
    for (const [id, address] of this.sessions.accounts()) {
      if (isCovered(address, pattern)) {
        this.sessions.end(id, "account_inactive");
      }
    }
    if (!pattern.includes("*")) await this.#clearPushTokens(pattern as Address);
    return pattern;
  }

  unblock(text: string): Promise<string> {
    return this.#blocklist.remove(text);
  }

  /** Resolves when what the store has told so far has had its effect. */
  settled(): Promise<void> {
    return this.#rechecks;
  }

  close(): void {
    this.#stopListening();
    this.#foreign.close();
  }

  #hear(event: StoreEvent): void {
    switch (event.kind) {
      case "account":
        this.#passwordEpoch++;
        this.#verified.forget(event.account);
        return this.#checkAgain(() => [event.account]);
      case "missed":
        this.#passwordEpoch++;
        this.#blocklist.changed();
        return this.#checkAgain(() => this.#live());
      case "blocklist":
        this.#blocklist.changed();
        return this.#checkAgain(() => this.#live());
      case "settings":
      case "mailbox":
      case "queue":
        return;
    }
  }

  #live(): AccountId[] {
    return this.sessions.accounts().map(([id]) => id);
  }

  #checkAgain(ids: () => readonly AccountId[]): void {
    this.#rechecks = this.#rechecks
      .then(() => this.#recheck(ids()))
      .catch((error) => this.#parts.reportBug(error));
  }

  /** Ends the sessions of accounts that may not have any. */
  async #recheck(ids: readonly AccountId[]): Promise<void> {
    for (let at = 0; at < ids.length; at += CHECKED_AT_ONCE) {
      if (at > 0) await this.#parts.timers.sleep(0);
      const some = ids.slice(at, at + CHECKED_AT_ONCE);
      const welcome = await this.#parts.store.accounts.welcome(some);
      for (const id of some) {
        const storedForm = welcome.get(id);
        if (storedForm === undefined) {
          this.sessions.end(id, "account_inactive");
        } else this.sessions.endOthers(id, storedForm);
      }
    }
  }

  /** Sessions that last for days are logins of each day. Cheap enough for every second. */
  noteDay(): void {
    const day = today(this.#parts.clock);
    if (day === this.#day) return;
    this.#day = day;
    const atSeconds = nowSeconds(this.#parts.clock);
    for (const [account] of this.sessions.accounts()) {
      this.#parts.store.accounts.recordLogin({ account, atSeconds });
    }
  }

  async #clearPushTokens(address: Address): Promise<void> {
    const account = await this.#parts.store.accounts.find(address);
    if (account) await this.#parts.store.metadata.clearPushTokens(account.id);
  }
}
