/**
 * A door into a namespace: a Unix socket that processes outside can connect to.
 * The first line says where to, what follows goes there and back.
 *
 * @module
 */

export interface TunnelRequest {
  readonly hostname: string;
  readonly port: number;
  /** Begins TLS; "" as `authority` trusts what the process trusts. */
  readonly tls?: { readonly name: string; readonly authority: string };
}

const MAX_REQUEST_OCTETS = 16_384;

async function readRequest(from: Deno.Conn): Promise<TunnelRequest> {
  const octets = new Uint8Array(MAX_REQUEST_OCTETS);
  for (let filled = 0;;) {
    const count = await from.read(octets.subarray(filled));
    if (count === null) throw new Error("No request");
    filled += count;
    // the other one waits for the answer to its line before it says more
    if (octets[filled - 1] !== 10) continue;
    return JSON.parse(new TextDecoder().decode(octets.subarray(0, filled)));
  }
}

async function open(
  { hostname, port, tls }: TunnelRequest,
): Promise<Deno.Conn> {
  const plain = await Deno.connect({ hostname, port });
  plain.setNoDelay(true);
  if (!tls) return plain;
  return await Deno.startTls(plain, {
    hostname: tls.name,
    caCerts: tls.authority === "" ? [] : [tls.authority],
  });
}

/** Until either side has ended; then both have. */
async function serve(near: Deno.Conn): Promise<void> {
  let far: Deno.Conn;
  try {
    far = await open(await readRequest(near));
    if ("handshake" in far) await (far as Deno.TlsConn).handshake();
    await near.write(new TextEncoder().encode("ok\n"));
  } catch (error) {
    const { message } = error as Error;
    await near.write(new TextEncoder().encode(`${message}\n`)).catch(() => {});
    near.close();
    return;
  }
  await Promise.race([carry(near, far), carry(far, near)]);
  for (const connection of [near, far]) {
    try {
      // a Unix socket that is being read stays open when it is closed
      await connection.closeWrite();
      connection.close();
    } catch {
      // closed already
    }
  }
}

/** Until either has ended or was cut off. */
async function carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const octets = new Uint8Array(65_536);
  try {
    for (;;) {
      const count = await from.read(octets);
      if (count === null) return;
      for (let at = 0; at < count;) {
        at += await to.write(octets.subarray(at, count));
      }
    }
  } catch {
    return;
  }
}

const [path = ""] = Deno.args;
Deno.stdin.read(new Uint8Array(1)).then(() => Deno.exit()); // whoever started it has ended
const listener = Deno.listen({ transport: "unix", path });
Deno.stdout.writeSync(new TextEncoder().encode("open\n"));
for await (const connection of listener) serve(connection);
