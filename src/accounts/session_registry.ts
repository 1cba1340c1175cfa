/** Who is logged in now, by account, so that sessions can be ended from outside. @module */
import type { Clock } from "../base/clock.ts";
import type { AccountId } from "../base/ids.ts";
import type { Address } from "../mail/address.ts";
import type { AccountOptions } from "./options.ts";

export type SessionKind = "imap" | "submission" | "web";
export type EndReason =
  | "account_inactive"
  | "too_many_sessions"
  | "password_changed";

/** Who has logged in, and by what. */
export interface SessionOwner {
  readonly id: AccountId;
  readonly address: Address;
  /** Stored forms that the password was proven against; more than one after an upgrade. */
  readonly storedForms: readonly string[];
}

interface SessionFacts {
  readonly account: AccountId;
  readonly kind: SessionKind;
  /** Of its password; sessions of one password share them. */
  readonly storedForms: Set<string>;
}

/** One logged-in connection. `release()` when it has ended. */
export class LiveSession implements SessionFacts {
  readonly #registry: SessionRegistry;
  readonly #clock: Clock;
  #listener: ((reason: EndReason) => void) | undefined;
  #ended: EndReason | undefined;
  #idleSinceMs: number | undefined;
  readonly account: AccountId;
  readonly kind: SessionKind;
  readonly storedForms: Set<string>;

  constructor(
    registry: SessionRegistry,
    clock: Clock,
    { account, kind, storedForms }: SessionFacts,
  ) {
    this.#registry = registry;
    this.#clock = clock;
    this.account = account;
    this.kind = kind;
    this.storedForms = storedForms;
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
  readonly #options: Pick<AccountOptions, "imapMaxConnectionsPerUser">;
  readonly #accounts = new Map<AccountId, LiveAccount>();
  readonly #counts: Record<SessionKind, number> = {
    imap: 0,
    submission: 0,
    web: 0,
  };

  constructor(
    clock: Clock,
    options: Pick<AccountOptions, "imapMaxConnectionsPerUser">,
  ) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Sessions of each kind, now. */
  counts(): Readonly<Record<SessionKind, number>> {
    return { ...this.#counts };
  }

  /** Sessions that wait in IDLE, now. */
  idling(): number {
    let count = 0;
    for (const { sessions } of this.#accounts.values()) {
      for (const { idleSinceMs } of sessions) {
        if (idleSinceMs !== undefined) count++;
      }
    }
    return count;
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
    account: SessionOwner,
    kind: SessionKind,
  ): LiveSession {
    const live = this.#accounts.get(account.id);
    const session = new LiveSession(this, this.#clock, {
      account: account.id,
      kind,
      storedForms: sharedForms(account, live),
    });
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

  /** Ends the sessions that logged in with another password than the one stored so. */
  endOthers(account: AccountId, storedForm: string): void {
    for (const session of [...this.#accounts.get(account)?.sessions ?? []]) {
      if (!session.storedForms.has(storedForm)) session.end("password_changed");
    }
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
    if (others.length < this.#options.imapMaxConnectionsPerUser) return;
    const idle = others.filter((one) => one.idleSinceMs !== undefined)
      .sort((a, b) => (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0));
    (idle[0] ?? others[0])?.end("too_many_sessions");
  }
}

/** All forms of the password that this login was proven by, as far as sessions know. */
function sharedForms(
  { storedForms }: SessionOwner,
  live: LiveAccount | undefined,
): Set<string> {
  const same = live?.sessions.find((session) =>
    storedForms.some((form) => session.storedForms.has(form))
  );
  const forms = same?.storedForms ?? new Set<string>();
  for (const form of storedForms) forms.add(form);
  return forms;
}
