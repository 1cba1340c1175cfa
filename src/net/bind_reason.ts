/** Why a port cannot be had, and what to do about it. @module */
import { redact } from "../observe/redact.ts";
import { reasonOf, systemError } from "../base/system_errors.ts";

const UNPRIVILEGED_START = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/** @param key The key of the configuration that names the port, such as `listen.smtp`. */
export function bindReason(error: unknown, port: number, key: string): string {
  const code = systemError(error)?.code;
  if (code === "EACCES") return privilegeReason(port, key);
  // `node:net` of Deno says EINVAL where the system says EADDRNOTAVAIL
  if (code === "EADDRNOTAVAIL" || code === "EINVAL") {
    return `this machine does not have this address ("ip address" lists those it has): choose another in ${key}`;
  }
  if (code !== "EADDRINUSE") return redact(reasonOf(error));
  const holder = portHolder(port) ?? ANOTHER;
  return `${holder} has this port: end that, or choose another in ${key}`;
}

function privilegeReason(port: number, key: string): string {
  return `ports below ${firstUnprivileged()} need a privilege that this program does not have: ` +
    `start it by its systemd unit (AmbientCapabilities=CAP_NET_BIND_SERVICE) or as root, ` +
    `or run "setcap cap_net_bind_service=+ep ${Deno.execPath()}", ` +
    `or "sysctl net.ipv4.ip_unprivileged_port_start=${port}", ` +
    `or choose another port in ${key}`;
}

function firstUnprivileged(): number {
  try {
    return Number(Deno.readTextFileSync(UNPRIVILEGED_START));
  } catch {
    return 1024;
  }
}

/** What has a port, where we may not see which it is. */
export const ANOTHER = "another program";

/** The program that listens on a TCP port, undefined if none does. */
export function portHolder(port: number): string | undefined {
  const inodes = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
      listenersIn(table, port)
    ),
  );
  return inodes.size === 0 ? undefined : nameOfHolder(inodes);
}

function nameOfHolder(inodes: ReadonlySet<string>): string {
  try {
    for (const { name: pid } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(pid) || !holds(pid, inodes)) continue;
      const command = Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
      return `${command} (pid ${pid})`;
    }
  } catch {
    // nobody has to know
  }
  return ANOTHER;
}

/** Sockets in state LISTEN (0A) of a table of proc(5). */
function listenersIn(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return readLines(table).slice(1).flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim()
      .split(/ +/);
    return state === "0A" && local.endsWith(`:${hex}`)
      ? [`socket:[${inode}]`]
      : [];
  });
}

/** False also for what may not be looked into, or has ended. */
function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (sockets.has(linkOf(`${folder}/${name}`))) return true;
    }
  } catch {
    // somebody else's
  }
  return false;
}

/** Empty for a descriptor that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}

function readLines(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).trimEnd().split("\n");
  } catch {
    return [];
  }
}
