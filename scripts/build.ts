/**
 * `make build`: one executable, `build/postern`, that needs neither Deno nor
 * network. `DENORT_BIN` names the runtime to put under it; without it Deno
 * fetches its own.
 *
 * @module
 */
import { print, REPOSITORY, run, treeFiles } from "./repository.ts";

const OUTPUT = "build/postern";

/** Loaded by name at run time, so the compiler does not find them by itself. */
async function listIncludes(): Promise<string[]> {
  const files = await treeFiles([
    "src/*_worker.ts",
    "src/*.sql",
    "src/*.txt",
    "web/*.css",
    "web/*.svg",
    "web/*.png",
    "web/*.ico",
    "web/*.html",
    "web/*.js",
    "web/*.json",
  ]);
  return files.filter((file) => !/_test\.tsx?$/.test(file));
}

/** `0.1.0` is the first version; the commit tells two builds of one version apart. */
async function describeCommit(): Promise<string> {
  try {
    return (await run("git", ["describe", "--always", "--dirty"])).trim();
  } catch {
    return "unknown"; // built from an archive without its history
  }
}

await Deno.mkdir(`${REPOSITORY}/build`, { recursive: true });
await Deno.writeTextFile(
  `${REPOSITORY}/build/commit.txt`,
  `${await describeCommit()}\n`,
);
const includes = [...await listIncludes(), "build/commit.txt"];
const started = performance.now();
await run(Deno.execPath(), [
  "compile",
  "--allow-all",
  "--no-check",
  "--output",
  OUTPUT,
  ...includes.flatMap((file) => ["--include", file]),
  "main.ts",
]);
const { size } = await Deno.stat(`${REPOSITORY}/${OUTPUT}`);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
print(`${OUTPUT}: ${(size / 1e6).toFixed(0)} MB (${seconds} s)`);
