/**
 * A TLS listener on Deno's own sockets, whose certificate is chosen by the name
 * that a client asks for (RFC 6066 §3).
 *
 * Deno asks once for each name, and knows the answer as long as the socket is
 * open: what is to be answered anew is answered by a second socket on the same
 * port (SO_REUSEPORT) before the first one closes.
 *
 * Deno 2.8 breaks off a handshake for which it has to ask when the ClientHello
 * comes in more than one piece, as a long one does over a network. So it is not
 * asked where there is one key pair for all, and where there are several a
 * sorter hands it the ClientHello whole.
 *
 * @module
 */
import type { Sorter } from "./connection_sorter.ts";
import { waitingAt } from "./descriptors/accept_queue.ts";
import { areOpen, begunHandshakes } from "./descriptors/begun_handshakes.ts";
import type {
  KeyPair,
  ListenAddress,
  Listener,
  ListenerEvents,
} from "./listener.ts";
import { withOptions } from "./listening_options.ts";
import { acceptAll, type Accepting } from "./loop/accepting.ts";

export const BACKLOG = 4096; // a crowd may come at once
// The kernel resets what a socket still holds when it is closed: so the replaced
// one goes on until all that it holds is accepted, and nobody has come for
// longer than the way to most clients and back, from where a handshake that was
// begun there ends; and until those have ended that had been begun.
const QUIET_BEFORE_CLOSE_MS = 300;
const LONGEST_OVERLAP_MS = 2000;
const LOOK_MS = 20;
const RETRY_SWAP_MS = 1000;
/** Names that one socket knows, at some 4 KB each: strangers may ask for any. */
const MAX_NAMES = 2000;
/** What is sorted is joined with a port there. */
const LOOPBACK: ListenAddress = { hostname: "127.0.0.1", port: 0 };
/** How Deno 2.8 is told who chooses; a test notices when it goes. */
const CHOICE = Symbol.for("unstableSniResolver");

export interface NativeListenerOptions extends ListenerEvents {
  readonly address: ListenAddress;
  /** What a client gets that asks for this name; "": it says none. Never throws. */
  keyPairFor(serverName: string): KeyPair;
  /** What all get, if that is one; asked at each `renew`. Never throws. */
  onlyKeyPair?(): KeyPair | undefined;
  /** Protocols that clients may ask for (RFC 7301 §3.1); without it, what they offer is ignored. */
  alpn?(): readonly string[];
  /** Who looks at connections before TLS begins; asked at each `renew`. */
  sorter?(): Sorter | undefined;
  onConnection(connection: Deno.TlsConn): void;
}

/** What is bound at one time. */
interface Bound {
  readonly address: ListenAddress;
  /** Connections that it has accepted. */
  accepted(): number;
  /** Connections that it has still to accept, where the system says so. */
  waiting(): number;
  /** Resolves when the runtime has let go of the port. */
  readonly ended: Promise<void>;
  close(): void;
}

export class NativeListener implements Listener {
  readonly #options: NativeListenerOptions;
  #bound: Bound;
  #accepted = 0;
  #closed = false;
  #isHeld = false;
  #swapping: Promise<void> = Promise.resolve();

  /** @throws {Deno.errors} when the address cannot be bound */
  constructor(options: NativeListenerOptions) {
    this.#options = options;
    this.#bound = this.#bind(options.address);
  }

  get address(): ListenAddress {
    return this.#bound.address;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /**
   * Resolves when no new connection gets an earlier key pair, protocol or sorter.
   *
   * @throws {Deno.errors} when it cannot be bound again: that is tried until it can
   */
  async renew(): Promise<void> {
    const swapped = this.#swapping.then(() => this.#swap());
    this.#swapping = swapped.catch(() => {
      setTimeout(() => this.#renewUnasked(), RETRY_SWAP_MS);
    });
    await swapped;
  }

  reopen(): Promise<void> {
    return this.renew();
  }

  /**
   * Resolves when the port has one socket, which then stays: another process
   * may bind beside it, as the second one.
   */
  async hold(): Promise<void> {
    this.#isHeld = true;
    await this.#swapping;
  }

  /** Nobody has bound beside it. What was to be renewed meanwhile still is to be. */
  release(): void {
    this.#isHeld = false;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#bound.close();
    return Promise.resolve();
  }

  /** Resolves when the old socket is closed. */
  async #swap(): Promise<void> {
    if (this.#closed || this.#isHeld) return;
    const old = this.#bound;
    this.#bound = this.#bind(this.address);
    await this.#retire(old);
    await old.ended;
  }

  #renewUnasked(): void {
    this.renew().catch((error) => this.#options.onFault(error));
  }

