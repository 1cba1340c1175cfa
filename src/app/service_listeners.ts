/**
 * Every port of the relay: opened at start, opened anew when an address
 * changes, served with each new certificate, closed at the end.
 *
 * @module
 */
import type { Socket } from "node:net";
import {
  type ListenerName,
  type ListenerRow,
  listenerRow,
  LISTENERS,
  type ListenersLike,
} from "../config/listener_table.ts";
import type { ListenAddress as Wanted } from "../config/network_kinds.ts";
import type { Config } from "../config/schema.ts";
import { takesIpv4Too } from "../net/dual_stack.ts";
import type { Sorter } from "../net/connection_sorter.ts";
import { bindReason } from "../net/bind_reason.ts";
import {
  formatAddress,
  type KeyPair,
  type ListenAddress,
  type Listener,
} from "../net/listener.ts";
import { NativeListener } from "../net/native_listener.ts";
import { SocketListener } from "../net/socket_listener.ts";

/** Where connections go. */
export interface ServiceHandlers {
  /** A TLS connection; its handshake may still be under way. */
  onNative(protocol: OwnProtocol, connection: Deno.TlsConn): void;
  onSocket(protocol: OwnProtocol, socket: Socket): void;
  onFault(name: ListenerName, error: unknown): void;
}

/** What those see that come over TLS. */
export interface ListenerChoice {
  /** As `NativeListener` asks. */
  keyPairFor(serverName: string, name: ListenerName): KeyPair;
  /** The one that is served there, whatever name is asked for; undefined: there are several. */
  onlyKeyPair(name: ListenerName): KeyPair | undefined;
  /** Has the whole of what connections begin with, where there are several. */
  sorter?(): Sorter;
  /** Protocols offered on the HTTPS port (RFC 7301 §3.1). */
  httpsAlpn(): readonly string[];
}

export interface ServiceListenersOptions {
  readonly handlers: ServiceHandlers;
  readonly choice: ListenerChoice;
}

/** What threads of their own bind, and tell of. */
export type ForeignListenerName = ListenersLike<{ protocol: "turn" }>;
/** Whether a row is bound here. */
export function isOwnListener(name: ListenerName): name is OwnListenerName {
  return listenerRow(name).protocol !== "turn";
}

/** What one process tells the next one of a socket. */
export interface BoundListener {
  readonly name: ListenerName;
  readonly wanted: Wanted;
  readonly address: ListenAddress;
}

/** What is bound here: a row for UDP does not compile until somebody binds it. */
export type OwnListenerName = Exclude<
  ListenersLike<{ transport: "tcp" }>,
  ForeignListenerName
>;
/** What connections that come here may speak. */
export type OwnProtocol = (typeof LISTENERS)[OwnListenerName]["protocol"];

export class BindFailure extends Error {
  override readonly name = "BindFailure";
  constructor(
    readonly listener: ListenerName,
    readonly at: string,
    readonly reason: string,
  ) {
    super(`Cannot listen for ${listener} on ${at}: ${reason}`);
  }
}

/** What the port for HTTPS is ready to speak (RFC 7301 §3.1). */
export function httpsAlpn({ http }: Config): readonly string[] {
  return http.alpnMail ? ["http/1.1", "imap", "smtp"] : ["http/1.1"];
}

interface Row extends ListenerRow {
  readonly protocol: OwnProtocol;
}

interface Open {
  readonly name: ListenerName;
  readonly wanted: Wanted;
  readonly listener: NativeListener | SocketListener;
}

export class ServiceListeners {
  readonly #options: ServiceListenersOptions;
  readonly #open: Open[] = [];
  readonly #foreign = new Map<ForeignListenerName, readonly ListenAddress[]>();
  #isGivenAway = false;
  #sorter: Sorter | undefined;
  /** Of what has not been asked for yet; `renewCertificates` has all asked anew. */
  choice: ListenerChoice;

  constructor(options: ServiceListenersOptions) {
    this.#options = options;
    this.choice = options.choice;
  }

