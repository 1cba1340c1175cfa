/**
 * `make image`: `localhost/postern` of build/postern, with podman or buildah,
 * as any user. Where neither is there, or the kernel does not let it work, it
 * says why and ends well: its files are in build/image/root all the same.
 *
 * @module
 */
import { print, REPOSITORY, run } from "../repository.ts";
import { makeRoot } from "./root.ts";
import { obstacle, tryRoot } from "./try_root.ts";

const IMAGE = "localhost/postern:latest";
const CONTEXT = `${REPOSITORY}/build/image`;
const ENGINES: Readonly<Record<string, readonly string[]>> = {
  podman: ["build", "--format", "docker"],
  buildah: ["build", "--isolation", "chroot", "--format", "docker"],
};

let passed = 0;
let skipped = 0;

function skip(why: string): void {
  skipped++;
  print(why);
}

async function engineHere(): Promise<string | undefined> {
  for (const name of Object.keys(ENGINES)) {
    try {
      await run(name, ["--version"]);
      return name;
    } catch {
      // the next one
    }
  }
  return undefined;
}

async function makeImage(): Promise<void> {
  const engine = await engineHere();
  if (engine === undefined) {
    return skip("No image: neither podman nor buildah is here");
  }
  const file = `${REPOSITORY}/scripts/container/Containerfile`;
  try {
    await run(engine, [...ENGINES[engine]!, "-t", IMAGE, "-f", file, CONTEXT]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const last = reason.trim().split("\n").at(-1);
    return skip(`No image: ${engine} does not work on this machine: ${last}`);
  }
  print(`${IMAGE}, made by ${engine}`);
  passed++;
}

const executable = `${REPOSITORY}/build/postern`;
const root = `${CONTEXT}/root`;
await makeRoot(root, executable);
await makeImage();
const why = await obstacle();
if (why !== undefined) {
  skip(`Not tried on one state directory with the machine: ${why}`);
} else {
  await tryRoot({ root, executable });
  print("Moved from the machine to the container and back");
  passed++;
}
print(`image: ${passed} passed, 0 failed, ${skipped} skipped`);
