/**
 * Connections that we open: the first of a host's addresses that answers is taken
 * ("Happy Eyeballs", RFC 8305), and TLS is begun when the protocol says so.
 *
 * Whoever looks a name up decides which of its addresses may be connected to.
 *
 * @module
 */
import { connect, isIPv6, type Socket } from "node:net";
import type { Clock, Timers } from "../base/clock.ts";
import type { Meter } from "../observe/traffic.ts";
import { SocketWire } from "./socket_wire.ts";
import {
  type ClientTls,
  ClientUpgrade,
  type ServerIdentity,
} from "./tls_upgrade.ts";

export interface DialOptions {
  /** IP addresses, best first. Both families take turns; no more than eight are tried. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** For a connection, over all addresses; `dialTls` has its handshake in it too. */
  readonly deadlineMs: number;
  readonly tls: ClientTls;
  /** Why nothing may connect to the address; undefined if it may. */
  readonly refuse?: (address: string) => string | undefined;
  /** Our own addresses to connect from. */
  readonly from?: { readonly ipv4?: string; readonly ipv6?: string };
  /** Of what is read and written. */
  readonly meter?: Meter;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  /** Gives up at once when it says so. */
  readonly signal?: AbortSignal;
}

/**
 * There is no connection. `refused`: no address may be connected to; `timeout`:
 * none has answered; `unreachable`: all said no, or there is none; `ended`: it
 * is not wanted any more.
 */
export class DialTrouble extends Error {
  override readonly name = "DialTrouble";
  constructor(
    readonly kind: "refused" | "timeout" | "unreachable" | "ended",
    message: string,
  ) {
    super(message);
  }
}

const NEXT_AFTER_MS = 250; // RFC 8305 §5
const MAX_ADDRESSES = 8;

/** A connection that we have opened, in clear until `startTls()`. */
export class DialledWire extends SocketWire {
  readonly #upgrade: ClientUpgrade;

  constructor(socket: Socket, upgrade: ClientUpgrade, meter?: Meter) {
    super(socket, upgrade, meter);
    this.#upgrade = upgrade;
  }

  /** Who is at the other end; undefined before TLS. */
  get identity(): ServerIdentity | undefined {
    return this.#upgrade.identity;
  }

  /** Says goodbye if that can be done at once; else ends without. Safe to repeat. */
  override close(): void {
    if (this.isSettled) super.close();
    else this.abort();
  }
}

/** @throws {DialTrouble} */
export async function dial(options: DialOptions): Promise<DialledWire> {
  const socket = await new Race(options).run();
  return new DialledWire(
    socket,
    new ClientUpgrade(options.tls, options.clock),
    options.meter,
  );
}

/**
 * The same for protocols that begin with TLS.
 *
 * @throws {DialTrouble}
 * @throws {CertificateError}
 * @throws {Error} when the handshake fails otherwise
 */
export async function dialTls(options: DialOptions): Promise<DialledWire> {
  const { clock, timers, deadlineMs, signal } = options;
  const endAtMs = clock.monotonic() + deadlineMs;
  const wire = await dial(options);
  if (signal?.aborted) { // since it was connected
    wire.abort();
    throw ended();
  }
  let late = false;
  const leftMs = Math.max(1, endAtMs - clock.monotonic());
  const stop = timers.every(leftMs, () => {
    late = true;
    wire.abort();
  });
  const onAbort = () => wire.abort();
  signal?.addEventListener("abort", onAbort);
  try {
    await wire.startTls();
    return wire;
  } catch (error) {
    wire.abort();
    if (signal?.aborted) throw ended();
    throw late ? new DialTrouble("timeout", "No TLS in time") : error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop();
  }
}

function ended(): DialTrouble {
  return new DialTrouble("ended", "The connection is not wanted any more");
}

/** Attempts to connect, of which one is to succeed. */
class Race {
  readonly #options: DialOptions;
  readonly #result = Promise.withResolvers<Socket>();
  readonly #open = new Set<Socket>();
  readonly #waiting: string[];
  readonly #faults: string[] = [];
  #stopWaiting = () => {};
  #isOver = false;

  constructor(options: DialOptions) {
    this.#options = options;
    this.#waiting = inTurns(options.addresses.filter((address) => {
      const why = options.refuse?.(address);
      if (why !== undefined) this.#faults.push(`${address}: ${why}`);
      return why === undefined;
    })).slice(0, MAX_ADDRESSES);
  }

  async run(): Promise<Socket> {
    const { addresses, timers, deadlineMs, signal } = this.#options;
    if (signal?.aborted) throw ended();
    if (this.#waiting.length === 0) {
      throw addresses.length === 0
        ? new DialTrouble("unreachable", "The host has no address")
        : new DialTrouble("refused", this.#faults.join(", "));
    }
    const stop = timers.every(deadlineMs, () => this.#end("timeout"));
    const onAbort = () => {
      this.#isOver = true;
      this.#result.reject(ended());
    };
    signal?.addEventListener("abort", onAbort);
    this.#next();
    try {
      return await this.#result.promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      stop();
      this.#stopWaiting();
      for (const socket of this.#open) socket.destroy();
    }
  }

  #next(): void {
    this.#stopWaiting();
    const address = this.#waiting.shift();
    if (address === undefined) {
      if (this.#open.size === 0) this.#end("unreachable");
      return;
    }
    this.#attempt(address);
    const { timers } = this.#options;
    this.#stopWaiting = timers.every(NEXT_AFTER_MS, () => {
      if (this.#waiting.length > 0) this.#next();
    });
  }

  #attempt(address: string): void {
    const { port, from } = this.#options;
    const localAddress = isIPv6(address) ? from?.ipv6 : from?.ipv4;
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    this.#open.add(socket);
    socket.once("connect", () => {
      if (this.#isOver) return void socket.destroy();
      this.#isOver = true;
      this.#open.delete(socket);
      this.#result.resolve(socket);
    });
    // Stays: a socket that broke has nobody else who is told.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (!this.#open.delete(socket) || this.#isOver) return;
      this.#faults.push(`${address}: ${faultOf(error)}`);
      socket.destroy();
      this.#next();
    });
  }

  #end(kind: "timeout" | "unreachable"): void {
    this.#isOver = true;
    const faults = kind === "timeout"
      ? [...this.#faults, "No answer in time"]
      : this.#faults;
    this.#result.reject(new DialTrouble(kind, faults.join(", ")));
  }
}

/** Users read it in reports. */
const FAULTS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "this machine does not have the address to connect from",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection cut",
  EHOSTUNREACH: "no such host in its network",
  ENETUNREACH: "no route to its network",
  ETIMEDOUT: "no answer in time",
};

function faultOf({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined ? message : FAULTS[code] ?? code;
}

/** The families alternate, that of the best address first (RFC 8305 §4). */
function inTurns(addresses: readonly string[]): string[] {
  const [first] = addresses;
  if (first === undefined) return [];
  const isOfFirst = (address: string) => isIPv6(address) === isIPv6(first);
  const same = addresses.filter(isOfFirst);
  const other = addresses.filter((address) => !isOfFirst(address));
  return same.flatMap((address, at) =>
    other[at] === undefined ? [address] : [address, other[at]]
  ).concat(other.slice(same.length));
}