  /** By name and address, for the watchdog. */
  all(): ReadonlyMap<string, Listener> {
    return new Map(this.#open.map(({ name, listener }) => [
      `${name} ${formatAddress(listener.address)}`,
      listener,
    ]));
  }

  /** Addresses that a service is bound to, with real ports. */
  bound(name: ListenerName): ListenAddress[] {
    return this.#open.filter((open) => open.name === name)
      .map(({ listener }) => listener.address)
      .concat(this.#foreign.get(name as ForeignListenerName) ?? []);
  }

  /** What a thread of its own listens at now. */
  tell(name: ForeignListenerName, addresses: readonly ListenAddress[]): void {
    this.#foreign.set(name, addresses);
  }

  /**
   * Resolves when each port has one socket, which stays as it is: of three, the
   * kernel would go on giving connections to one that is to close.
   */
  async settle(): Promise<void> {
    this.#isGivenAway = true;
    await Promise.all(this.#open.map(async ({ listener }) => {
      if (listener instanceof NativeListener) await listener.hold();
    }));
  }

  /** Every socket, for a process that is to bind the same beside it, once they are settled. */
  giveAway(): BoundListener[] {
    return this.#open.map(({ name, wanted, listener }) => ({
      name,
      wanted,
      address: listener.address,
    }));
  }

  /** Nobody has taken them. Resolves when they are as they are to be now. */
  async keep(): Promise<void> {
    this.#isGivenAway = false;
    for (const { listener } of this.#open) {
      if (listener instanceof NativeListener) listener.release();
    }
    await this.renewCertificates().catch(() => {}); // each tries until it can
  }

  /** Of all sockets. */
  get ports(): number[] {
    return [
      ...new Set(this.#open.map(({ listener }) => listener.address.port)),
    ];
  }

  /** Connections that all sockets have accepted so far. */
  get accepted(): number {
    return this.#open.reduce((sum, { listener }) => sum + listener.accepted, 0);
  }

  /** Binds what another process of the same user has bound. @throws {BindFailure} */
  async bindBeside(bound: readonly BoundListener[]): Promise<void> {
    for (const { name, wanted, address } of bound) {
      if (!isOwnListener(name)) continue; // its thread binds it anew
      try {
        const listener = await this.#listen(name, address);
        this.#open.push({ name, wanted, listener });
      } catch (error) {
        throw bindFailure(name, address, error);
      }
    }
  }

  /**
   * Makes this service listen on these addresses and no others. New ones are
   * open before old ones close; sessions stay.
   *
   * @throws {BindFailure} then nothing has changed
   */
  async apply(
    name: OwnListenerName,
    wanted: readonly Wanted[],
  ): Promise<void> {
    const current = this.#open.filter((open) => open.name === name);
    const fresh: Open[] = [];
    try {
      for (const address of wanted) {
        if (current.some((open) => isSame(open.wanted, address))) continue;
        fresh.push(...await this.#bind(name, address));
      }
    } catch (error) {
      for (const { listener } of fresh) await listener.close();
      throw error;
    }
    this.#open.push(...fresh);
    for (const open of current) {
      if (wanted.some((address) => isSame(open.wanted, address))) continue;
      this.#open.splice(this.#open.indexOf(open), 1);
      await open.listener.close();
    }
  }

  /** Resolves when every new connection gets what is chosen now, of all services or this one. */
  async renewCertificates(only?: ListenerName): Promise<void> {
    if (this.#isGivenAway) return; // the next process looks itself
    await Promise.all(this.#open.map(async ({ name, listener }) => {
      if (only !== undefined && name !== only) return;
      if (listener instanceof NativeListener) await listener.renew();
    }));
  }

  /**
   * Resolves when all that comes for HTTPS is sorted by this, or nothing any more.
   *
   * @throws {Deno.errors} when it cannot be bound again: that is tried until it can
   */
  async sortHttps(sorter: Sorter | undefined): Promise<void> {
    if (this.#sorter === sorter) return;
    this.#sorter = sorter;
    await this.renewCertificates("https");
  }

  /** Usually one socket; none where an optional address does not exist. */
  async #bind(name: OwnListenerName, wanted: Wanted): Promise<Open[]> {
    const { host, port, optional } = wanted;
    if (host === undefined) return await this.#bindAll(name, wanted);
    try {
      const address = { hostname: host, port };
      const listener = await this.#listenAlone(name, address);
      return [{ name, wanted, listener }];
    } catch (error) {
      if (optional && isWithoutIpv6(error)) return [];
      throw bindFailure(name, { hostname: host, port }, error);
    }
  }

  /** All addresses of both families, or of the one that the machine has. */
  async #bindAll(name: OwnListenerName, wanted: Wanted): Promise<Open[]> {
    const open: Open[] = [];
    let address = { hostname: "::", port: wanted.port };
    try {
      try {
        const listener = await this.#listenAlone(name, address);
        open.push({ name, wanted, listener });
        if (takesIpv4Too()) return open;
      } catch (error) {
        if (!isWithoutIpv6(error)) throw error;
      }
      address = { hostname: "0.0.0.0", port: wanted.port };
      const listener = await this.#listenAlone(name, address);
      return [...open, { name, wanted, listener }];
    } catch (error) {
      for (const { listener } of open) await listener.close();
      throw bindFailure(name, address, error);
    }
  }

  /** @throws when anybody else has the port */
  async #listenAlone(
    name: OwnListenerName,
    address: ListenAddress,
  ): Promise<NativeListener | SocketListener> {
    // of two sockets on one port, the kernel gives the narrower one what is for it
    if (!this.#has(name, address.port)) await checkFree(address);
    return await this.#listen(name, address);
  }

  /** On whatever address: nobody else can have the port then. */
  #has(name: OwnListenerName, port: number): boolean {
    return this.#open.some((open) =>
      open.name === name && open.listener.address.port === port
    );
  }

  #sorterOf(name: OwnListenerName): Sorter | undefined {
    if (LISTENERS[name].protocol === "http" && this.#sorter) {
      return this.#sorter;
    }
    const { onlyKeyPair, sorter } = this.choice;
    return onlyKeyPair(name) ? undefined : sorter?.();
  }

  async #listen(
    name: OwnListenerName,
    address: ListenAddress,
  ): Promise<NativeListener | SocketListener> {
    const { handlers } = this.#options;
    const { protocol, tls }: Row = LISTENERS[name];
    const onFault = (error: unknown) => handlers.onFault(name, error);
    if (tls === "implicit") {
      return new NativeListener({
        address,
        keyPairFor: (serverName) => this.choice.keyPairFor(serverName, name),
        onlyKeyPair: () => this.choice.onlyKeyPair(name),
        onFault,
        ...(protocol === "http" ? { alpn: () => this.choice.httpsAlpn() } : {}),
        sorter: () => this.#sorterOf(name),
        onConnection: (connection) => handlers.onNative(protocol, connection),
      });
    }
    return await SocketListener.open({
      address,
      onFault,
      onSocket: (socket) => handlers.onSocket(protocol, socket),
      // whoever has asked may say that this was all, and still be answered
      allowHalfOpen: protocol !== "imap",
    });
  }
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.host === b.host && a.port === b.port;
}

/** Since a listener shares its port, a second server would not notice. */
async function checkFree(address: ListenAddress): Promise<void> {
  if (address.port === 0) return;
  const probe = await SocketListener.open({
    address,
    exclusive: true,
    onFault() {},
    onSocket: (socket) => socket.destroy(),
  });
  await probe.close();
}

/** `node:net` of Deno says EINVAL where the system says EADDRNOTAVAIL. */
function isWithoutIpv6(error: unknown): boolean {
  return error instanceof Error &&
    /EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL|Address family not supported/.test(
      `${(error as NodeJS.ErrnoException).code} ${error.message}`,
    );
}

function bindFailure(
  name: ListenerName,
  address: ListenAddress,
  error: unknown,
): BindFailure {
  const reason = bindReason(error, address.port, `listen.${name}`);
  return new BindFailure(name, formatAddress(address), reason);
}
