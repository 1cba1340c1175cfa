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
 * @module
 */
import { type CLibrary, cLibrary } from "./descriptors/c_library.ts";

const IPPROTO_TCP = 6; // netinet/in.h
// linux/tcp.h
const TCP_NODELAY = 1;
const TCP_NOTSENT_LOWAT = 25;

const MAX_UNSENT_OCTETS = 128 * 1024;
const DESCRIPTORS = "/proc/self/fd";

/** Runs `bind` and sets the options on the sockets that it opened, where the system lets us. */
export function withOptions<Opened>(bind: () => Opened): Opened {
  const library = cLibrary();
  if (!library) return bind();
  const before = new Set(listSockets().values());
  const opened = bind();
  setOnNew(library, before);
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

const SOL_SOCKET = 1; // asm-generic/socket.h
const SO_RCVBUF = 8;
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

function setOnNew(library: CLibrary, before: ReadonlySet<string>): void {
  for (const [descriptor, socket] of listSockets()) {
    if (before.has(socket)) continue;
    // On anything but a TCP socket the calls fail and change nothing.
    setOption(library, descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(
      library,
      descriptor,
      IPPROTO_TCP,
      TCP_NOTSENT_LOWAT,
      MAX_UNSENT_OCTETS,
    );
  }
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
