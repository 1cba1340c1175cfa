/** Who is logged in now, by account, so that sessions can be ended from outside. @module */
import type { Clock } from "../base/clock.ts";
import type { AccountId } from "../base/ids.ts";
import type { Address } from "../mail/address.ts";
import type { AccountOptions } from "./options.ts";

export type SessionKind = "imap" | "submission" | "web";
export type EndReason = "account_inactive" | "too_many_sessions";

/** One logged-in connection. `release()` when it has ended. */
export class LiveSession {
  readonly #registry: SessionRegistry;
  readonly #clock: Clock;
  #listener: ((reason: EndReason) => void) | undefined;
  #ended: EndReason | undefined;
  #idleSinceMs: number | undefined;

  constructor(
    registry: SessionRegistry,
    clock: Clock,
    readonly account: AccountId,
    readonly kind: SessionKind,
  ) {
    this.#registry = registry;
    this.#clock = clock;
  }

  /** Milliseconds of the monotonic clock, while it idles. */
  get idleSinceMs(): number | undefined {
    return this.#idleSinceMs;
  }

  setIdle(idle: boolean): void {
    this.#idleSinceMs = idle ? this.#clock.monotonic() : undefined;
  }

  /** Calls once when the session must end; there is one listener. Returns how to stop. */
  onInactive(listener: (reason: EndReason) => void): () => void {
    if (this.#listener) throw new TypeError("The session has a listener");
    this.#listener = listener;
    if (this.#ended) queueMicrotask(() => this.#tell());
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Tells the session that it must end, the first time. */
  end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.release();
    this.#tell();
  }

  /** The session has ended. Safe to repeat. */
  release(): void {
    this.#registry.remove(this);
  }

  #tell(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (this.#ended) listener?.(this.#ended);
  }
}

interface LiveAccount {
  readonly address: Address;
  readonly sessions: LiveSession[];
}

export class SessionRegistry {
  readonly #clock: Clock;
  readonly #options: Pick<AccountOptions, "maxImapSessionsPerAccount">;
  readonly #accounts = new Map<AccountId, LiveAccount>();
  readonly #counts: Record<SessionKind, number> = {
    imap: 0,
    submission: 0,
    web: 0,
  };

  constructor(
    clock: Clock,
    options: Pick<AccountOptions, "maxImapSessionsPerAccount">,
  ) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Sessions of each kind, now. */
  counts(): Readonly<Record<SessionKind, number>> {
    return { ...this.#counts };
  }

  /** Accounts with a session, with their addresses. */
  accounts(): [AccountId, Address][] {
    return [...this.#accounts].map(([id, { address }]) => [id, address]);
  }

  /** How many sessions each account has, by kind. */
  list(): { account: Address; kind: SessionKind; sessions: number }[] {
    return [...this.#accounts.values()].flatMap(({ address, sessions }) => {
      const kinds = [...new Set(sessions.map(({ kind }) => kind))];
      return kinds.map((kind) => ({
        account: address,
        kind,
        sessions: sessions.filter((session) => session.kind === kind).length,
      }));
    });
  }

  /** Beyond the limit, the IMAP session that has idled longest ends. */
  open(
    account: { readonly id: AccountId; readonly address: Address },
    kind: SessionKind,
  ): LiveSession {
    const session = new LiveSession(this, this.#clock, account.id, kind);
    const live = this.#accounts.get(account.id);
    if (live) live.sessions.push(session);
    else {
      this.#accounts.set(account.id, {
        address: account.address,
        sessions: [session],
      });
    }
    this.#counts[kind]++;
    if (live && kind === "imap") this.#evict(live, session);
    return session;
  }

  /** Ends all sessions of the account; gives how many there were. */
  end(account: AccountId, reason: EndReason): number {
    const sessions = [...this.#accounts.get(account)?.sessions ?? []];
    for (const session of sessions) session.end(reason);
    return sessions.length;
  }

  remove(session: LiveSession): void {
    const live = this.#accounts.get(session.account);
    const at = live?.sessions.indexOf(session) ?? -1;
    if (!live || at < 0) return;
    live.sessions.splice(at, 1);
    this.#counts[session.kind]--;
    if (live.sessions.length === 0) this.#accounts.delete(session.account);
  }

  #evict(live: LiveAccount, newest: LiveSession): void {
    const others = live.sessions.filter((session) =>
      session.kind === "imap" && session !== newest
    );
    if (others.length < this.#options.maxImapSessionsPerAccount) return;
    const idle = others.filter((one) => one.idleSinceMs !== undefined)
      .sort((a, b) => (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0));
    (idle[0] ?? others[0])?.end("too_many_sessions");
  }
}
