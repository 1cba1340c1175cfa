/**
 * Who may use the admin API: tokens, sessions of the panel, codes that begin one
 * session. Sessions and codes end with the token that they came from, so that a
 * new token ends them all.
 *
 * @module
 */
import { nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { RecordSet } from "../../store/record_set.ts";
import type { AccessParts, Credential, Session, Visitor } from "./parts.ts";
import { Removed } from "./removed.ts";
import {
  CODE_ROW,
  type CodeRow,
  SESSION_ROW,
  type SessionRow,
} from "./rows.ts";
import { digestOf, isSameDigest } from "./secrets.ts";
import { AdminTokens, ROOT, USE_SECONDS } from "./tokens.ts";

export type { Credential, Session } from "./parts.ts";

const MAX_SESSIONS = 10;
const MAX_CODES = 20;
const COOKIE_OCTETS = 16;
const CODE_OCTETS = 16;

export class AdminAccess {
  readonly tokens: AdminTokens;
  readonly #parts: AccessParts;
  readonly #sessions: RecordSet<SessionRow>;
  readonly #codes: RecordSet<CodeRow>;
  readonly #ended = new Removed();
  /** Codes that are being exchanged. */
  readonly #taken = new Set<string>();
  readonly #cut = new Set<() => void>();

  private constructor(
    parts: AccessParts,
    rows: {
      readonly tokens: AdminTokens;
      readonly sessions: RecordSet<SessionRow>;
      readonly codes: RecordSet<CodeRow>;
    },
  ) {
    this.#parts = parts;
    this.tokens = rows.tokens;
    this.#sessions = rows.sessions;
    this.#codes = rows.codes;
  }

  /** What cannot be read lets nobody in. */
  static async open(parts: AccessParts): Promise<AdminAccess> {
    const { store, reportBug } = parts;
    const shared = { store, reportBug, onUnreadable() {} };
    return new AdminAccess(parts, {
      tokens: await AdminTokens.open(parts),
      sessions: await RecordSet.open({
        ...shared,
        collection: "admin_sessions",
        schema: SESSION_ROW,
      }),
      codes: await RecordSet.open({
        ...shared,
        collection: "admin_login_codes",
        schema: CODE_ROW,
      }),
    });
  }

  close(): void {
    this.tokens.close();
    this.#sessions.close();
    this.#codes.close();
  }

  get isDisabled(): boolean {
    return this.tokens.isDisabled;
  }

  /** Calls back whenever somebody may have lost his rights. Returns how to stop. */
  onCut(listener: () => void): () => void {
    this.#cut.add(listener);
    return () => void this.#cut.delete(listener);
  }

  /** A new token that may do everything; what stands on the one before ends. @throws {Refusal} */
  async rotateRoot(): Promise<string> {
    const root = this.tokens.rotate();
    await this.#end(() => true);
    await this.#codes.change({ remove: [...this.#codes.values.keys()] });
    return root;
  }

  /** With all sessions of it. @throws {Refusal} `not_found` */
  async removeToken(id: string): Promise<void> {
    const { digest } = await this.tokens.remove(id);
    await this.#end((session) => session.token === digest);
  }

  /** @returns what the browser keeps */
  async begin(by: Credential, from: Visitor): Promise<string> {
    const cookie = this.#parts.random(COOKIE_OCTETS).toHex();
    const now = this.#now;
    const ended = [...this.#sessions.values]
      .filter(([, row]) => !this.#isGoing(row, now)).map(([id]) => id);
    const left = [...this.#sessions.values]
      .filter(([id]) => !ended.includes(id))
      .toSorted(([, a], [, b]) => a.lastUsedAt - b.lastUsedAt);
    const tooMany = left.slice(0, Math.max(0, left.length - MAX_SESSIONS + 1))
      .map(([id]) => id);
    const remove = [...ended, ...tooMany];
    const fresh: SessionRow = {
      token: by.token,
      name: by.name,
      scope: by.scope,
      createdAt: now,
      lastUsedAt: now,
      address: from.address.slice(0, 64),
      agent: from.agent.replace(/[^\x20-\x7e]+/g, " ").slice(0, 200),
    };
    await this.#ended.while(
      remove,
      () => this.#sessions.change({ remove, put: [[digestOf(cookie), fresh]] }),
    );
    if (tooMany.length > 0) this.#tellCut();
    return cookie;
  }

  /** The session of this cookie, which is used now; undefined: there is none any more. */
  session(cookie: string): Session | undefined {
    const id = digestOf(cookie);
    const row = this.#going(id);
    if (!row) return undefined;
    const now = this.#now;
    if (now - row.lastUsedAt >= USE_SECONDS) {
      this.#later(this.#sessions.put(id, { ...row, lastUsedAt: now }));
    }
    const { name, scope, token } = row;
    const expiresAt = this.#endOf({ ...row, lastUsedAt: now });
    return { kind: "session", id, name, scope, token, expiresAt };
  }

  /** Whether it is still so; that is no use of it. */
  isValid(credential: Credential | Session): boolean {
    if (this.isDisabled) return false;
    return "id" in credential
      ? this.#going(credential.id) !== undefined
      : this.tokens.isLive(credential.token);
  }

  sessions(): readonly (readonly [id: string, row: SessionRow])[] {
    const now = this.#now;
    return [...this.#sessions.values].filter(([, row]) =>
      this.#isGoing(row, now)
    );
  }

  async endSession(id: string): Promise<void> {
    await this.#end((_, one) => one === id);
  }

  /** Begins one session, of who may do everything. @throws {Refusal} */
  async addCode(
    seconds: number,
  ): Promise<{ readonly code: string; readonly expiresAt: number }> {
    this.tokens.root();
    const now = this.#now;
    const code = this.#parts.random(CODE_OCTETS).toHex();
    const expiresAt = now + seconds;
    const old = [...this.#codes.values]
      .filter(([, row]) => row.expiresAt <= now).map(([key]) => key);
    const left = this.#codes.size - old.length;
    if (left >= MAX_CODES) throw new Refusal("too_many_requests");
    await this.#codes.change({
      remove: old,
      put: [[digestOf(code), { token: this.tokens.rootDigest(), expiresAt }]],
    });
    return { code, expiresAt };
  }

  /** Whose code this was; it is none any more. @throws {Refusal} if the store takes nothing */
  async takeCode(code: string): Promise<Credential | undefined> {
    if (this.isDisabled) return undefined;
    const key = digestOf(code);
    const row = this.#codes.get(key);
    if (!row || this.#taken.has(key)) return undefined;
    this.#taken.add(key);
    try {
      await this.#codes.remove(key);
    } finally {
      this.#taken.delete(key);
    }
    const isValid = row.expiresAt > this.#now &&
      isSameDigest(row.token, this.tokens.rootDigest());
    if (!isValid) return undefined;
    return { kind: "token", name: ROOT, scope: "full", token: row.token };
  }

  get #now(): number {
    return nowSeconds(this.#parts.clock);
  }

  #going(id: string): SessionRow | undefined {
    if (this.isDisabled || this.#ended.has(id)) return undefined;
    const row = this.#sessions.get(id);
    return row && this.#isGoing(row, this.#now) ? row : undefined;
  }

  #isGoing(row: SessionRow, now: number): boolean {
    return now < this.#endOf(row) && this.tokens.isLive(row.token);
  }

  #endOf({ createdAt, lastUsedAt }: SessionRow): number {
    const { idleSeconds, maxSeconds } = this.#parts.options();
    return Math.min(createdAt + maxSeconds, lastUsedAt + idleSeconds);
  }

  async #end(isMeant: (row: SessionRow, id: string) => boolean): Promise<void> {
    const remove = [...this.#sessions.values]
      .filter(([id, row]) => isMeant(row, id)).map(([id]) => id);
    await this.#ended.while(remove, () => this.#sessions.change({ remove }));
    this.#tellCut();
  }

  /** When something was used last is worth no answer. */
  #later(work: Promise<void>): void {
    work.catch((error) => {
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    });
  }

  #tellCut(): void {
    for (const listener of [...this.#cut]) listener();
  }
}
