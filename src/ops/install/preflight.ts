/** What could keep an installed relay from working, before it is started. @module */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../../base/system_errors.ts";
import { roundedSize } from "../../base/sizes.ts";
import { portHolder } from "../../net/bind_reason.ts";
import { fileListeners } from "../../config/listeners.ts";
import { LISTENER_NAMES, transportsOf } from "../../config/listener_table.ts";
import type { Config } from "../../config/schema.ts";
import type { Machine } from "./machine.ts";
import type { Places } from "./places.ts";

const ANY_ADDRESS = "::";
const ANY_IPV4 = "0.0.0.0";

/** Ports that another program has, in words; none while the service itself has them. */
export async function takenPorts(
  config: Config,
  machine: Machine,
  { name }: Places,
): Promise<string[]> {
  if (!machine.isLive) return [];
  const { ok } = await machine.run("systemctl", [
    "is-active",
    `${name}.service`,
  ]);
  if (ok) return [];
  const listeners = fileListeners(config);
  return LISTENER_NAMES.flatMap((listener) => {
    if (!transportsOf(listener).includes("tcp")) return [];
    return listeners[listener].flatMap(({ host, port }) => {
      const reason = bindFault(host, port);
      return reason === undefined
        ? []
        : [`port ${port} (${listener}) cannot be had: ${reason}`];
    });
  });
}

/** Why one cannot listen there, undefined if one can. */
function bindFault(host: string | undefined, port: number): string | undefined {
  try {
    Deno.listen({ hostname: host ?? ANY_ADDRESS, port }).close();
    return undefined;
  } catch (error) {
    if (host === undefined && !hasIpv6()) return bindFault(ANY_IPV4, port);
    const holder = portHolder(port);
    return holder === undefined ? reasonOf(error) : `${holder} has it`;
  }
}

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Certificate files that the service may not read. */
export async function unreadableFiles(
  config: Config,
  machine: Machine,
  { name, certDir }: Places,
): Promise<string[]> {
  if (!machine.isLive || config.tls.mode !== "file") return [];
  const found: string[] = [];
  const { cert, key, extra } = config.tls;
  const paths = [{ cert, key }, ...extra].flatMap((one) => [one.cert, one.key]);
  for (const path of paths) {
    const { ok } = await machine.run("runuser", [
      "-u",
      name,
      "--",
      "test",
      "-r",
      path,
    ]);
    if (ok) continue;
    found.push(
      `the service cannot read ${path}: copy it to ${certDir} with the group ${name}, as a hook of whatever renews it, and name it with --cert-path and --key-path`,
    );
  }
  return found;
}

const ENOUGH_OCTETS = 1024 ** 3;

/** What may be written in the file system of a path. @throws {Error} it is not there */
async function freeOctetsAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/**
 * Of the file system that a directory is in, or will be.
 *
 * @param directory An absolute path
 */
export async function shortOfDisk(
  directory: string,
  freeAt = freeOctetsAt,
): Promise<string[]> {
  for (let path = directory;; path = dirname(path)) {
    const free = await freeAt(path).catch(() => undefined);
    if (free === undefined && path !== dirname(path)) continue;
    if (free === undefined || free >= ENOUGH_OCTETS) return [];
    return [`${path} has ${roundedSize(free)} free, less than 1 GiB`];
  }
}

/** Before it was written nothing is installed: certificates would be told wrong. */
const FIRST_POSSIBLE_MS = Date.UTC(2025, 0);

export function wrongDate(nowMs: number): string[] {
  if (nowMs >= FIRST_POSSIBLE_MS) return [];
  const date = new Date(nowMs).toISOString().slice(0, 10);
  return [
    `the clock of this machine says ${date}: "timedatectl set-ntp true" sets it`,
  ];
}
