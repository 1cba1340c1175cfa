/**
 * The connection of a WebSocket, which holds a message until it is whole: beyond
 * what is small nothing more is read until there is room in memory for it.
 *
 * @module
 */
import type { Timers } from "../../../base/clock.ts";
import type { Meter } from "../../../observe/traffic.ts";
import type { Wire } from "../../../net/wire.ts";
import { SMALL_OCTETS } from "../large_messages.ts";

/** A large message takes no longer to arrive; its place is wanted by others. */
const ARRIVAL_MS = 120_000;

export class GatedWire implements Wire {
  readonly #wire: Wire;
  readonly #enter: () => Promise<() => void>;
  readonly #timers: Pick<Timers, "every">;
  /** Since the last message. */
  #octets = 0;
  #leave: (() => void) | undefined;
  #stopTimer: (() => void) | undefined;
  #isOver = false;

  /** @param enter waits for room, and gives what gives it back */
  constructor(
    wire: Wire,
    enter: () => Promise<() => void>,
    timers: Pick<Timers, "every">,
  ) {
    this.#wire = wire;
    this.#enter = enter;
    this.#timers = timers;
    void wire.gone.then(() => {
      this.#isOver = true;
      this.settle();
    });
  }

  /** A message is whole; gives what is to be called when it is dealt with. */
  take(): () => void {
    const leave = this.#leave;
    this.#octets = 0;
    this.#leave = undefined;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    return () => leave?.();
  }

  /** Nothing of it is in memory any more. */
  settle(): void {
    this.take()();
  }

  /** Not async: what an async function holds would be there for each socket that waits. */
  read(): Promise<Uint8Array | undefined> {
    return this.#octets > SMALL_OCTETS && !this.#leave
      ? this.#readWithRoom()
      : this.#readOn();
  }

  async #readWithRoom(): Promise<Uint8Array | undefined> {
    const leave = await this.#enter();
    this.#leave = leave;
    this.#stopTimer = this.#timers.every(ARRIVAL_MS, () => this.abort());
    if (this.#isOver) this.settle();
    return await this.#readOn();
  }

  #readOn(): Promise<Uint8Array | undefined> {
    return this.#wire.read().then((octets) => {
      this.#octets += octets?.length ?? 0;
      return octets;
    });
  }

  get peerAddress(): string {
    return this.#wire.peerAddress;
  }

  get secure(): boolean {
    return this.#wire.secure;
  }

  get gone(): Promise<void> {
    return this.#wire.gone;
  }

  release(octets: Uint8Array): void {
    this.#wire.release(octets);
  }

  write(octets: Uint8Array): Promise<void> {
    return this.#wire.write(octets);
  }

  countAs(meter: Meter): void {
    this.#wire.countAs?.(meter);
  }

  closeWrite(): Promise<void> {
    return this.#wire.closeWrite();
  }

  startTls(last?: Uint8Array): Promise<void> {
    return this.#wire.startTls(last);
  }

  close(): void {
    this.#wire.close();
  }

  abort(): void {
    this.#wire.abort();
  }
}
