/**
 * `make test`: runs the suites and adds up what `deno test` reports of each.
 * A suite that reports nothing, or ends badly without a failed test, counts as
 * one failure. Without arguments all suites run.
 *
 * @module
 */
import { print, REPOSITORY, sourceFiles } from "./repository.ts";

interface Suite {
  readonly name: string;
  readonly limitMinutes: number;
  readonly parallel: boolean;
  owns(file: string): boolean;
}

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const SLOW = /^tests\/(e2e|crash|bench)\//;

/** One row runs after the other; the suites of a row at the same time, since they mostly wait. */
const ROWS: readonly (readonly Suite[])[] = [
  [{
    name: "unit",
    limitMinutes: 5,
    parallel: true,
    owns: (file) => !file.startsWith("tests/"),
  }],
  [{
    name: "protocol",
    limitMinutes: 5,
    parallel: true,
    owns: (file) => file.startsWith("tests/") && !SLOW.test(file),
  }],
  [{
    name: "e2e",
    limitMinutes: 9,
    parallel: false,
    owns: (file) => file.startsWith("tests/e2e/"),
  }, {
    name: "crash",
    limitMinutes: 9,
    parallel: false,
    owns: (file) => /^tests\/(crash|bench)\//.test(file),
  }],
];

/** The numbers of `deno test`'s last line: `ok | 5 passed (2 steps) | 0 failed | 1 ignored (20ms)`. */
function readTally(output: string): Tally | undefined {
  const line = output.split("\n").findLast((line) =>
    /^(ok|FAILED) \| \d+ passed/.test(line)
  );
  if (!line) return undefined;
  const count = (word: string) =>
    Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("ignored"),
  };
}

async function runSuite(
  suite: Suite,
  files: readonly string[],
): Promise<Tally> {
  const started = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--no-check",
      ...(suite.parallel ? ["--parallel"] : []),
      ...files,
    ],
    cwd: REPOSITORY,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
    detached: true, // a group of its own, so that what a hanging test started ends with it
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    Deno.kill(-process.pid, "SIGKILL");
  }, suite.limitMinutes * 60_000);
  const { success, stdout, stderr } = await process.output();
  clearTimeout(timer);
  const output = new TextDecoder().decode(stdout);
  const tally = readTally(output);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (!success) {
    await Deno.stdout.write(stdout);
    await Deno.stdout.write(stderr);
  }
  if (late) print(`${suite.name}: stopped after ${suite.limitMinutes} min`);
  const result = tally ?? { passed: 0, failed: 1, skipped: 0 };
  const honest = !success && result.failed === 0
    ? { ...result, failed: 1 }
    : result;
  print(`${suite.name} (${seconds} s): ${describe(honest)}`);
  return honest;
}

function describe({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function add(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

const wanted = Deno.args;
const names = ROWS.flat().map(({ name }) => name);
for (const name of wanted) {
  if (!names.includes(name)) {
    print(`There is no suite "${name}"; there are ${names.join(", ")}`);
    Deno.exit(2);
  }
}
const tests = (await sourceFiles()).filter((file) => /_test\.tsx?$/.test(file));
let total: Tally = { passed: 0, failed: 0, skipped: 0 };
for (const row of ROWS) {
  const tallies = await Promise.all(
    row.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
      .map((suite) => ({ suite, files: tests.filter(suite.owns) }))
      .filter(({ files }) => files.length > 0)
      .map(({ suite, files }) => runSuite(suite, files)),
  );
  total = tallies.reduce(add, total);
}
print(`test: ${describe(total)}`);
if (total.failed > 0 || total.passed === 0) Deno.exitCode = 1;
