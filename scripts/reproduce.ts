/**
 * Proves that `build/postern` can be made again: builds the same commit in
 * another folder, with other file times, packages and surroundings, and
 * compares the octets.
 *
 * @module
 */
import { dirname } from "node:path";
import { print, REPOSITORY, run } from "./repository.ts";

async function sha256(path: string): Promise<string> {
  const octets = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets)).toHex();
}

/** Packages at another place, changed at another time. */
async function copyOfPackages(folder: string): Promise<string> {
  const { denoDir }: { denoDir: string } = JSON.parse(
    await run(Deno.execPath(), ["info", "--json"]),
  );
  const copy = `${folder}/somebody else's packages`;
  await Deno.mkdir(copy);
  await run("cp", ["-r", `${denoDir}/npm`, `${copy}/npm`]);
  return copy;
}

async function buildElsewhere(folder: string): Promise<string> {
  const tree = `${folder}/another place/tree`;
  await run("git", [
    "clone",
    "--quiet",
    "--depth=1",
    `file://${REPOSITORY}`,
    tree,
  ]);
  const { success, stderr } = await new Deno.Command("bash", {
    args: ["-c", "umask 077; exec scripts/deno run -A scripts/build.ts"],
    cwd: tree,
    env: {
      DENO_DIR: await copyOfPackages(folder),
      HOME: folder,
      PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH") ?? ""}`,
      TZ: "Asia/Kathmandu",
    },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return `${tree}/build/postern`;
}

/** @throws {Error} how the two builds differ */
async function reproduce(): Promise<void> {
  const changed = await run("git", ["status", "--porcelain"]);
  if (changed !== "") {
    throw new Error(`The tree is not that of its commit:\n${changed}`);
  }
  const folder = await Deno.makeTempDir({ prefix: "postern-build-" });
  try {
    const ours = await sha256(`${REPOSITORY}/build/postern`);
    const other = await sha256(await buildElsewhere(folder));
    print(`ours      ${ours}\nelsewhere ${other}`);
    if (ours !== other) throw new Error("Two builds of one commit differ");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

try {
  await reproduce();
  print("reproduce: 1 passed, 0 failed, 0 skipped");
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  print("reproduce: 0 passed, 1 failed, 0 skipped");
  Deno.exitCode = 1;
}
