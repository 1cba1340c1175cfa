/**
 * Making accounts other than by a first login: people who sign up on the web,
 * and admins. A name that exists is never touched.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import { secretOfText } from "../base/secret.ts";
import { checkAccountName } from "../mail/account_name.ts";
import { type Address, localPart } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type {
  AccountStore,
  NewAccount,
  RegistrationToken,
} from "../store/accounts.ts";
import type { Blocklist } from "./blocklist.ts";
import type { CreationLimits } from "./limits/creation_limits.ts";
import type { CreatedAccount, CreateRequest } from "./operations.ts";
import type { AccountOptions } from "./options.ts";
import type { PasswordHasher } from "./passwords/password_hasher.ts";
import { readPassword } from "./passwords/passwords.ts";
import type { Peer } from "./limits/peer.ts";
import { randomLocalPart, randomPassword } from "./random_text.ts";
import type { ResourceGuard } from "./limits/resource_guard.ts";
import { isToken } from "./tokens.ts";

const TRIES = 8;

export interface SignUp {
  readonly token?: string;
  /** Drawn at random when absent. */
  readonly username?: string;
  /** Drawn at random when absent. */
  readonly password?: string;
  readonly peer: Peer;
  /** Of ours, where the account will be; the primary one when absent. */
  readonly domain?: string;
}

export interface RegistrationParts {
  readonly store: AccountStore;
  readonly domains: LocalDomains;
  readonly options: AccountOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: PasswordHasher;
  readonly limits: CreationLimits;
  readonly guard: ResourceGuard;
  readonly blocklist: Blocklist;
}

type NewFields = Omit<NewAccount, "address" | "passwordHash" | "createdAt">;

export class Registration {
  readonly #parts: RegistrationParts;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  /**
   * Somebody signs up. A valid token opens a closed registration.
   *
   * @throws {Refusal} `token_invalid`, `registration_closed`, `token_required`,
   * `username_invalid`, `username_taken`, `password_too_short`, `password_invalid`,
   * `server_full`, `registration_limited`, `busy`, and what the store refuses
   */
  async signUp(request: SignUp): Promise<CreatedAccount> {
    const { limits, guard } = this.#parts;
    const token = request.token?.trim() || undefined;
    await this.#checkMode(token, request.peer);
    const domain = request.domain ?? this.#parts.domains.primary;
    const address = this.#chosenName(request.username, domain);
    this.#checkPassword(request.password);
    if (address && await this.#parts.blocklist.isBlocked(address)) {
      throw taken();
    }
    await this.#checkCount();
    limits.take(request.peer);
    await guard.check();
    const fields: NewFields = { origin: "new", ...(token ? { token } : {}) };
    try {
      return await this.#add(address ?? domain, request.password, fields);
    } catch (error) {
      if (isCode(error, "token_invalid")) limits.badToken(request.peer);
      throw error;
    }
  }

