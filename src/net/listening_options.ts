/**
 * Options of TCP for listeners, where Deno has no method for them: set by
 * setsockopt(2) of the C library. Linux passes them on from a listening socket to
 * what it accepts, so they are set once.
 *
 * TCP_NODELAY: without it a TLS 1.3 server's session tickets hold back the
 * greeting behind them until the client's delayed acknowledgement, 40 ms later,
 * at every login.
 *
 * TCP_NOTSENT_LOWAT: without it the kernel takes 4 MB for a peer, and says that
 * there is room again when a third of them has gone. A peer that reads slowly
 * then looks for minutes like one that does not read at all.
 *
 * SO_ATTACH_REUSEPORT_CBPF: of two sockets on one port, the kernel would give each
 * a part of the connections, and reset those that the first one still holds when
 * it closes. With this filter the second one gets all, so that the first is
 * empty before it closes: when a certificate is replaced, and when the next
 * process takes over.
 *
 * @module
 */
import { type CLibrary, cLibrary } from "./descriptors/c_library.ts";

const IPPROTO_TCP = 6; // netinet/in.h
// asm-generic/socket.h
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
// linux/tcp.h
const TCP_NODELAY = 1;
const TCP_NOTSENT_LOWAT = 25;

// linux/filter.h: what is returned is the place among the sockets of the port; while
// there is no such place, the kernel chooses as it does without a filter
const RETURN_1 = { code: 0x06, jumpIfTrue: 0, jumpIfFalse: 0, value: 1 };
const INSTRUCTION_OCTETS = 8;
const PROGRAM_OCTETS = 16;

const MAX_UNSENT_OCTETS = 128 * 1024;
const DESCRIPTORS = "/proc/self/fd";

/**
 * Runs `bind` and sets the options on the sockets that it opened, where the system lets us.
 *
 * @param onDescriptors Gets those that have been opened, by other threads, too.
 */
export function withOptions<Opened>(
  bind: () => Opened,
  onDescriptors?: (descriptors: readonly number[]) => void,
): Opened {
  const library = cLibrary();
  if (!library) return bind();
  const before = new Set(listSockets().values());
  const opened = bind();
  const descriptors = setOnNew(library, before);
  onDescriptors?.(descriptors);
  return opened;
}

/** The same for what is bound later; other sockets opened meanwhile may get them too. */
export async function withOptionsAsync<Opened>(
  bind: () => Promise<Opened>,
): Promise<Opened> {
  const library = cLibrary();
  if (!library) return await bind();
  const before = new Set(listSockets().values());
  const opened = await bind();
  setOnNew(library, before);
  return opened;
}

const SO_RCVBUF = 8; // asm-generic/socket.h
const SO_RCVBUFFORCE = 33; // for who may go past net.core.rmem_max
const IPPROTO_UDP = 17;
const UDP_CORK = 1; // linux/udp.h

/**
 * For sockets of datagrams: what comes while the thread does something else is
 * kept by the kernel up to so many octets, or as many as it allows.
 */
export function withReceiveBuffer<Opened>(
  octets: number,
  bind: () => Opened,
): Opened {
  const library = cLibrary();
  if (!library) return bind();
  const before = new Set(listSockets().values());
  const opened = bind();
  for (const [descriptor, socket] of listSockets()) {
    if (before.has(socket)) continue;
    const isUdp = setOption(library, descriptor, IPPROTO_UDP, UDP_CORK, 0);
    if (!isUdp) continue; // another thread's, opened meanwhile
    setOption(library, descriptor, SOL_SOCKET, SO_RCVBUF, octets);
    setOption(library, descriptor, SOL_SOCKET, SO_RCVBUFFORCE, octets);
  }
  return opened;
}

function setOption(
  { setsockopt }: CLibrary,
  descriptor: number,
  level: number,
  option: number,
  value: number,
): boolean {
  const octets = new Int32Array([value]);
  return setsockopt(descriptor, level, option, octets, octets.byteLength) === 0;
}

/** Gives the descriptors of the new ones. */
function setOnNew(library: CLibrary, before: ReadonlySet<string>): number[] {
  const found: number[] = [];
  for (const [descriptor, socket] of listSockets()) {
    if (before.has(socket)) continue;
    found.push(descriptor);
    // On anything but a TCP socket the calls fail and change nothing.
    setOption(library, descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(
      library,
      descriptor,
      IPPROTO_TCP,
      TCP_NOTSENT_LOWAT,
      MAX_UNSENT_OCTETS,
    );
    preferTheSecond(library, descriptor);
  }
  return found;
}

/** Of the sockets on the port of this one, if it shares it (SO_REUSEPORT). */
function preferTheSecond({ setsockopt }: CLibrary, descriptor: number): void {
  const { code, jumpIfTrue, jumpIfFalse, value } = RETURN_1;
  // struct sock_fprog (how many instructions, and where), and behind it the one struct
  // sock_filter: in one buffer, which the call holds
  const octets = new Uint8Array(PROGRAM_OCTETS + INSTRUCTION_OCTETS);
  const program = new DataView(octets.buffer);
  const instruction = Deno.UnsafePointer.of(octets.subarray(PROGRAM_OCTETS));
  program.setBigUint64(0, 1n, true);
  program.setBigUint64(8, BigInt(Deno.UnsafePointer.value(instruction)), true);
  program.setUint16(PROGRAM_OCTETS, code, true);
  program.setUint8(PROGRAM_OCTETS + 2, jumpIfTrue);
  program.setUint8(PROGRAM_OCTETS + 3, jumpIfFalse);
  program.setUint32(PROGRAM_OCTETS + 4, value, true);
  setsockopt(
    descriptor,
    SOL_SOCKET,
    SO_ATTACH_REUSEPORT_CBPF,
    octets,
    PROGRAM_OCTETS,
  );
}

/** Descriptors of sockets, each with the name that the kernel has for the socket. */
function listSockets(): Map<number, string> {
  const sockets = new Map<number, string>();
  for (const { name } of Deno.readDirSync(DESCRIPTORS)) {
    try {
      const target = Deno.readLinkSync(`${DESCRIPTORS}/${name}`);
      if (target.startsWith("socket:")) sockets.set(Number(name), target);
    } catch {
      // closed meanwhile, as the one that lists the directory is
    }
  }
  return sockets;
}
