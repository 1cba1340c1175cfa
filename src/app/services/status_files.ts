/**
 * Files beside the control socket, for whom it does not answer: `pid`, and
 * `status.json`, which is how the relay was half a minute ago at most.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { serverStatus } from "../../admin/operations/status.ts";
import { PID_FILE, STATUS_FILE } from "../../control/control_protocol.ts";
import { giveToOwner } from "../../files/owner.ts";
import type { Assembly } from "../assembly.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import type { RequiredService } from "./service.ts";

const EVERY_MS = 30_000;

/** Nothing depends on them: what cannot be written is not. */
export function statusFiles({ admin, current }: Assembly): RequiredService {
  const { runtimeDir, stateDir } = current.loaded.values.server;
  // the state directory is no place for them: backups have what is there
  const isApart = runtimeDir !== "" &&
    resolve(runtimeDir) !== resolve(stateDir);
  const pidPath = join(runtimeDir, PID_FILE);
  const statusPath = join(runtimeDir, STATUS_FILE);
  let stopWriting = () => {};
  let writing: Promise<void> = Promise.resolve();
  async function writeStatus(): Promise<void> {
    const status = await serverStatus(admin);
    const written_at = Math.floor(SYSTEM_CLOCK.now() / 1000);
    put(statusPath, JSON.stringify({ written_at, ...status }));
  }
  const write = () => writing = writeStatus().catch(() => {}); // asked for again soon
  return {
    name: "status_files",
    optional: false,
    start() {
      if (!isApart) return;
      put(pidPath, String(Deno.pid));
      write();
      stopWriting = SYSTEM_TIMERS.every(EVERY_MS, () => void write());
    },
    async stop() {
      stopWriting();
      await writing;
      // a successor has put its own there
      if (!isApart || textOf(pidPath) !== `${Deno.pid}\n`) return;
      for (const path of [pidPath, statusPath]) removeIfThere(path);
    },
  };
}

function put(path: string, text: string): void {
  const fresh = `${path}.new`;
  try {
    Deno.writeTextFileSync(fresh, `${text}\n`);
    Deno.chmodSync(fresh, 0o644);
    giveToOwner(fresh);
    Deno.renameSync(fresh, path);
  } catch {
    // a full disk, or somebody else's directory: the socket says more
  }
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // it was never written
  }
}
