/**
 * Connections to other relays: opened to hosts that mail may be taken to, kept
 * for the next message while they are fresh, and all known, so that none is left
 * when sending ends.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import {
  dial,
  type DialledWire,
  dialTls,
  DialTrouble,
} from "../../net/dial.ts";
import {
  findAddresses,
  type HostAddresses,
  type MailHost,
  type NoWay,
} from "../destination.ts";
import type { DeliveryNote } from "../../store/queue.ts";
import { noWayText } from "../verdicts/no_way_verdict.ts";
import { noteText } from "../verdicts/verdict.ts";
import type { RelayTransportParts } from "./parts.ts";
import type { Place, Way } from "./ways.ts";

/** Nobody was there to be asked: about the host, not the message. */
export class NoConnection extends Error {
  override readonly name = "NoConnection";
  constructor(
    readonly note: DeliveryNote,
    /** Its name leads nowhere. */
    readonly noWay?: NoWay,
  ) {
    super(note.text);
  }
}

/** The attempt is to end. */
export class Aborted extends Error {
  override readonly name = "Aborted";
}

/** A connection that may serve again. */
export interface Kept {
  readonly wire: DialledWire;
  /** Ends it, with a goodbye where the protocol has one. */
  end(): void;
}

interface Idle<T extends Kept> {
  readonly kept: T;
  readonly sinceMs: number;
}

const IDLE_MS = 60_000;
const IDLE_PER_HOST = 2;
/** While there is much to send, each message of those at once finds one. */
const BUSY_PER_HOST = 16;
const BUSY_MS = 5000;
const SWEEP_MS = 5000;
/** Of one protocol, with all hosts. */
const MAX_IDLE = 256;

export class Connections {
  readonly #parts: RelayTransportParts;
  readonly #open = new Set<DialledWire>();
  readonly #pools: Pool<Kept>[] = [];
  readonly #stop: () => void;
  readonly #closing = new AbortController();

  constructor(parts: RelayTransportParts) {
    this.#parts = parts;
    this.#stop = parts.timers.every(
      SWEEP_MS,
      () => this.#pools.forEach((pool) => pool.sweep()),
    );
  }

  /** How many there are. */
  get count(): number {
    return this.#open.size;
  }

  pool<T extends Kept>(): Pool<T> {
    const pool = new Pool<T>(this.#parts.clock);
    this.#pools.push(pool as unknown as Pool<Kept>);
    return pool;
  }

  /**
   * A new connection, secure where the way begins with TLS.
   *
   * @throws {NoConnection}
   * @throws {Aborted}
   */
  async open(
    way: Way,
    place: Place,
    signal: AbortSignal,
  ): Promise<DialledWire> {
    const { host } = place;
    const speaker = { transport: way.name, host: host.name };
    const found = await until(signal, this.#addresses(way, place));
    if (found.kind === "no_way") {
      const note = { ...speaker, status: "4.4.4", text: noWayText(found) };
      throw new NoConnection(note, found);
    }
    try {
      return await this.#dial(way, host, found.addresses, signal);
    } catch (error) {
      if (signal.aborted) throw new Aborted();
      throw new NoConnection({ ...speaker, ...connectNote(error) });
    }
  }

  /** Ends all there are. Safe to repeat. */
  close(): void {
    this.#closing.abort();
    this.#stop();
    for (const pool of this.#pools) pool.close();
    for (const wire of this.#open) wire.abort();
  }

  #addresses(
    { port }: Way,
    { host, isNamed }: Place,
  ): Promise<HostAddresses> {
    const { dns, own, settings } = this.#parts;
    const { allowPrivateTargets, families } = settings();
    const guard = {
      own: own(port),
      allowPrivate: isNamed || allowPrivateTargets,
    };
    return findAddresses(host, { dns, families, guard });
  }

  async #dial(
    { port, tls, isSecure, alpn }: Way,
    { name }: MailHost,
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<DialledWire> {
    const { clock, timers, settings, roots, meter } = this.#parts;
    const { connectMs, from } = settings();
    const wire = await (isSecure ? dialTls : dial)({
      addresses,
      port,
      deadlineMs: connectMs,
      ...(meter && { meter }),
      clock,
      timers,
      signal: AbortSignal.any([signal, this.#closing.signal]),
      tls: {
        host: name,
        certificate: tls === "verified" ? "verified" : "any",
        ...(roots && { roots }),
        ...(alpn && { alpn }),
      },
      ...(from && { from }),
    });
    this.#open.add(wire);
    if (this.#closing.signal.aborted) wire.abort();
    void wire.gone.then(() => this.#open.delete(wire));
    return wire;
  }
}

/** Connections that nobody uses, by where they lead. */
export class Pool<T extends Kept> {
  readonly #clock: Clock;
  /** Hosts that were used last come last. */
  readonly #idle = new Map<string, Idle<T>[]>();
  #count = 0;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The one that was used last, if there is any. */
  take(key: string): T | undefined {
    const idle = this.#idle.get(key);
    const last = idle?.pop();
    if (last) this.#count--;
    if (idle?.length === 0) this.#idle.delete(key);
    return last?.kept;
  }

  give(key: string, kept: T): void {
    if (this.#isClosed) return kept.wire.abort();
    const idle = this.#idle.get(key) ?? [];
    idle.push({ kept, sinceMs: this.#clock.monotonic() });
    this.#idle.delete(key);
    this.#idle.set(key, idle);
    this.#count++;
    if (idle.length > BUSY_PER_HOST) this.#drop(idle);
    for (const [other, waiting] of this.#idle) {
      if (this.#count <= MAX_IDLE) break;
      while (waiting.length > 0) this.#drop(waiting);
      this.#idle.delete(other);
    }
  }

  sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const [key, idle] of this.#idle) {
      const fresh = idle.filter(({ kept, sinceMs }, at) => {
        const isSpare = at < idle.length - IDLE_PER_HOST; // the oldest
        const isFresh = nowMs - sinceMs < (isSpare ? BUSY_MS : IDLE_MS);
        if (!isFresh) kept.end();
        return isFresh;
      });
      this.#count -= idle.length - fresh.length;
      if (fresh.length === 0) this.#idle.delete(key);
      else this.#idle.set(key, fresh);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const idle of this.#idle.values()) {
      for (const { kept } of idle) kept.wire.abort();
    }
    this.#idle.clear();
    this.#count = 0;
  }

  #drop(idle: Idle<T>[]): void {
    idle.shift()!.kept.end();
    this.#count--;
  }
}

/**
 * What the work brings, unless the attempt is to end before.
 *
 * @throws {Aborted}
 * @throws {Error} what the work throws
 */
export async function until<T>(
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T> {
  const end = Promise.withResolvers<never>();
  const onAbort = () => end.reject(new Aborted());
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, end.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Ends the connection with the attempt, by which all that waits for it fails.
 *
 * @throws {Aborted} in place of what `work` fails with then
 */
export async function using<T>(
  wire: DialledWire,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const onAbort = () => wire.abort();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw new Aborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

export function isVerified(wire: DialledWire): boolean | undefined {
  return wire.identity && wire.identity.fault === undefined;
}

/** RFC 3463 §3.5, §3.8. */
function connectNote(error: unknown): { status: string; text: string } {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof DialTrouble ? "4.4.1" : "4.7.5";
  return { status, text: noteText(message) };
}