  /**
   * An admin makes an account, whatever the mode and the limits.
   *
   * @throws {Refusal} `username_invalid`, `username_taken`, `already_exists` if
   * the name is blocked, `password_too_short`, `password_invalid`, `busy`
   */
  async create(request: CreateRequest): Promise<CreatedAccount> {
    const { address, password, force, origin, quotaOctets, pinned } = request;
    if (address) {
      this.#checkName(address, force ?? false);
      await this.#checkNotBlocked(address);
    }
    this.#checkPassword(password);
    return await this.#add(address ?? this.#parts.domains.primary, password, {
      origin,
      ...(quotaOctets === undefined ? {} : { quotaOctets }),
      ...(pinned === undefined ? {} : { pinned }),
    });
  }

  /**
   * Whether a token would be taken, without using it up; one that would not
   * counts as a try.
   *
   * @throws {Refusal} `registration_limited` after too many of those
   */
  async lookAtToken(
    text: string,
    peer: Peer,
  ): Promise<RegistrationToken | undefined> {
    const { limits } = this.#parts;
    limits.checkTokens(peer);
    const token = await this.#usable(text);
    if (token === undefined) limits.badToken(peer);
    return token;
  }

  async #checkMode(token: string | undefined, peer: Peer): Promise<void> {
    const { options, limits } = this.#parts;
    if (token === undefined) {
      if (!options.registrationOpen) throw new Refusal("registration_closed");
      if (options.registrationTokenRequired) {
        throw new Refusal("token_required");
      }
      return;
    }
    limits.checkTokens(peer);
    if (await this.#usable(token)) return;
    limits.badToken(peer);
    throw new Refusal("token_invalid");
  }

  async #checkCount(): Promise<void> {
    const { options, store } = this.#parts;
    if (options.maxAccounts === 0) return;
    if (await store.countAbout() >= options.maxAccounts) {
      throw new Refusal("server_full");
    }
  }

  /** A first look; the store decides when it uses the token up. */
  async #usable(text: string): Promise<RegistrationToken | undefined> {
    if (!isToken(text)) return undefined;
    const token = await this.#parts.store.findToken(text);
    const isUsable = token !== undefined && token.used < token.maxUses &&
      (token.secondsLeft ?? Infinity) > 0;
    return isUsable ? token : undefined;
  }

  #chosenName(
    username: string | undefined,
    domain: string,
  ): Address | undefined {
    if (username === undefined) return undefined;
    const { options, domains } = this.#parts;
    if (!options.allowChosenNames) {
      throw invalidName("Names cannot be chosen on this server");
    }
    const name = username.trim();
    const full = name.includes("@") ? name : `${name}@${domain}`;
    try {
      const address = domains.parse(full);
      this.#checkName(address, false);
      return address;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw invalidName("Name may have a-z, 0-9, dot, hyphen and underscore");
    }
  }

  #checkName(address: Address, force: boolean): void {
    const { options, domains } = this.#parts;
    if (!domains.isLocalAddress(address)) {
      throw invalidName("Domain is not one of this server");
    }
    checkAccountName(localPart(address), {
      minLength: options.minUsernameLength,
      maxLength: options.maxUsernameLength,
      force,
    });
  }

  async #checkNotBlocked(address: Address): Promise<void> {
    if (!await this.#parts.blocklist.isBlocked(address)) return;
    throw new Refusal("already_exists", {
      address,
      explanation: `${address} is on the blocklist`,
    });
  }

  #checkPassword(password: string | undefined): void {
    if (password === undefined) return;
    readPassword(password, this.#parts.options.passwordMinLength);
  }

  /** `where` is the address, or the domain of one that is drawn. */
  async #add(
    where: Address | string,
    chosen: string | undefined,
    fields: NewFields,
  ): Promise<CreatedAccount> {
    const { random, options, hasher, store, clock } = this.#parts;
    const password = chosen ?? randomPassword(random, options.passwordLength);
    const passwordHash = await hasher.make(
      secretOfText(password),
      chosen === undefined ? "generated" : "chosen",
    );
    const account = { ...fields, passwordHash, createdAt: nowSeconds(clock) };
    if (!isAddress(where)) {
      return await this.#addRandom(where, account, password);
    }
    await store.create({ ...account, address: where });
    return { address: where, password };
  }

  /** @throws {Error} if every name drawn exists: the generator or the name space is at its end */
  async #addRandom(
    domain: string,
    account: Omit<NewAccount, "address">,
    password: string,
  ): Promise<CreatedAccount> {
    const { random, options, domains, blocklist, store } = this.#parts;
    for (let i = 0; i < TRIES; i++) {
      const local = randomLocalPart(random, options.usernameLength);
      const address = domains.parse(`${local}@${domain}`);
      if (await blocklist.isBlocked(address)) continue;
      try {
        await store.create({ ...account, address });
        return { address, password };
      } catch (error) {
        if (!isCode(error, "username_taken")) throw error;
      }
    }
    throw new Error("No free account name found");
  }
}

function isAddress(where: Address | string): where is Address {
  return where.includes("@");
}

function isCode(error: unknown, code: Refusal["code"]): boolean {
  return error instanceof Refusal && error.code === code;
}

function taken(): Refusal {
  return new Refusal("username_taken");
}

function invalidName(explanation: string): Refusal {
  return new Refusal("username_invalid", { explanation });
}
