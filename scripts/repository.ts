/** What the build and check scripts share: the tree's files, programs to run, and where to complain. @module */
import { fileURLToPath } from "node:url";

/** The top of the tree, without a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL("..", import.meta.url)).replace(
  /\/$/,
  "",
);

const encoder = new TextEncoder();

export function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

/** Says what is wrong; the script goes on and ends with 1. */
export function fail(complaint: string): void {
  Deno.stderr.writeSync(encoder.encode(`${complaint}\n`));
  Deno.exitCode = 1;
}

/**
 * Output of a program that must succeed.
 *
 * @throws {Error} with what it wrote to stderr
 */
export async function run(
  program: string,
  args: readonly string[],
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: REPOSITORY,
  }).output();
  if (!success) {
    throw new Error(
      `${program} ${args[0]} failed: ${new TextDecoder().decode(stderr)}`,
    );
  }
  return new TextDecoder().decode(stdout);
}

/** TypeScript files that git knows or would add, sorted, relative to the top. */
export function sourceFiles(): Promise<string[]> {
  return treeFiles(["*.ts", "*.tsx"]);
}

/** Files that git knows or would add, present on disk, sorted. */
export async function treeFiles(
  patterns: readonly string[],
): Promise<string[]> {
  const listed = await run("git", [
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "-z",
    "--",
    ...patterns,
  ]);
  const files = [...new Set(listed.split("\0"))].filter((file) => file !== "");
  const present = await Promise.all(files.map(async (file) => {
    try {
      return (await Deno.stat(`${REPOSITORY}/${file}`)).isFile;
    } catch {
      return false;
    }
  }));
  return files.filter((_, index) => present[index]).sort();
}
