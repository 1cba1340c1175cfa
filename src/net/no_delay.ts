/**
 * TCP_NODELAY for listeners whose sockets Deno gives no method for it.
 *
 * Without it a TLS 1.3 server's session tickets hold back the greeting behind
 * them until the client's delayed acknowledgement, 40 ms later, at every login.
 * Linux passes the option on from a listening socket to what it accepts, so it
 * is set once, by `setsockopt` of the C library.
 *
 * @module
 */
import { cLibrary } from "./c_library.ts";

const IPPROTO_TCP = 6; // netinet/in.h
const TCP_NODELAY = 1; // netinet/tcp.h

const DESCRIPTORS = "/proc/self/fd";

/** Runs `bind` and sets TCP_NODELAY on the sockets that it opened, where the system lets us. */
export function withoutDelay<Opened>(bind: () => Opened): Opened {
  const library = cLibrary();
  if (!library) return bind();
  const before = new Set(listSockets().values());
  const opened = bind();
  const on = new Int32Array([1]);
  for (const [descriptor, socket] of listSockets()) {
    if (before.has(socket)) continue;
    // On anything but a TCP socket the call fails and changes nothing.
    library.setsockopt(
      descriptor,
      IPPROTO_TCP,
      TCP_NODELAY,
      on,
      on.byteLength,
    );
  }
  return opened;
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
