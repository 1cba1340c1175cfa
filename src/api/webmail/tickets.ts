/**
 * Tickets for a WebSocket, which a browser can give no headers: in memory, for
 * a minute, for one use.
 *
 * @module
 */
import type { Login } from "../../accounts/login.ts";
import type { AccountId } from "../../base/ids.ts";
import type { WebmailBackend } from "./backend.ts";

export const TICKET_SECONDS = 60;
const TICKET_OCTETS = 24;
const MOST = 10_000;
/** Of one account: a program that never uses them takes nobody else's away. */
const MOST_OF_ONE = 20;

interface Ticket {
  readonly login: Login;
  readonly madeAt: number;
}

export class Tickets {
  readonly #parts: Pick<WebmailBackend, "clock" | "random">;
  /** In the order in which they were made. */
  readonly #tickets = new Map<string, Ticket>();
  readonly #counts = new Map<AccountId, number>();

  constructor(parts: Pick<WebmailBackend, "clock" | "random">) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#tickets.size;
  }

  make(login: Login): string {
    this.#forgetOld();
    if ((this.#counts.get(login.id) ?? 0) >= MOST_OF_ONE) {
      this.#forgetOldestOf(login.id);
    }
    const ticket = this.#parts.random(TICKET_OCTETS)
      .toBase64({ alphabet: "base64url" });
    const madeAt = this.#parts.clock.monotonic();
    this.#tickets.set(ticket, { login, madeAt });
    this.#counts.set(login.id, (this.#counts.get(login.id) ?? 0) + 1);
    return ticket;
  }

  /** Whose it is, the first time within a minute. */
  take(ticket: string): Login | undefined {
    this.#forgetOld();
    const found = this.#tickets.get(ticket);
    this.#forget(ticket);
    return found?.login;
  }

  #forgetOld(): void {
    const oldest = this.#parts.clock.monotonic() - 1000 * TICKET_SECONDS;
    for (const [ticket, { madeAt }] of this.#tickets) {
      if (madeAt > oldest && this.#tickets.size < MOST) return;
      this.#forget(ticket);
    }
  }

  #forgetOldestOf(account: AccountId): void {
    for (const [ticket, { login }] of this.#tickets) {
      if (login.id === account) return this.#forget(ticket);
    }
  }

  #forget(ticket: string): void {
    const found = this.#tickets.get(ticket);
    if (!found) return;
    this.#tickets.delete(ticket);
    const { id } = found.login;
    const count = (this.#counts.get(id) ?? 1) - 1;
    if (count > 0) this.#counts.set(id, count);
    else this.#counts.delete(id);
  }
}
