import assert from "node:assert/strict";
import { type SuiteResult, SuiteRun } from "./test_suite.ts";

interface Running {
  readonly run: SuiteRun;
  readonly result: Promise<SuiteResult>;
  /** A process in a session of its own, started by the suite. */
  pid(): Promise<number>;
}

/** A suite of one test, which starts a process and goes on as `rest` says. */
async function withSuite(
  rest: string,
  test: (running: Running) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "postern-probe-" });
  const file = `${folder}/probe_test.ts`;
  await Deno.writeTextFile(
    file,
    `Deno.test({ name: "probe", sanitizeOps: false, sanitizeResources: false, async fn() {
      const child = new Deno.Command("sleep", { args: ["300"], detached: true }).spawn();
      child.unref();
      Deno.writeTextFileSync("${folder}/pid", String(child.pid));
      ${rest}
    } });`,
  );
  const run = new SuiteRun({
    name: "probe",
    limitMinutes: 1,
    parallel: false,
    owns: () => true,
  });
  async function pid(): Promise<number> {
    for (;;) {
      const text = await Deno.readTextFile(`${folder}/pid`).catch(() => "");
      if (text !== "") return Number(text);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  try {
    await test({ run, result: run.run([file]), pid });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function isRunning(pid: number): Promise<boolean> {
  const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  return state !== "" && !/\) [ZX] /.test(state);
}

Deno.test("stop() ends the suite and whatever it has started", () =>
  withSuite(
    "await new Promise((resolve) => setTimeout(resolve, 60_000));",
    async ({ run, result, pid }) => {
      const child = await pid();
      assert.equal(await isRunning(child), true);
      run.stop("stopped by SIGINT");
      const { failures, tally } = await result;
      assert.deepEqual(failures.map(({ message }) => message), [
        "stopped by SIGINT",
      ]);
      assert.equal(tally.failed, 1);
      assert.equal(await isRunning(child), false);
    },
  ));

Deno.test("a process that a suite leaves behind is ended, and a failure", () =>
  withSuite("await undefined;", async ({ result, pid }) => {
    const { failures, tally } = await result;
    assert.deepEqual(failures.map(({ message }) => message), [
      "1 processes were left running",
    ]);
    assert.deepEqual(tally, { passed: 1, failed: 1, skipped: 0 });
    assert.equal(await isRunning(await pid()), false);
  }));

Deno.test("a suite that fails says why, in few words", () =>
  withSuite(
    `child.kill("SIGKILL"); throw new Error("not today");`,
    async ({ result }) => {
      const { failures, tally } = await result;
      assert.deepEqual(
        failures.map(({ name, message }) => [name, message]),
        [["probe", "Error: not today"]],
      );
      assert.deepEqual(tally, { passed: 0, failed: 1, skipped: 0 });
    },
  ));
