/**
 * `make build`: one executable, `build/postern`, that needs neither Deno nor
 * network. `DENORT_BIN` names the runtime to put under it; without it Deno
 * fetches its own. Two builds of one commit are the same octets, wherever and
 * whenever they are made.
 *
 * Arguments: where to put it, and for which target of Deno, if not this machine's.
 *
 * @module
 */
import { bundle, filesOf } from "./bundle.ts";
import {
  listPackages,
  placesOfThisMachine,
  unloadable,
  withoutTraces,
} from "./executable_content.ts";
import { publicKey } from "./release_key.ts";
import { fail, print, REPOSITORY, run, treeFiles } from "./repository.ts";

const [output = "build/postern", target] = Deno.args;

/**
 * Where V8 puts what is new, in MB, twice, for each thread. It would take up to
 * 32 as soon as a thousand clients come, and keep it: 24 kB for each of them.
 */
const YOUNG_MB = 4;

/** Loaded by name at run time, so the compiler does not find them by itself. */
async function listIncludes(): Promise<string[]> {
  const files = await treeFiles([
    "src/*_worker.ts",
    "src/*.sql",
    "src/*.txt",
  ]);
  return files.filter((file) => !/_test\.tsx?$/.test(file));
}

async function describeCommit(): Promise<string> {
  try {
    // no tags, and a length of its own: a clone may have less of the history
    const format = ["--always", "--dirty", "--exclude=*", "--abbrev=12"];
    return (await run("git", ["describe", ...format])).trim();
  } catch {
    return "unknown"; // built from an archive without its history
  }
}

/**
 * A configuration that names only these packages. With the whole one, the
 * executable would carry every package that tests and tools use.
 *
 * @returns its path; the lock file beside it is a copy, so versions and
 * checksums stay what they are
 */
async function writeConfig(packages: ReadonlySet<string>): Promise<string> {
  const config: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${REPOSITORY}/deno.json`),
  );
  const imports = Object.entries(config.imports).filter(([, specifier]) =>
    packages.has(/^npm:((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1] ?? "")
  );
  await Deno.writeTextFile(
    `${REPOSITORY}/build/deno.json`,
    JSON.stringify({
      ...config,
      imports: Object.fromEntries(imports),
      exclude: [],
      lock: { path: "deno.lock", frozen: false },
    }),
  );
  await Deno.copyFile(
    `${REPOSITORY}/deno.lock`,
    `${REPOSITORY}/build/deno.lock`,
  );
  return "build/deno.json";
}

async function write(name: string, text: string): Promise<string> {
  await Deno.writeTextFile(`${REPOSITORY}/build/${name}`, text);
  return `build/${name}`;
}

/** Whose releases `upgrade` of this program trusts: RELEASE_KEYS, one on a line, or the key of RELEASE_KEY. */
async function releaseKeys(): Promise<string> {
  const named = Deno.env.get("RELEASE_KEYS");
  if (named !== undefined) return `${named}\n`;
  const file = Deno.env.get("RELEASE_KEY");
  return file === undefined ? "" : `${await publicKey(file)}\n`;
}

async function build(): Promise<void> {
  await Deno.mkdir(`${REPOSITORY}/build`, { recursive: true });
  const includes = await listIncludes();
  const workers = includes.filter((file) => file.endsWith("_worker.ts"));
  const { direct, all } = await listPackages(["main.ts", ...workers]);
  const bundled = Object.entries(await bundle());
  includes.push(
    "build/web/manifest.json",
    "build/web/guide.json",
    ...bundled.flatMap(([, listed]) =>
      filesOf(listed).map((file) => `build/web/${file}`)
    ),
    await write("commit.txt", `${await describeCommit()}\n`),
    await write("release_keys.txt", await releaseKeys()),
  );
  await run(Deno.execPath(), [
    "compile",
    "--config",
    await writeConfig(direct),
    "--allow-all",
    "--no-check",
    `--v8-flags=--max-semi-space-size=${YOUNG_MB}`,
    "--output",
    output,
    ...target === undefined ? [] : ["--target", target],
    ...includes.flatMap((file) => ["--include", file]),
    ...(await unloadable(all)).flatMap((file) => ["--exclude", file]),
    "main.ts",
  ]);
  const executable = `${REPOSITORY}/${output}`;
  await withoutTraces(executable, await placesOfThisMachine());
  const { size } = await Deno.stat(executable);
  for (const [name, { octets, gzip_octets }] of bundled) {
    print(`${name}: ${octets} octets, ${gzip_octets} compressed`);
  }
  print(`${output}: ${(size / 1e6).toFixed(0)} MB`);
}

try {
  await build();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
