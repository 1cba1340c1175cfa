/**
 * `make test`: runs the suites, tells how far they are, and adds up what they
 * report: what failed first, then the numbers. Without arguments all suites
 * run. A signal ends everything that was started.
 *
 * @module
 */
import { bundle } from "./bundle.ts";
import { print, REPOSITORY, sourceFiles } from "./repository.ts";
import type { Failure, Tally } from "./test_output.ts";
import { type Suite, type SuiteResult, SuiteRun } from "./test_suite.ts";

const SLOW = /^tests\/(peers|e2e|crash|bench)\//;
const SHOWN_FAILURES = 25;
const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** One row runs after the other, the suites of a row at the same time. */
const ROWS: readonly (readonly Suite[])[] = [
  [{
    name: "unit",
    limitMinutes: 8,
    parallel: true,
    owns: (file) => !file.startsWith("tests/"),
  }],
  [{
    name: "protocol",
    limitMinutes: 28,
    parallel: true,
    owns: (file) => file.startsWith("tests/") && !SLOW.test(file),
  }],
  // whole relays, and clients that do not wait for ever: one after the other, each has the machine
  [{
    name: "peers",
    limitMinutes: 12,
    parallel: false,
    owns: (file) => file.startsWith("tests/peers/"),
  }],
  [{
    name: "e2e",
    limitMinutes: 20,
    parallel: false,
    owns: (file) => file.startsWith("tests/e2e/"),
  }],
  [{
    name: "crash",
    limitMinutes: 20,
    parallel: false,
    owns: (file) => /^tests\/(crash|bench)\//.test(file),
  }],
];

async function runSuites(wanted: readonly string[]): Promise<SuiteResult[]> {
  await bundle();
  const files = await sourceFiles();
  const tests = files.filter((file) => /_test\.tsx?$/.test(file));
  const running = new Set<SuiteRun>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      for (const run of running) run.abandon(`stopped by ${signal}`);
      print(`Stopped by ${signal}; all that was started has ended`);
      Deno.exit(SIGNAL_EXITS[signal]);
    });
  }
  // as when nobody reads what is told any more: `make test | head`
  globalThis.addEventListener("error", ({ message }) => {
    for (const run of running) run.abandon(message);
  });
  async function runSuite(suite: Suite): Promise<SuiteResult[]> {
    const own = tests.filter((file) => suite.owns(file));
    if (own.length === 0) return [];
    const run = new SuiteRun(suite);
    running.add(run);
    try {
      return [await run.run(own)];
    } finally {
      running.delete(run);
    }
  }
  const results: SuiteResult[] = [];
  for (const row of ROWS) {
    const chosen = row.filter(({ name }) =>
      wanted.length === 0 || wanted.includes(name)
    );
    results.push(...(await Promise.all(chosen.map(runSuite))).flat());
  }
  return results;
}

function report(results: readonly SuiteResult[]): Tally {
  for (const { failures, logFile } of results) {
    for (const failure of failures.slice(0, SHOWN_FAILURES)) show(failure);
    const more = failures.length - SHOWN_FAILURES;
    if (more > 0) print(`\n… ${more} more failures`);
    if (failures.length > 0) {
      print(`\nAll of it: ${logFile.slice(REPOSITORY.length + 1)}`);
    }
  }
  print("");
  for (const { name, seconds, tally } of results) {
    print(`${name} (${seconds} s): ${describe(tally)}`);
  }
  return results.map(({ tally }) => tally).reduce(add, {
    passed: 0,
    failed: 0,
    skipped: 0,
  });
}

function show({ name, place, message }: Failure): void {
  const lines = message.split("\n").map((line) => `  ${line}`).join("\n");
  print(`\nFAILED ${name}${place === "" ? "" : `\n  ${place}`}\n${lines}`);
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

const names = ROWS.flat().map(({ name }) => name);
for (const name of Deno.args) {
  if (!names.includes(name)) {
    print(`There is no suite "${name}"; there are ${names.join(", ")}`);
    Deno.exit(2);
  }
}
const total = report(await runSuites(Deno.args));
print(`test: ${describe(total)}`);
if (total.failed > 0 || total.passed === 0) Deno.exitCode = 1;
