/**
 * `src/cli/third_party.txt`: what the executable carries of others, and under
 * which terms; `--check` only says whether it is stale.
 *
 * @module
 */
import { listPackages } from "./executable_content.ts";
import { packageNotices } from "./notices/packages.ts";
import { fail, print, REPOSITORY, run, treeFiles } from "./repository.ts";

const OUTPUT = `${REPOSITORY}/src/cli/third_party.txt`;
const INTRODUCTION = `\
What is in this program of others, and under which terms: packages, and then the
runtime.
`;

async function entryPoints(): Promise<string[]> {
  const files = await treeFiles(["src/*_worker.ts", "web/browser/*.ts"]);
  return ["main.ts", ...files.filter((file) => !file.endsWith("_test.ts"))];
}

async function notices(): Promise<string> {
  const points = await entryPoints();
  // that the files of all packages are there
  await run(Deno.execPath(), ["cache", ...points]);
  const { all } = await listPackages(points);
  const runtime = await Deno.readTextFile(
    `${REPOSITORY}/scripts/notices/runtime.txt`,
  );
  return [INTRODUCTION, await packageNotices(all), runtime].join("\n\n");
}

const text = await notices();
const current = await Deno.readTextFile(OUTPUT).catch(() => "");
if (current !== text) {
  if (Deno.args.includes("--check")) {
    fail(
      "src/cli/third_party.txt is stale: deno run -A scripts/generate_notices.ts",
    );
  } else {
    await Deno.writeTextFile(OUTPUT, text);
    print("wrote src/cli/third_party.txt");
  }
}
