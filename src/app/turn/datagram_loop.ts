/**
 * Datagrams of all sockets of a thread by calls of the C library: one call waits
 * for all of them, and each datagram is taken and sent on without a promise.
 *
 * While datagrams come the thread waits in that call, at most `BUSY_WAIT_MS`, and
 * lets everything else have its turn in between. When none has come for a
 * while it waits on a thread of its own.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import {
  MAX_ADDRESS_OCTETS,
  type SocketCalls,
  socketCalls,
  withDescriptor,
} from "../../net/descriptors/socket_calls.ts";
import { HEADROOM } from "../../turn/server/ports.ts";
import {
  encodeAddress,
  portOf,
  type Source,
  Sources,
} from "./socket_addresses.ts";

// sys/epoll.h
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
/** struct epoll_event is packed on this kind of machine alone. */
const EVENT_OCTETS = Deno.build.arch === "x86_64" ? 12 : 16;
const DATA_AT = Deno.build.arch === "x86_64" ? 4 : 8;

const MSG_DONTWAIT = 0x40; // sys/socket.h
const MAX_DATAGRAM_OCTETS = 65_535;
const MAX_EVENTS = 256;
/** Of one socket, before others have their turn. */
const MAX_AT_ONCE = 32;
/** How long what else the thread does waits for datagrams, and they for it. */
const BUSY_WAIT_MS = 2;
const TURN_MS = 2;
const BUSY_MS = 20;
const IDLE_WAIT_MS = 500;

/**
 * @param buffer Holds the datagram from `HEADROOM` on, until it returns.
 */
export type Take = (
  buffer: Uint8Array<ArrayBuffer>,
  size: number,
  from: Source,
) => void;

export interface LoopSocket {
  /** @param address As `Source.octets`. */
  send(octets: Uint8Array, address: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

interface Entry {
  readonly descriptor: number;
  readonly take: Take;
  readonly maxOctets: number;
}

export class DatagramLoop {
  readonly #calls: SocketCalls;
  readonly #poll: number;
  readonly #onBug: (error: unknown) => void;
  readonly #entries = new Map<number, Entry>();
  readonly #sources = new Sources();
  readonly #buffer = new Uint8Array(HEADROOM + MAX_DATAGRAM_OCTETS);
  readonly #datagram = this.#buffer.subarray(HEADROOM);
  readonly #address = new Uint8Array(MAX_ADDRESS_OCTETS);
  readonly #addressSize = new Uint32Array(1);
  readonly #events = new Uint8Array(MAX_EVENTS * EVENT_OCTETS);
  readonly #eventView = new DataView(this.#events.buffer);
  #isRunning = false;

  private constructor(
    calls: SocketCalls,
    poll: number,
    onBug: (error: unknown) => void,
  ) {
    this.#calls = calls;
    this.#poll = poll;
    this.#onBug = onBug;
  }

  /**
   * undefined where the C library cannot be called.
   *
   * @param poll See `sharedPoll()`; no other thread that runs has it.
   */
  static open(
    poll: number | undefined,
    onBug: (error: unknown) => void,
  ): DatagramLoop | undefined {
    const calls = socketCalls();
    if (!calls || poll === undefined) return undefined;
    return new DatagramLoop(calls, poll, onBug);
  }

  /**
   * What comes to the socket goes to `take`, cut short at `maxOctets`; Deno still owns it, and closes it
   * with the thread.
   *
   * @returns The socket alone when it cannot be served this way.
   * @throws What `bind` throws.
   */
  add(
    bind: () => Deno.DatagramConn,
    take: Take,
    maxOctets: number,
  ): LoopSocket | { readonly denied: Deno.DatagramConn } {
    const { opened, descriptor } = withDescriptor(
      this.#calls,
      bind,
      (address, { addr }) => isAddress(address, addr as Deno.NetAddr),
    );
    if (descriptor === undefined || !this.#watch(descriptor)) {
      return { denied: opened };
    }
    const entry = { descriptor, take, maxOctets };
    this.#entries.set(descriptor, entry);
    if (!this.#isRunning) void this.#run();
    return {
      send: (octets, address) => {
        // another socket may have the descriptor when this one is closed
        if (this.#entries.get(descriptor) !== entry) return;
        this.#calls.sendto(
          descriptor,
          octets as Uint8Array<ArrayBuffer>, // no memory of ours is shared
          octets.length,
          MSG_DONTWAIT,
          address,
          address.length,
        );
      },
      close: () => {
        if (this.#entries.get(descriptor) === entry) {
          this.#entries.delete(descriptor);
        }
        opened.close();
      },
    };
  }

  #watch(descriptor: number): boolean {
    const event = new Uint8Array(EVENT_OCTETS);
    const view = new DataView(event.buffer);
    view.setUint32(0, EPOLLIN, true);
    view.setInt32(DATA_AT, descriptor, true);
    const { epoll_ctl } = this.#calls;
    return epoll_ctl(this.#poll, EPOLL_CTL_ADD, descriptor, event) === 0;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let busyUntilMs = 0;
    while (this.#entries.size > 0) {
      const startedMs = performance.now();
      const waitMs = startedMs < busyUntilMs ? BUSY_WAIT_MS : 0;
      let nowMs = startedMs;
      do {
        const ready = this.#wait(waitMs);
        nowMs = performance.now();
        if (ready <= 0) break;
        busyUntilMs = nowMs + BUSY_MS;
        this.#serve(ready);
      } while (nowMs - startedMs < TURN_MS);
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (nowMs >= busyUntilMs) await this.#waitElsewhere();
    }
    this.#isRunning = false;
  }

  #wait(timeoutMs: number): number {
    const { epoll_wait } = this.#calls;
    return epoll_wait(this.#poll, this.#events, MAX_EVENTS, timeoutMs);
  }

  /** What is ready is asked for again. */
  async #waitElsewhere(): Promise<void> {
    const events = new Uint8Array(EVENT_OCTETS);
    await this.#calls.wait_elsewhere(this.#poll, events, 1, IDLE_WAIT_MS);
  }

  #serve(ready: number): void {
    for (let at = 0; at < ready; at++) {
      const descriptor = this.#eventView.getInt32(
        at * EVENT_OCTETS + DATA_AT,
        true,
      );
      const entry = this.#entries.get(descriptor);
      if (entry) this.#receive(entry);
    }
  }

  #receive(entry: Entry): void {
    const { recvfrom } = this.#calls;
    const { descriptor, take, maxOctets } = entry;
    for (let taken = 0; taken < MAX_AT_ONCE; taken++) {
      this.#addressSize[0] = MAX_ADDRESS_OCTETS;
      const size = recvfrom(
        descriptor,
        this.#datagram,
        maxOctets,
        MSG_DONTWAIT,
        this.#address,
        this.#addressSize,
      );
      if (size < 0) return;
      try {
        take(this.#buffer, size, this.#sources.find(this.#address));
      } catch (error) {
        this.#onBug(error);
      }
      // it may have been closed by what came
      if (this.#entries.get(descriptor) !== entry) return;
    }
  }
}

function isAddress(
  octets: Uint8Array,
  { hostname, port }: Deno.NetAddr,
): boolean {
  const expected = encodeAddress({ hostname, port });
  return expected !== undefined && portOf(octets) === port &&
    octets.length === expected.length &&
    expected.every((octet, at) => octets[at] === octet);
}
