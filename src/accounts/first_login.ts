/** Accounts that come into being by their first login. @module */
import { nowSeconds, today } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { Secret } from "../base/secret.ts";
import { type Address, localPart } from "../mail/address.ts";
import { checkAccountName } from "../mail/account_name.ts";
import type { Account, AccountStore, NewAccount } from "../store/accounts.ts";
import type { Obstacle } from "./login_advice.ts";
import type { CreationLimits } from "./limits/creation_limits.ts";
import type { AccountOptions } from "./options.ts";
import type { PasswordHasher } from "./passwords/password_hasher.ts";
import { checkPassword } from "./passwords/passwords.ts";
import type { Peer } from "./limits/peer.ts";
import type { ResourceGuard } from "./limits/resource_guard.ts";

export interface FirstLoginParts {
  readonly store: AccountStore;
  readonly options: AccountOptions;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly limits: CreationLimits;
  readonly guard: ResourceGuard;
}

export interface FirstLogin {
  readonly account: Account;
  /** False when another login was first: the password is yet to be proven. */
  readonly created: boolean;
}

export class FirstLogins {
  readonly #parts: FirstLoginParts;
  readonly #running = new Map<Address, Promise<FirstLogin>>();

  constructor(parts: FirstLoginParts) {
    this.#parts = parts;
  }

  /**
   * Why an unknown name may not become an account with this password; undefined
   * if it may. It depends on nothing that is secret.
   */
  async obstacle(
    address: Address,
    password: Secret,
  ): Promise<Obstacle | undefined> {
    const { options } = this.#parts;
    if (!options.registrationOpen) return { kind: "closed" };
    if (options.registrationTokenRequired) return { kind: "by_invitation" };
    if (!options.jitRegistration) return { kind: "by_sign_up" };
    try {
      checkAccountName(localPart(address), {
        minLength: options.minUsernameLength,
        maxLength: options.maxUsernameLength,
      });
      checkPassword(password, options.passwordMinLength);
    } catch (error) {
      if (error instanceof Refusal) {
        return { kind: "rule", rule: error.message };
      }
      throw error;
    }
    return await this.#isFull() ? { kind: "full" } : undefined;
  }

  /**
   * Of all that try one name at one time, exactly one creates it.
   *
   * @throws {Refusal} `registration_limited`, `busy`, and what the store refuses
   */
  async create(
    address: Address,
    password: Secret,
    peer: Peer,
  ): Promise<FirstLogin> {
    const running = this.#running.get(address);
    if (running) return { account: (await running).account, created: false };
    const first = this.#create(address, password, peer)
      .finally(() => this.#running.delete(address));
    this.#running.set(address, first);
    return await first;
  }

  async #create(
    address: Address,
    password: Secret,
    peer: Peer,
  ): Promise<FirstLogin> {
    const { store, clock, hasher, limits, guard } = this.#parts;
    limits.take(peer);
    await guard.check();
    const account: NewAccount & { firstLoginAt: number; lastLoginDay: number } =
      {
        address,
        passwordHash: await hasher.make(password, "chosen"),
        origin: "jit",
        createdAt: nowSeconds(clock),
        firstLoginAt: nowSeconds(clock),
        lastLoginDay: today(clock),
      };
    try {
      const id = await store.create(account);
      return {
        account: { ...account, id, state: "active", pinned: false },
        created: true,
      };
    } catch (error) {
      return { account: await this.#winner(address, error), created: false };
    }
  }

  async #isFull(): Promise<boolean> {
    const { options, store } = this.#parts;
    return options.maxAccounts > 0 &&
      await store.countAbout() >= options.maxAccounts;
  }

  /** Another process was faster. */
  async #winner(address: Address, error: unknown): Promise<Account> {
    const isTaken = error instanceof Refusal && error.code === "username_taken";
    const account = isTaken ? await this.#parts.store.find(address) : undefined;
    if (account?.state === "active") return account;
    throw isTaken ? new Refusal("busy") : error;
  }
}
