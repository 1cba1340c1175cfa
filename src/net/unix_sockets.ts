/**
 * Unix sockets on Deno's own: `node:net` of Deno 2.8.3 closes the descriptor of
 * each of its Unix sockets twice, and the second time it may be another thread's
 * by then, a database file's for one.
 *
 * While a read or write is pending, `close()` of Deno leaves the descriptor open
 * until the peer goes, so it is shut down first, by the descriptor that was new
 * when the connection was made.
 *
 * @module
 */
import { cLibrary } from "./descriptors/c_library.ts";
import { descriptorLimit } from "./descriptors/descriptor_limit.ts";

// bits/socket.h of Linux
const AF_UNIX = 1;
const SHUT_RDWR = 2;
const SOCKET_ADDRESS_OCTETS = 128; // sockaddr_storage
const PIECE_OCTETS = 16_384;

export class UnixListener {
  readonly #listener: Deno.UnixListener;
  readonly #path: string;
  /** Names that the kernel has for sockets that were here already. */
  #known: ReadonlySet<string>;

  /** @throws {Error} with a `code` when it cannot be bound there */
  constructor(path: string) {
    this.#listener = Deno.listen({ transport: "unix", path });
    this.#path = path;
    this.#known = new Set(descriptorsAt("getsockname", path).keys());
  }

  /** The next connection; undefined once it is closed. @throws {Error} when none can be had */
  async accept(): Promise<UnixConnection | undefined> {
    let connection: Deno.UnixConn;
    try {
      connection = await this.#listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return undefined;
      throw error;
    }
    const descriptors = descriptorsAt("getsockname", this.#path);
    const held = freshOf(descriptors, this.#known);
    this.#known = new Set(descriptors.keys());
    return new UnixConnection(connection, held);
  }

  /** Safe to repeat. */
  close(): void {
    try {
      this.#listener.close();
    } catch {
      // closed already
    }
  }
}

/** What the kernel calls a socket, and the descriptor that we have of it. */
interface Held {
  readonly name: string;
  readonly descriptor: number;
}

export class UnixConnection {
  readonly #connection: Deno.UnixConn;
  readonly #held: Held | undefined;
  #pending = 0; // reads and writes
  #closed = false;

  /** @throws {Error} with a `code` like ENOENT */
  static async connect(path: string): Promise<UnixConnection> {
    const known = new Set(descriptorsAt("getpeername", path).keys());
    const connection = await Deno.connect({ transport: "unix", path });
    const held = freshOf(descriptorsAt("getpeername", path), known);
    return new UnixConnection(connection, held);
  }

  /** @param held Without it, what is pending keeps the descriptor until the peer goes. */
  constructor(connection: Deno.UnixConn, held?: Held) {
    this.#connection = connection;
    this.#held = held;
  }

  /** The next octets, undefined at the end. @throws {Error} when it is lost or closed */
  async read(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(PIECE_OCTETS);
    this.#pending++;
    try {
      const count = await this.#connection.read(buffer);
      return count === null ? undefined : buffer.subarray(0, count);
    } finally {
      this.#pending--;
    }
  }

  /** Resolves when the kernel has all of it. @throws {Error} when it is lost or closed */
  async write(octets: Uint8Array): Promise<void> {
    this.#pending++;
    try {
      for (let at = 0; at < octets.length;) {
        at += await this.#connection.write(octets.subarray(at));
      }
    } finally {
      this.#pending--;
    }
  }

  /** Ends at once, whatever is pending; what was written can still be read. Safe to repeat. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pending > 0 && this.#held) shutDown(this.#held);
    this.#connection.close();
  }
}

function shutDown({ name, descriptor }: Held): void {
  if (nameOf(descriptor) === name) {
    cLibrary()?.shutdown(descriptor, SHUT_RDWR);
  }
}

function nameOf(descriptor: number): string | undefined {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined; // closed meanwhile
  }
}

/** Of Unix sockets that are bound or connected to this path, by the kernel's names. */
function descriptorsAt(end: End, path: string): Map<string, number> {
  const found = new Map<string, number>();
  const library = cLibrary();
  if (!library) return found;
  const limit = descriptorLimit(library);
  const address = new Uint8Array(SOCKET_ADDRESS_OCTETS);
  for (let descriptor = 0; descriptor < limit; descriptor++) {
    const size = new Uint32Array([SOCKET_ADDRESS_OCTETS]);
    if (library[end](descriptor, address, size) !== 0) continue;
    if (pathIn(address.subarray(0, size[0])) !== path) continue;
    const name = nameOf(descriptor);
    if (name !== undefined) found.set(name, descriptor);
  }
  return found;
}

type End = "getsockname" | "getpeername";

function freshOf(
  descriptors: ReadonlyMap<string, number>,
  known: ReadonlySet<string>,
): Held | undefined {
  for (const [name, descriptor] of descriptors) {
    if (!known.has(name)) return { name, descriptor };
  }
  return undefined;
}

/** Of a `sockaddr_un`; undefined of other addresses. */
function pathIn(address: Uint8Array<ArrayBuffer>): string | undefined {
  if (address.length < 2) return undefined;
  const [family] = new Uint16Array(address.buffer, 0, 1);
  if (family !== AF_UNIX) return undefined;
  const path = address.subarray(2);
  const length = path.indexOf(0);
  return new TextDecoder().decode(length < 0 ? path : path.subarray(0, length));
}
