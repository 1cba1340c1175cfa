/**
 * A TLS listener on Deno's own sockets. A new certificate is served by a
 * second socket on the same port (SO_REUSEPORT) before the first one closes.
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

export interface NativeListenerOptions extends ListenerEvents {
  readonly address: ListenAddress;
  readonly keyPair: KeyPair;
  /** Protocols that clients may ask for (RFC 7301 §3.1); without any, what they offer is ignored. */
  readonly alpn?: readonly string[];
  onConnection(connection: Deno.TlsConn): void;
}

export class NativeListener implements Listener {
  readonly #options: NativeListenerOptions;
  #keyPair: KeyPair;
  #socket: Deno.TlsListener;
  #accepting: Promise<void>;
  #accepted = 0;

  /** @throws {Deno.errors} when the address cannot be bound */
  constructor(options: NativeListenerOptions) {
    this.#options = options;
    this.#keyPair = options.keyPair;
    this.#socket = bind(options, options.address, options.keyPair);
    this.#accepting = this.#accept(this.#socket);
  }

  get address(): ListenAddress {
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    return { hostname, port };
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** Resolves when no new connection gets the old one. */
  async replaceCertificate(keyPair: KeyPair): Promise<void> {
    this.#keyPair = keyPair;
    await this.#swap();
  }

  async reopen(): Promise<void> {
    await this.#swap();
  }

  close(): Promise<void> {
    this.#socket.close();
    return Promise.resolve();
  }

  /** Resolves when the old socket is closed. */
  async #swap(): Promise<void> {
    const old = this.#socket;
    const oldEnds = this.#accepting;
    this.#socket = bind(this.#options, this.address, this.#keyPair);
    this.#accepting = this.#accept(this.#socket);
    await this.#retire(old);
    await oldEnds; // then the runtime has let go of the socket
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
}

function bind(
  { alpn }: NativeListenerOptions,
  { hostname, port }: ListenAddress,
  { chainPem, keyPem }: KeyPair,
): Deno.TlsListener {
  return withOptions(() =>
    Deno.listenTls({
      hostname,
      port,
      cert: chainPem,
      key: keyPem,
      reusePort: true,
      tcpBacklog: BACKLOG,
      ...(alpn ? { alpnProtocols: [...alpn] } : {}),
    })
  );
}
