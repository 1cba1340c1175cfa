/**
 * `make build`: one executable, `build/postern`, that needs neither Deno nor
 * network. `DENORT_BIN` names the runtime to put under it; without it Deno
 * fetches its own.
 *
 * @module
 */
import { fail, print, REPOSITORY, run, treeFiles } from "./repository.ts";

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

async function describeCommit(): Promise<string> {
  try {
    return (await run("git", ["describe", "--always", "--dirty"])).trim();
  } catch {
    return "unknown"; // built from an archive without its history
  }
}

/** Names of the packages that the program can load, from its entry points. */
async function listPackages(
  entryPoints: readonly string[],
): Promise<Set<string>> {
  const names = new Set<string>();
  for (const entryPoint of entryPoints) {
    const graph: { modules: readonly { specifier: string }[] } = JSON.parse(
      await run(Deno.execPath(), ["info", "--json", entryPoint]),
    );
    for (const { specifier } of graph.modules) {
      const name = /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1];
      if (name) names.add(name);
    }
  }
  return names;
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

async function build(): Promise<void> {
  await Deno.mkdir(`${REPOSITORY}/build`, { recursive: true });
  await Deno.writeTextFile(
    `${REPOSITORY}/build/commit.txt`,
    `${await describeCommit()}\n`,
  );
  const includes = [...await listIncludes(), "build/commit.txt"];
  const workers = includes.filter((file) => file.endsWith("_worker.ts"));
  const packages = await listPackages(["main.ts", ...workers]);
  await run(Deno.execPath(), [
    "compile",
    "--config",
    await writeConfig(packages),
    "--allow-all",
    "--no-check",
    "--output",
    OUTPUT,
    ...includes.flatMap((file) => ["--include", file]),
    "main.ts",
  ]);
  const { size } = await Deno.stat(`${REPOSITORY}/${OUTPUT}`);
  print(`${OUTPUT}: ${(size / 1e6).toFixed(0)} MB`);
}

try {
  await build();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
