/**
 * All SMTP sessions of the relay: who may connect, how long, and how they end.
 * Sockets are accepted elsewhere and handed in.
 *
 * @module
 */
import type { SecureContext } from "node:tls";
import type { Clock, Timers } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import type { SmtpAccount, SmtpBackend, SmtpService } from "./backend.ts";
import {
  SmtpConnection,
  type SmtpSocket,
  type SmtpTimeouts,
} from "./connection.ts";
import { LoopShare } from "./loop_share.ts";
import { PackageServer } from "./package_server.ts";
import { shuttingDown, TOO_MANY_CONNECTIONS } from "./replies.ts";
import type { SmtpPolicy } from "./state.ts";

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
  /** What STARTTLS serves, asked at each handshake; without one it is not offered. */
  readonly secureContext: (service: SmtpService) => SecureContext | undefined;
}

export interface SmtpSocketFacts {
  readonly service: SmtpService;
  /** TLS is on already. */
  readonly secure: boolean;
  /** IP address without brackets. */
  readonly peerAddress: string;
}

export interface SmtpCounts {
  readonly sessions: Readonly<Record<SmtpService, number>>;
  readonly accounts: number;
  readonly addresses: number;
}

const TIMEOUT_CHECK_MS = 1000;
const REFUSED_SOCKET_MS = 5000;
/** Beyond so many that are being told why, others are refused without a word. */
const MAX_REFUSED = 100;

export class SmtpServer {
  readonly #options: SmtpServerOptions;
  readonly #packages: Readonly<Record<SmtpService, PackageServer>>;
  readonly #connections = new Map<SmtpConnection, SmtpSocketFacts>();
  readonly #accounts = new Map<SmtpConnection, string>();
  readonly #perService = new Counter<SmtpService>();
  readonly #perAddress = new Counter<string>();
  readonly #perAccount = new Counter<string>();
  readonly #refused = new Set<SmtpSocket>();
  readonly #share: LoopShare;
  #stopChecking: (() => void) | undefined;
  #draining: (() => void) | undefined;
  #closed = false;

  constructor(options: SmtpServerOptions) {
    this.#options = options;
    this.#share = new LoopShare(options.clock, options.timers);
    const { secureContext } = options;
    this.#packages = {
      mx: new PackageServer(() => secureContext("mx")),
      submission: new PackageServer(() => secureContext("submission")),
    };
  }

  get counts(): SmtpCounts {
    return {
      sessions: {
        mx: this.#perService.of("mx"),
        submission: this.#perService.of("submission"),
      },
      accounts: this.#perAccount.size,
      addresses: this.#perAddress.size,
    };
  }

  /** Serves one connection until it ends. Never throws. */
  serve(socket: SmtpSocket, facts: SmtpSocketFacts): void {
    if (this.#closed) {
      this.#refuse(socket, shuttingDown(this.#options.backend.hostname).text);
    } else if (!this.#hasRoom(facts)) {
      this.#refuse(socket, TOO_MANY_CONNECTIONS.text);
    } else this.#start(socket, facts);
  }

  /**
   * Refuses new sessions and ends the open ones: idle ones at once, others after
   * their command or message, all of them when the time is over.
   */
  async shutdown(graceMs: number): Promise<void> {
    this.#closed = true;
    const reply = shuttingDown(this.#options.backend.hostname);
    for (const connection of [...this.#connections.keys()]) {
      connection.end(reply);
    }
    const drained = new Promise<void>((resolve) => this.#draining = resolve);
    if (this.#connections.size === 0) this.#draining?.();
    await Promise.race([drained, this.#options.timers.sleep(graceMs)]);
    for (const connection of [...this.#connections.keys()]) {
      connection.destroy();
    }
    for (const socket of this.#refused) socket.destroy();
    await drained;
  }

  #hasRoom({ service, peerAddress }: SmtpSocketFacts): boolean {
    const limits = this.#options.connections[service];
    return this.#perService.of(service) < limits.total &&
      this.#perAddress.of(addressKey(service, peerAddress)) < limits.perAddress;
  }

  /** Says why, and lets the connection go soon, whatever the peer does. */
  #refuse(socket: SmtpSocket, text: string): void {
    socket.on("error", () => {});
    if (this.#refused.size >= MAX_REFUSED) return void socket.destroy();
    this.#refused.add(socket);
    const timer = setTimeout(() => socket.destroy(), REFUSED_SOCKET_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#refused.delete(socket);
    });
    socket.resume();
    socket.end(text);
  }

  #start(socket: SmtpSocket, facts: SmtpSocketFacts): void {
    const { backend, policy, timers, timeouts, clock } = this.#options;
    const { service, secure, peerAddress } = facts;
    const server = this.#packages[service];
    const connection = new SmtpConnection(server, socket, {
      backend,
      policy,
      timers,
      timeouts,
      share: this.#share,
      service,
      secure,
      peerAddress,
      now: () => clock.monotonic(),
      admit: (of, account) => this.#admit(of, account),
      onClose: (of) => this.#forget(of, facts),
    });
    this.#connections.set(connection, facts);
    this.#perService.add(service, 1);
    this.#perAddress.add(addressKey(service, peerAddress), 1);
    this.#stopChecking ??= timers.every(
      TIMEOUT_CHECK_MS,
      () => this.#checkTimeouts(),
    );
    connection.init();
  }

  #admit(connection: SmtpConnection, { address }: SmtpAccount): boolean {
    if (this.#perAccount.of(address) >= this.#options.maxPerAccount) {
      return false;
    }
    this.#accounts.set(connection, address);
    this.#perAccount.add(address, 1);
    return true;
  }

  #forget(connection: SmtpConnection, facts: SmtpSocketFacts): void {
    if (!this.#connections.delete(connection)) return;
    this.#perService.add(facts.service, -1);
    this.#perAddress.add(addressKey(facts.service, facts.peerAddress), -1);
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
    for (const connection of [...this.#connections.keys()]) {
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

function addressKey(service: SmtpService, address: string): string {
  return `${service} ${limitKey(address)}`;
}
