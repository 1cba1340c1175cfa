/**
 * From an empty Debian with the executable to the first message of a real core:
 * `install --simple --domain … --start` in a root that systemd-nspawn has booted,
 * with Pebble as the authority, in a network without a way out.
 *
 * `INSTALL_ROOT` is such a root; else debootstrap makes one in `bench-data`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { HAS_PEBBLE } from "../../certificates/pebble.ts";
import { REPOSITORY } from "../../harness/server_process.ts";
import type { Row } from "../measure.ts";

const ROOT = `${REPOSITORY}bench-data/debian12`;
const PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates";
const PROGRAMS = ["systemd-nspawn", "nsenter", "unshare", "ip"];

export async function measureInstall(): Promise<Row[]> {
  const binary = resolve(Deno.env.get("POSTERN_BINARY") ?? "build/postern");
  const missing = await lacking(binary);
  if (missing !== undefined) {
    Deno.stderr.writeSync(
      new TextEncoder().encode(`install is not measured: ${missing}\n`),
    );
    return [];
  }
  const { success, stdout } = await new Deno.Command("unshare", {
    args: [
      "--net",
      ...["sh", "-ec", 'ip link set lo up; exec "$@"', "-"],
      ...[Deno.execPath(), "run", "-A", "--no-check"],
      `${REPOSITORY}tests/bench/install/install_main.ts`,
      await rootDirectory(),
      binary,
    ],
    cwd: REPOSITORY,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The installation was not measured");
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function lacking(binary: string): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "it needs root";
  if (!HAS_PEBBLE) return "Pebble is not installed";
  if (!existsSync(binary)) return `there is no ${binary}`;
  const hasRoot = Deno.env.get("INSTALL_ROOT") ?? existsSync(ROOT);
  for (const name of [...PROGRAMS, ...(hasRoot ? [] : ["debootstrap"])]) {
    if (!await isInstalled(name)) return `there is no ${name}`;
  }
  return undefined;
}

async function isInstalled(name: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${name}`],
    stdout: "null",
  }).output();
  return success;
}

async function rootDirectory(): Promise<string> {
  const named = Deno.env.get("INSTALL_ROOT");
  if (named !== undefined) return resolve(named);
  if (existsSync(ROOT)) return ROOT;
  const making = `${ROOT}.making`;
  const { success } = await new Deno.Command("debootstrap", {
    args: ["--variant=minbase", `--include=${PACKAGES}`, "bookworm", making],
    stdout: "null",
  }).output();
  if (!success) throw new Error("debootstrap made no root");
  await Deno.rename(making, ROOT);
  return ROOT;
}
