/**
 * Handshakes that clients have begun, as the kernel lists them: the socket that
 * one was begun at has to stay until it ends, or it is reset.
 *
 * @module
 */
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
const SYN_RECV = "03"; // net/tcp_states.h

export interface BegunHandshakes {
  readonly ports: readonly number[];
  /** Port of this machine, address and port of the client. */
  readonly peers: ReadonlySet<string>;
}

/** Those at these ports of this machine; none where the system does not say. */
export async function begunHandshakes(
  ports: readonly number[],
): Promise<BegunHandshakes> {
  const peers = new Set<string>();
  for (const path of TABLES) {
    const table = await Deno.readTextFile(path).catch(() => "");
    for (const peer of handshakesIn(table, ports)) peers.add(peer);
  }
  return { ports, peers };
}

/** Lines as proc(5) has them: a number, our address, the other one, the state. */
export function* handshakesIn(
  table: string,
  ports: readonly number[],
): Generator<string> {
  const ours = new Set(ports);
  const line = new RegExp(
    `^ *\\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ${SYN_RECV} `,
    "gm",
  );
  for (const [, port = "", peer = ""] of table.matchAll(line)) {
    if (ours.has(parseInt(port, 16))) yield `${port} ${peer}`;
  }
}

/** Whether one of them has not ended. */
export async function areOpen(
  { ports, peers }: BegunHandshakes,
): Promise<boolean> {
  if (peers.size === 0) return false;
  const now = await begunHandshakes(ports);
  return !now.peers.isDisjointFrom(peers);
}
