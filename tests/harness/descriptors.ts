/**
 * Which sockets of this process are open, each told by its inode: test files run
 * as threads of one process, whose other descriptors come and go.
 *
 * @module
 */

const LISTENING = "0A"; // net/tcp_states.h of Linux

/** Of TCP connections with this port at our end. */
export function connectionsAt(port: number): Set<string> {
  return connections(([, local]) => local?.endsWith(hexadecimal(port)));
}

/** Of TCP connections with this port at the other end. */
export function connectionsTo(port: number): Set<string> {
  return connections(([, , remote]) => remote?.endsWith(hexadecimal(port)));
}

function connections(
  isMeant: (row: readonly string[]) => boolean | undefined,
): Set<string> {
  const rows = ["tcp", "tcp6"].flatMap(tableRows)
    .filter((row) => isMeant(row) && row[3] !== LISTENING);
  return openOf(rows.map((row) => row[9] ?? ""));
}

/** Whether all that was sent to this port has been read from its connections. */
export function isAllRead(port: number): boolean {
  const at = hexadecimal(port);
  return ["tcp", "tcp6"].flatMap(tableRows)
    .filter((row) => row[3] !== LISTENING)
    .every(([, local, remote, , queues = ""]) => {
      const [unsent, unread] = queues.split(":").map((text) =>
        parseInt(text, 16)
      );
      return !(local?.endsWith(at) && unread) &&
        !(remote?.endsWith(at) && unsent);
    });
}

function hexadecimal(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Of a Unix socket's listener and what it has accepted. */
export function socketsAt(path: string): Set<string> {
  const inodes = tableRows("unix").filter((row) => row[7] === path)
    .map((row) => row[6] ?? "");
  return openOf(inodes);
}

/** Those of them that this process has a descriptor of. */
export function openOf(inodes: Iterable<string>): Set<string> {
  const held = new Set<string>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const target = Deno.readLinkSync(`/proc/self/fd/${name}`);
      held.add(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
    } catch {
      // closed meanwhile
    }
  }
  return new Set([...inodes].filter((inode) => held.has(inode)));
}

/** A table of the kernel, in words. */
function tableRows(name: string): string[][] {
  try {
    return Deno.readTextFileSync(`/proc/self/net/${name}`).trim().split("\n")
      .slice(1).map((line) => line.trim().split(/\s+/));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // without IPv6
    throw error;
  }
}