  /** By looks, not by the clock: in a process that was held up, something is accepted between two of them. */
  async #retire(old: Bound): Promise<void> {
    const { port } = old.address;
    const begun = await begunHandshakes([port]);
    let seen = old.accepted();
    let quietMs = 0;
    for (
      let waitedMs = 0;
      waitedMs < LONGEST_OVERLAP_MS && quietMs < QUIET_BEFORE_CLOSE_MS;
      waitedMs += LOOK_MS
    ) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const isQuiet = old.accepted() === seen && old.waiting() === 0;
      quietMs = isQuiet ? quietMs + LOOK_MS : 0;
      seen = old.accepted();
      const isOver = quietMs >= QUIET_BEFORE_CLOSE_MS;
      // one whose last packet was lost is asked for it again after a second
      if (isOver && await areOpen(begun)) quietMs = 0;
    }
    old.close();
  }

  #accept<Conn>(
    socket: Accepting<Conn>,
    take: (connection: Conn) => void,
  ): Promise<void> {
    return acceptAll(
      socket,
      take,
      (error) => this.#options.onFault(error),
    );
  }

  #bind(address: ListenAddress): Bound {
    const sorter = this.#options.sorter?.();
    if (sorter) return this.#bindSorted(address, sorter);
    let accepted = 0;
    const descriptors: number[] = [];
    const socket = this.#listenTls(address, descriptors);
    const ended = this.#accept(socket, (connection) => {
      accepted++;
      this.#accepted++;
      this.#options.onConnection(connection);
    });
    return {
      address: addressOf(socket),
      accepted: () => accepted,
      waiting: () => waitingAt(descriptors),
      ended,
      close: () => socket.close(),
    };
  }

  /** The port is one without TLS, and TLS is on another one, for what is sorted. */
  #bindSorted(address: ListenAddress, sorter: Sorter): Bound {
    const service = this.#listenTls(LOOPBACK);
    const descriptors: number[] = [];
    const socket = this.#listenPlain(address, service, descriptors);
    let accepted = 0;
    let expected = 0; // that the service has still to accept
    void this.#accept(service, (connection) => {
      expected--;
      this.#options.onConnection(connection);
    });
    const sorting = new Set<Promise<void>>();
    const ended = this.#accept(socket, (connection) => {
      accepted++;
      this.#accepted++;
      const sorted = sorter.sort(connection, addressOf(service)).then(
        (isMore) => {
          if (isMore) expected++;
          sorting.delete(sorted);
        },
      );
      sorting.add(sorted);
    });
    const close = () => {
      socket.close();
      void ended.then(async () => {
        while (sorting.size > 0) await Promise.all(sorting);
        await until(() => expected <= 0);
        service.close();
      });
    };
    return {
      address: addressOf(socket),
      accepted: () => accepted,
      waiting: () => waitingAt(descriptors),
      ended,
      close,
    };
  }

  /** @throws {Deno.errors} then the service is closed, too */
  #listenPlain(
    { hostname, port }: ListenAddress,
    service: Deno.TlsListener,
    descriptors: number[],
  ): Deno.TcpListener {
    const options = { hostname, port, reusePort: true, tcpBacklog: BACKLOG };
    try {
      return withOptions(
        () => Deno.listen(options),
        (found) => descriptors.push(...found),
      );
    } catch (error) {
      service.close();
      throw error;
    }
  }

  /** @param descriptors Gets those of the socket. */
  #listenTls(
    { hostname, port }: ListenAddress,
    descriptors: number[] = [],
  ): Deno.TlsListener {
    const { alpn, onlyKeyPair } = this.#options;
    const only = onlyKeyPair?.();
    const options = {
      hostname,
      port,
      reusePort: true,
      tcpBacklog: BACKLOG,
      ...(alpn ? { alpnProtocols: [...alpn()] } : {}),
      ...(only ? optionsOf(only) : { [CHOICE]: this.#choice() }),
    };
    // the types of Deno know of no choice
    return withOptions(
      () =>
        Deno.listenTls(
          options as unknown as Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem,
        ),
      (found) => descriptors.push(...found),
    );
  }

  #choice() {
    let names = 0;
    return (serverName: string) => {
      if (++names === MAX_NAMES) this.#renewUnasked();
      return optionsOf(this.#options.keyPairFor(serverName));
    };
  }
}

function optionsOf({ chainPem, keyPem }: KeyPair) {
  return { cert: chainPem, key: keyPem };
}

function addressOf({ addr }: Pick<Deno.Listener, "addr">): ListenAddress {
  const { hostname, port } = addr as Deno.NetAddr;
  return { hostname, port };
}

/** Resolves when it is so, or after some seconds, of which there are as many looks. */
async function until(isSo: () => boolean): Promise<void> {
  for (
    let waitedMs = 0;
    !isSo() && waitedMs < LONGEST_OVERLAP_MS;
    waitedMs += LOOK_MS
  ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
