/**
 * Ends TCP connections by force, by the descriptor behind a native connection,
 * which Deno does not tell: it is the one with these two addresses. While a
 * handshake or a write is pending, `close()` of Deno 2.8.3 leaves the socket open
 * until the peer goes; after shutdown(2) it is freed at once.
 *
 * What the peer has not taken is thrown away with it (RST): a peer that reads
 * nothing holds no memory of the kernel either.
 *
 * @module
 */
import { type CLibrary, cLibrary } from "./c_library.ts";
import { descriptorLimit } from "./descriptor_limit.ts";

export interface Endpoints {
  readonly local: Deno.NetAddr;
  readonly remote: Deno.NetAddr;
}

// bits/socket.h and asm/socket.h of Linux on x86-64 and aarch64
const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const SHUT_RDWR = 2;
const LINGER_NONE = new Int32Array([1, 0]); // close(2) then sends RST

// Peers that fall silent together reach their deadline together: one look at all
// descriptors serves all. It takes 15 ms for ten thousand, so it is not often.
const GATHER_MS = 20;
const PERIOD_MS = 500;
const SOCKET_ADDRESS_OCTETS = 128; // sockaddr_storage

interface Waiting {
  /** Port and address, as `SocketAddress` reads them. */
  readonly local: string;
  readonly remote: string;
  done(found: boolean): void;
}

/** What is to be reset, by the peer's port. */
let waiting = new Map<number, Waiting[]>();
let lookedAt = -PERIOD_MS;

/**
 * Resolves when the connection is reset, and then its owner closes it; false if
 * there is none with these addresses, or no means to reset it.
 */
export function resetConnection(
  { local, remote }: Endpoints,
): Promise<boolean> {
  const library = cLibrary();
  if (!library) return Promise.resolve(false);
  const reader = new SocketAddress(library);
  if (waiting.size === 0) {
    const pauseMs = lookedAt + PERIOD_MS - performance.now();
    setTimeout(() => resetAll(library), Math.max(GATHER_MS, pauseMs));
  }
  return new Promise((done) => {
    const one = {
      local: reader.nameOf(local),
      remote: reader.nameOf(remote),
      done,
    };
    const same = waiting.get(remote.port);
    if (same) same.push(one);
    else waiting.set(remote.port, [one]);
  });
}

function resetAll(library: CLibrary): void {
  const wanted = waiting;
  waiting = new Map();
  lookedAt = performance.now();
  const address = new SocketAddress(library);
  const limit = descriptorLimit(library);
  for (let descriptor = 0; descriptor < limit; descriptor++) {
    if (!address.readRemote(descriptor)) continue;
    const same = wanted.get(address.port);
    if (!same) continue;
    const remote = address.name;
    const at = same.findIndex((one) =>
      one.remote === remote && address.readLocal(descriptor) &&
      address.name === one.local
    );
    const [found] = at < 0 ? [] : same.splice(at, 1);
    if (!found) continue;
    library.setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_LINGER,
      LINGER_NONE,
      LINGER_NONE.byteLength,
    );
    found.done(library.shutdown(descriptor, SHUT_RDWR) === 0);
  }
  for (const { done } of [...wanted.values()].flat()) done(false);
}

/** A `sockaddr_in` or `sockaddr_in6`. */
class SocketAddress {
  readonly #octets = new Uint8Array(SOCKET_ADDRESS_OCTETS);
  readonly #view = new DataView(this.#octets.buffer);
  readonly #size = new Uint32Array(1);

  constructor(readonly library: CLibrary) {}

  /** False if the descriptor is no connected socket. */
  readRemote(descriptor: number): boolean {
    this.#size[0] = SOCKET_ADDRESS_OCTETS;
    return this.library.getpeername(descriptor, this.#octets, this.#size) ===
        0 && this.#isInternet();
  }

  readLocal(descriptor: number): boolean {
    this.#size[0] = SOCKET_ADDRESS_OCTETS;
    return this.library.getsockname(descriptor, this.#octets, this.#size) ===
        0 && this.#isInternet();
  }

  get port(): number {
    return this.#view.getUint16(2);
  }

  /** Port and address; an IPv4 address as the IPv6 address it is mapped to (RFC 4291 §2.5.5.2). */
  get name(): string {
    return this.#family === AF_INET
      ? `${this.port} ${MAPPED}${this.#octets.subarray(4, 8).toHex()}`
      : `${this.port} ${this.#octets.subarray(8, 24).toHex()}`;
  }

  /** The same of an address as Deno writes it. */
  nameOf({ hostname, port }: Deno.NetAddr): string {
    const isIpv6 = hostname.includes(":");
    const octets = new Uint8Array(isIpv6 ? 16 : 4);
    const text = new TextEncoder().encode(`${hostname}\0`);
    this.library.inet_pton(isIpv6 ? AF_INET6 : AF_INET, text, octets);
    return `${port} ${isIpv6 ? "" : MAPPED}${octets.toHex()}`;
  }

  get #family(): number {
    return new Uint16Array(this.#octets.buffer, 0, 1)[0]!;
  }

  #isInternet(): boolean {
    return this.#family === AF_INET || this.#family === AF_INET6;
  }
}

const MAPPED = "00000000000000000000ffff";
