/** The machine: who may read what, room on the disk, open files. @module */
import { lstat, readdir, statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { isOpenToOthers } from "../../admin/access/token_file.ts";
import { roundedSize } from "../../base/sizes.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { isForOthers, keptPaths } from "../../files/state_access.ts";
import { raiseFileLimit } from "../../files/file_limit.ts";
import type { Finding } from "../../admin/doctor_control.ts";
import { type Check, fail, pass, warn, type World } from "./check.ts";

const COMFORT = 4; // times the room that has to stay free
const MIN_FREE_FILES = 1000;
const MIN_OPEN_FILES = 4096;

async function permissions(world: World): Promise<readonly Finding[]> {
  const { stateDir } = world.config.server;
  const found = [
    ...await ofAnother(stateDir, world),
    ...forOthers(stateDir, world),
  ];
  return found.length > 0
    ? found
    : [pass("perms", `${stateDir} is of one user, and of no use to others`)];
}

/** What is not of the user that the directory is of; a volume has a folder of root's. */
async function ofAnother(
  stateDir: string,
  { config }: World,
): Promise<Finding[]> {
  const { uid } = await lstat(stateDir);
  const names = (await readdir(stateDir)).filter((name) =>
    name !== "lost+found"
  );
  const paths = new Set([
    ...names.map((name) => join(stateDir, name)),
    ...keptPaths({ stateDir, database: config.storage.database }),
  ]);
  const found: Finding[] = [];
  for (const path of paths) {
    const there = await lstat(path).catch(() => undefined); // gone meanwhile
    if (there === undefined || there.uid === uid) continue;
    found.push(fail(
      "perms",
      `${path} is not of the user that ${stateDir} is of: the server may not write it`,
      `chown -R --reference=${stateDir} ${path}`,
    ));
  }
  return found;
}

function forOthers(stateDir: string, world: World): Finding[] {
  const { config: { tls, storage, admin }, configFile } = world;
  const token = resolve(stateDir, admin.tokenFile || "admin_token");
  const keys = tls.mode === "file"
    ? [tls.key, ...tls.extra.map(({ key }) => key)]
    : [];
  const paths = new Set([
    stateDir,
    ...keptPaths({ stateDir, database: storage.database }),
    token,
    ...keys,
    ...configFile === undefined ? [] : [configFile],
  ]);
  const open = [...paths].filter((path) =>
    isForOthers(path) || path === token && existsSync(path) &&
      isOpenToOthers(path)
  );
  return open.map((path) =>
    warn(
      "perms",
      `Everybody on this machine may use ${path}, which has secrets`,
      `chmod o-rwx ${path}`,
    )
  );
}

async function disk({ config }: World): Promise<readonly Finding[]> {
  const { stateDir } = config.server;
  const { minFree } = config.storage;
  const { bavail, bsize, files, ffree } = await statfs(stateDir);
  const free = bavail * bsize;
  const said = `${
    roundedSize(free)
  } are free in ${stateDir}, storage.min_free is ${roundedSize(minFree)}`;
  const remedy =
    `Make room: du -xsh ${stateDir}/* shows what takes it; postern settings set message_retention 10d keeps less`;
  if (free < minFree) {
    return [fail("disk", `No mail is taken: ${said}`, remedy)];
  }
  if (files > 0 && ffree < MIN_FREE_FILES) {
    return [fail("disk", `Only ${ffree} files more can be made`, remedy)];
  }
  if (free < COMFORT * minFree) return [warn("disk", said, remedy)];
  return [pass("disk", said)];
}

function openFiles(): readonly Finding[] {
  const limit = raiseFileLimit();
  if (limit === undefined) {
    return [pass("fd-limit", "This system has no limit that can be read")];
  }
  const said = `${limit} files and connections may be open at once`;
  if (limit >= MIN_OPEN_FILES) return [pass("fd-limit", said)];
  return [warn(
    "fd-limit",
    said,
    "systemctl edit postern: [Service] LimitNOFILE=1048576; without systemd: ulimit -n 1048576",
  )];
}

/** A state directory that cannot be read is a finding too. */
async function inState(
  work: (world: World) => Promise<readonly Finding[]>,
  id: string,
  world: World,
): Promise<readonly Finding[]> {
  try {
    return await work(world);
  } catch (error) {
    const { stateDir } = world.config.server;
    return [
      fail(id, reasonOf(error), `ls -ld ${stateDir}: it has to be there`),
    ];
  }
}

export const MACHINE_CHECKS: readonly Check[] = [
  { ids: ["perms"], look: (world) => inState(permissions, "perms", world) },
  { ids: ["disk"], look: (world) => inState(disk, "disk", world) },
  { ids: ["fd-limit"], lookLive: openFiles },
];
