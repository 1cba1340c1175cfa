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
const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1"];
const IPPROTO_TCP = 6; // netinet/in.h
const TCP_NODELAY = 1; // netinet/tcp.h

const DESCRIPTORS = "/proc/self/fd";

type SetNoDelay = (descriptor: number) => void;

/** Runs `bind` and sets TCP_NODELAY on the sockets that it opened, where the system lets us. */
export function withoutDelay<Opened>(bind: () => Opened): Opened {
  const setNoDelay = loadOnce();
  if (!setNoDelay) return bind();
  const before = new Set(listSockets().values());
  const opened = bind();
  for (const [descriptor, socket] of listSockets()) {
    // On anything but a TCP socket the call fails and changes nothing.
    if (!before.has(socket)) setNoDelay(descriptor);
  }
  return opened;
}

let loaded: { readonly setNoDelay: SetNoDelay | undefined } | undefined;

function loadOnce(): SetNoDelay | undefined {
  loaded ??= { setNoDelay: load() };
  return loaded.setNoDelay;
}

/** undefined where there is no such library: then only the delay stays. */
function load(): SetNoDelay | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const on = new Int32Array([1]);
  for (const name of LIBRARIES) {
    try {
      const { symbols } = Deno.dlopen(name, {
        setsockopt: {
          parameters: ["i32", "i32", "i32", "buffer", "u32"],
          result: "i32",
        },
      });
      return (descriptor) => {
        symbols.setsockopt(
          descriptor,
          IPPROTO_TCP,
          TCP_NODELAY,
          on,
          on.byteLength,
        );
      };
    } catch {
      // not this library
    }
  }
  return undefined;
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
