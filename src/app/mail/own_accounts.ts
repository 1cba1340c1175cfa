/**
 * What people do with accounts of their own: another password, deleting it, and
 * invitations, of which each account has so many in a month.
 *
 * @module
 */
import * as v from "valibot";
import type { Accounts } from "../../accounts/accounts.ts";
import type { SessionOwner } from "../../accounts/session_registry.ts";
import { newToken } from "../../accounts/tokens.ts";
import { type Clock, nowSeconds } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Account } from "../../store/accounts.ts";
import { RecordSet } from "../../store/record_set.ts";
import type { Store } from "../../store/store.ts";

const COLLECTION = "user_invites";
/** Month as 2026-11, and how many in it. */
const COUNT = v.object({
  month: v.string(),
  count: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
type Count = v.InferOutput<typeof COUNT>;

const INVITATION_SECONDS = 30 * 86_400;
/** Those of months gone by that one invitation removes. */
const SWEPT = 200;

export interface Invitation {
  readonly token: string;
  /** Seconds since 1970 UTC. */
  readonly expiresAt: number;
  /** How many more this month. */
  readonly left: number;
}

export interface OwnAccountsParts {
  readonly store: Store;
  readonly accounts: Pick<Accounts, "setPassword" | "remove">;
  readonly clock: Clock;
  readonly random: Random;
  /** 0: none. */
  invitesPerMonth(): number;
  reportBug(error: unknown): void;
}

export class OwnAccounts {
  readonly #parts: OwnAccountsParts;
  readonly #counts: RecordSet<Count>;
  /** One invitation is counted after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: OwnAccountsParts, counts: RecordSet<Count>) {
    this.#parts = parts;
    this.#counts = counts;
  }

  static async open(parts: OwnAccountsParts): Promise<OwnAccounts> {
    const counts = await RecordSet.open({
      ...parts,
      collection: COLLECTION,
      schema: COUNT,
      onUnreadable: () => {}, // begins anew
    });
    return new OwnAccounts(parts, counts);
  }

  /** Ends all sessions that logged in with another. @throws {Refusal} `password_too_short`, `password_invalid`, `bad_credentials` */
  async setPassword(owner: SessionOwner, password: string): Promise<void> {
    const account = await this.#account(owner);
    await this.#parts.accounts.setPassword(account, password);
  }

  /** Nobody else gets the name. @throws {Refusal} `bad_credentials` */
  async remove(owner: SessionOwner): Promise<void> {
    const account = await this.#account(owner);
    await this.#parts.accounts.remove(account, "deleted by its owner");
  }

  /** @throws {Refusal} `policy_rejection` if nobody may invite, `too_many_requests` */
  invite({ id }: SessionOwner): Promise<Invitation> {
    const turn = this.#turn.then(() => this.#invite(String(id)));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #invite(key: string): Promise<Invitation> {
    const { store, clock, random } = this.#parts;
    const most = this.#parts.invitesPerMonth();
    if (most === 0) throw new Refusal("policy_rejection");
    const month = monthOf(clock);
    const before = this.#counts.get(key);
    const count = before?.month === month ? before.count : 0;
    if (count >= most) {
      throw new Refusal("too_many_requests", {
        retryAfterSeconds: secondsLeft(clock),
      });
    }
    await this.#counts.change({
      put: [[key, { month, count: count + 1 }]],
      remove: this.#stale(month, key),
    });
    const token = newToken(random);
    const expiresAt = nowSeconds(clock) + INVITATION_SECONDS;
    await store.accounts.putToken({
      token,
      maxUses: 1,
      comment: "invitation by a user",
      expiresAt,
    });
    return { token, expiresAt, left: most - count - 1 };
  }

  /** Of months gone by: they count for nothing. */
  #stale(month: string, key: string): string[] {
    const stale: string[] = [];
    for (const [other, count] of this.#counts.values) {
      if (stale.length === SWEPT) break;
      if (other !== key && count.month !== month) stale.push(other);
    }
    return stale;
  }

  /** As it is stored. @throws {Refusal} `bad_credentials` if it is gone */
  async #account({ id, address }: SessionOwner): Promise<Account> {
    const account = await this.#parts.store.accounts.find(address);
    if (account?.id !== id || account.state !== "active") {
      throw new Refusal("bad_credentials");
    }
    return account;
  }
}

function monthOf(clock: Clock): string {
  return new Date(clock.now()).toISOString().slice(0, 7);
}

/** Until the next month begins. */
function secondsLeft(clock: Clock): number {
  const now = new Date(clock.now());
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  return Math.ceil((next - now.getTime()) / 1000);
}
