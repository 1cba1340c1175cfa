/**
 * A TLS listener on Deno's own sockets, whose certificate is chosen by the name
 * that a client asks for (RFC 6066 §3).
 *
 * Deno asks once for each name, and knows the answer as long as the socket is
 * open: what is to be answered anew is answered by a second socket on the same
 * port (SO_REUSEPORT) before the first one closes.
 *
 * @module
 */
import type {
  KeyPair,
  ListenAddress,
  Listener,
  ListenerEvents,
} from "./listener.ts";
import { withOptions } from "./listening_options.ts";

const BACKLOG = 4096; // a crowd may come at once
const PAUSE_AFTER_FAILURE_MS = 100; // out of descriptors: let some close
// The kernel gives the replaced socket connections until it is closed, and
// resets those it still holds then: so it goes on until none come for a moment.
const QUIET_BEFORE_CLOSE_MS = 20;
const LONGEST_OVERLAP_MS = 2000;
const RETRY_SWAP_MS = 1000;
/** Names that one socket knows, at some 4 KB each: strangers may ask for any. */
const MAX_NAMES = 2000;
/** How Deno 2.8 is told who chooses; a test notices when it goes. */
const CHOICE = Symbol.for("unstableSniResolver");

export interface NativeListenerOptions extends ListenerEvents {
  readonly address: ListenAddress;
  /** What a client gets that asks for this name; "": it says none. Never throws. */
  keyPairFor(serverName: string): KeyPair;
  /** Protocols that clients may ask for (RFC 7301 §3.1); without it, what they offer is ignored. */
  alpn?(): readonly string[];
  onConnection(connection: Deno.TlsConn): void;
}

export class NativeListener implements Listener {
  readonly #options: NativeListenerOptions;
  #socket: Deno.TlsListener;
  #accepting: Promise<void>;
  #accepted = 0;
  #closed = false;
  #swapping: Promise<void> = Promise.resolve();

  /** @throws {Deno.errors} when the address cannot be bound */
  constructor(options: NativeListenerOptions) {
    this.#options = options;
    this.#socket = this.#bind(options.address);
    this.#accepting = this.#accept(this.#socket);
  }

  get address(): ListenAddress {
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    return { hostname, port };
  }

  get accepted(): number {
    return this.#accepted;
  }

  /**
   * Resolves when no new connection gets an earlier key pair or protocol.
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

  close(): Promise<void> {
    this.#closed = true;
    this.#socket.close();
    return Promise.resolve();
  }

  /** Resolves when the old socket is closed. */
  async #swap(): Promise<void> {
    if (this.#closed) return;
    const old = this.#socket;
    const oldEnds = this.#accepting;
    this.#socket = this.#bind(this.address);
    this.#accepting = this.#accept(this.#socket);
    await this.#retire(old);
    await oldEnds; // then the runtime has let go of the socket
  }

  #renewUnasked(): void {
    this.renew().catch((error) => this.#options.onFault(error));
  }

  async #retire(old: Deno.TlsListener): Promise<void> {
    const end = performance.now() + LONGEST_OVERLAP_MS;
    let before: number;
    do {
      before = this.#accepted;
      await new Promise((resolve) =>
        setTimeout(resolve, QUIET_BEFORE_CLOSE_MS)
      );
    } while (this.#accepted !== before && performance.now() < end);
    old.close();
  }

  async #accept(socket: Deno.TlsListener): Promise<void> {
    while (true) {
      try {
        const connection = await socket.accept();
        this.#accepted++;
        this.#options.onConnection(connection);
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return; // closed
        this.#options.onFault(error);
        await new Promise((resolve) =>
          setTimeout(resolve, PAUSE_AFTER_FAILURE_MS)
        );
      }
    }
  }

  #bind({ hostname, port }: ListenAddress): Deno.TlsListener {
    const { alpn, keyPairFor } = this.#options;
    let names = 0;
    const choose = (serverName: string) => {
      if (++names === MAX_NAMES) this.#renewUnasked();
      const { chainPem, keyPem } = keyPairFor(serverName);
      return { cert: chainPem, key: keyPem };
    };
    const options = {
      hostname,
      port,
      reusePort: true,
      tcpBacklog: BACKLOG,
      ...(alpn ? { alpnProtocols: [...alpn()] } : {}),
      [CHOICE]: choose,
    };
    // the types of Deno know of no choice
    return withOptions(() =>
      Deno.listenTls(
        options as unknown as Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem,
      )
    );
  }
}
