/** `make check`: everything that can be said about the sources without running the program. @module */
import { print, REPOSITORY, sourceFiles } from "./repository.ts";

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(`${REPOSITORY}/${path}`).then(
    (found) => found.isFile,
    () => false,
  );
}

async function listSteps(): Promise<Step[]> {
  const steps: Step[] = [
    { name: "format", args: ["fmt", "--check"] },
    { name: "lint", args: ["lint"] },
    {
      // types of packages bring the names of browsers with them, so that the compiler knows a global `status`
      name: "globals",
      args: ["lint", "--rules-include=no-undef", "main.ts", "src", "scripts"],
    },
    { name: "bundles", args: ["run", "-A", "scripts/bundle.ts"] },
    { name: "types", args: ["check", ...await sourceFiles()] },
    { name: "imports", args: ["run", "-A", "scripts/check_imports.ts"] },
    {
      name: "RFC references",
      args: ["run", "-A", "scripts/check_rfcs.ts"],
    },
    { name: "sizes", args: ["run", "-A", "scripts/check_sizes.ts"] },
    { name: "catalogues", args: ["run", "-A", "scripts/check_catalogues.ts"] },
    {
      name: "translations",
      args: ["run", "-A", "scripts/languages/check_topics.ts"],
    },
    { name: "words", args: ["run", "-A", "scripts/check_words.ts"] },
  ];
  steps.push({
    name: "fresh notices",
    args: ["run", "-A", "scripts/generate_notices.ts", "--check"],
  });
  const generator = "scripts/generate_docs.ts";
  if (await isFile(generator)) {
    steps.push({
      name: "fresh documents",
      args: ["run", "-A", generator, "--check"],
    });
  }
  return steps;
}

let failed = 0;
const steps = await listSteps();
for (const { name, args } of steps) {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: REPOSITORY,
    env: { NO_COLOR: "1" },
  }).output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`${success ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (success) continue;
  failed++;
  await Deno.stdout.write(stdout);
  await Deno.stdout.write(stderr);
}
print(
  `check: ${steps.length - failed} passed, ${failed} failed, 0 skipped`,
);
if (failed > 0) Deno.exitCode = 1;
