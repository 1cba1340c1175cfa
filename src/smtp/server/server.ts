/**
 * All SMTP sessions of the relay: who may connect, how long, and how they end.
 * Connections are accepted elsewhere and handed in.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import type { SmtpAccount, SmtpBackend, SmtpService } from "./backend.ts";
import { SmtpConnection, type SmtpTimeouts } from "./connection.ts";
import { LoopShare } from "../../base/loop_share.ts";
import {
  shuttingDown,
  TAKES_NONE_NOW,
  TOO_MANY_CONNECTIONS,
} from "./replies.ts";
import type { SmtpPolicy } from "./state.ts";
import type { Wire } from "./wire.ts";

export interface SmtpConnectionLimits {
  readonly total: number;
  /** From one IPv4 address or one IPv6 network. */
  readonly perAddress: number;
}

export interface SmtpServerOptions {
  readonly backend: SmtpBackend;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly policy: SmtpPolicy;
  readonly timeouts: SmtpTimeouts;
  readonly connections: Readonly<Record<SmtpService, SmtpConnectionLimits>>;
  /** Sessions that one account may have at the same time. */
  readonly maxPerAccount: number;
}

export interface SmtpCounts {
  readonly sessions: Readonly<Record<SmtpService, number>>;
  readonly addresses: Readonly<Record<SmtpService, number>>;
  readonly accounts: number;
  readonly sinceStart: Readonly<Record<SmtpService, SmtpSinceStart>>;
}

export interface SmtpSinceStart {
  readonly accepted: number;
  /** Too many, by which limit. */
  readonly overTotal: number;
  readonly overAddress: number;
}

const TIMEOUT_CHECK_MS = 1000;
const REFUSAL_MS = 5000;
/** Beyond so many that are being told why, others are refused without a word. */
const MAX_REFUSED = 100;
const encoder = new TextEncoder();

export class SmtpServer {
  readonly #options: SmtpServerOptions;
  readonly #connections = new Set<SmtpConnection>();
  readonly #accounts = new Map<SmtpConnection, string>();
  readonly #perService = new Counter<SmtpService>();
  readonly #perAddress = {
    mx: new Counter<string>(),
    submission: new Counter<string>(),
  } satisfies Record<SmtpService, unknown>;
  readonly #perAccount = new Counter<string>();
  readonly #refused = new Set<Wire>();
  readonly #share: LoopShare;
  #stopChecking: (() => void) | undefined;
  readonly #sinceStart = {
    mx: { accepted: 0, overTotal: 0, overAddress: 0 },
    submission: { accepted: 0, overTotal: 0, overAddress: 0 },
  } satisfies Record<SmtpService, SmtpSinceStart>;
  #draining: (() => void) | undefined;
  #closed = false;

  constructor(options: SmtpServerOptions) {
    this.#options = options;
    this.#share = new LoopShare(options.clock, options.timers);
  }

  get counts(): SmtpCounts {
    return {
      sessions: {
        mx: this.#perService.of("mx"),
        submission: this.#perService.of("submission"),
      },
      addresses: {
        mx: this.#perAddress.mx.size,
        submission: this.#perAddress.submission.size,
      },
      accounts: this.#perAccount.size,
      sinceStart: this.#sinceStart,
    };
  }

  /** Serves one connection until it ends; it counts until its descriptor is free. Never throws. */
  serve(wire: Wire, service: SmtpService): void {
    if (this.#closed) {
      const { hostname } = this.#options.backend;
      void this.#refuse(wire, shuttingDown(hostname).text);
    } else if (!this.#hasRoom(wire, service)) {
      const { total } = this.#options.connections[service];
      const reply = total === 0 ? TAKES_NONE_NOW : TOO_MANY_CONNECTIONS;
      void this.#refuse(wire, reply.text);
    } else void this.#drive(wire, service);
  }

  /**
   * Refuses new sessions and ends the open ones: idle ones at once, others after
   * their command or message, all of them when the time is over.
   */
  async shutdown(graceMs: number): Promise<void> {
    this.#closed = true;
    const reply = shuttingDown(this.#options.backend.hostname);
    for (const connection of [...this.#connections]) {
      connection.end(reply);
    }
    const drained = new Promise<void>((resolve) => this.#draining = resolve);
    if (this.#connections.size === 0) this.#draining?.();
    await Promise.race([drained, this.#options.timers.sleep(graceMs)]);
    for (const connection of [...this.#connections]) {
      connection.destroy();
    }
    for (const wire of this.#refused) wire.abort();
    await drained;
  }

  #hasRoom({ peerAddress }: Wire, service: SmtpService): boolean {
    const limits = this.#options.connections[service];
    const counts = this.#sinceStart[service];
    const ofAddress = this.#perAddress[service].of(limitKey(peerAddress));
    if (this.#perService.of(service) >= limits.total) counts.overTotal++;
    else if (ofAddress >= limits.perAddress) counts.overAddress++;
    else {
      counts.accepted++;
      return true;
    }
    return false;
  }

  /** Says why, and lets the connection go soon, whatever the peer does. */
  async #refuse(wire: Wire, text: string): Promise<void> {
    if (this.#refused.size >= MAX_REFUSED) return wire.abort();
    this.#refused.add(wire);
    const timer = setTimeout(() => wire.abort(), REFUSAL_MS);
    try {
      await wire.write(encoder.encode(text));
      await wire.closeWrite();
      while (await wire.read() !== undefined) await this.#share.wait();
    } catch {
      // it has left
    }
    wire.close();
    await wire.gone;
    clearTimeout(timer);
    this.#refused.delete(wire);
  }

  async #drive(wire: Wire, service: SmtpService): Promise<void> {
    const { backend, policy, timers, timeouts, clock } = this.#options;
    const connection = new SmtpConnection(wire, {
      backend,
      policy,
      timers,
      timeouts,
      share: this.#share,
      service,
      now: () => clock.monotonic(),
      admit: (of, account) => this.#admit(of, account),
    });
    const address = limitKey(wire.peerAddress);
    this.#connections.add(connection);
    this.#perService.add(service, 1);
    this.#perAddress[service].add(address, 1);
    this.#stopChecking ??= timers.every(
      TIMEOUT_CHECK_MS,
      () => this.#checkTimeouts(),
    );
    await connection.run();
    this.#perService.add(service, -1);
    this.#perAddress[service].add(address, -1);
    this.#forget(connection);
  }

  #admit(connection: SmtpConnection, { address }: SmtpAccount): boolean {
    if (this.#perAccount.of(address) >= this.#options.maxPerAccount) {
      return false;
    }
    this.#accounts.set(connection, address);
    this.#perAccount.add(address, 1);
    return true;
  }

  #forget(connection: SmtpConnection): void {
    this.#connections.delete(connection);
    const account = this.#accounts.get(connection);
    this.#accounts.delete(connection);
    if (account !== undefined) this.#perAccount.add(account, -1);
    if (this.#connections.size > 0) return;
    this.#stopChecking?.();
    this.#stopChecking = undefined;
    this.#draining?.();
  }

  #checkTimeouts(): void {
    const nowMs = this.#options.clock.monotonic();
    for (const connection of [...this.#connections]) {
      connection.checkTimeouts(nowMs);
    }
  }
}

/** How many there are of each key; keys without any are forgotten. */
class Counter<Key> {
  readonly #counts = new Map<Key, number>();

  get size(): number {
    return this.#counts.size;
  }

  of(key: Key): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: Key, change: 1 | -1): void {
    const count = this.of(key) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
