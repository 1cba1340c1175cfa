/**
 * One suite: a `deno test` that tells how far it is, with folders and processes
 * that go with it however it ends.
 *
 * @module
 */
import { print, REPOSITORY } from "./repository.ts";
import {
  type Failure,
  readFailures,
  readOutcome,
  readTally,
  type Tally,
} from "./test_output.ts";

export interface Suite {
  readonly name: string;
  readonly limitMinutes: number;
  readonly parallel: boolean;
  owns(file: string): boolean;
}

export interface SuiteResult {
  readonly name: string;
  readonly seconds: number;
  readonly tally: Tally;
  readonly failures: readonly Failure[];
  /** Everything it wrote. */
  readonly logFile: string;
}

const MARK = "POSTERN_TEST_RUN";
const LOGS = `${REPOSITORY}/build/test`;
const TELL_MS = 10_000;
const GRACE_MS = 2_000;

export class SuiteRun {
  readonly #suite: Suite;
  readonly #mark = `${Deno.pid}.${crypto.randomUUID()}`;
  readonly #tmp = passableTempDir();
  readonly #started = performance.now();
  #output = "";
  #passed = 0;
  #failed = 0;
  #stopped: string | undefined;

  constructor(suite: Suite) {
    this.#suite = suite;
  }

  async run(files: readonly string[]): Promise<SuiteResult> {
    const { limitMinutes } = this.#suite;
    const limit = setTimeout(
      () => this.stop(`stopped after ${limitMinutes} min`),
      limitMinutes * 60_000,
    );
    const telling = setInterval(() => this.#tell(), TELL_MS);
    try {
      const child = this.#spawn(files);
      const reading = [this.#read(child.stdout), this.#read(child.stderr)];
      const { success } = await child.status;
      await this.#endRest();
      await Promise.all(reading);
      return this.#result(success);
    } finally {
      clearTimeout(limit);
      clearInterval(telling);
      this.#removeFolder();
    }
  }

  /** Ends every process that it has started, and theirs. */
  stop(reason: string): void {
    this.#stopped ??= reason;
    for (let left = this.#processes(); left.length > 0;) {
      for (const pid of left) kill(pid);
      left = this.#processes();
    }
  }

  /** For a process that ends now: as stop(), and removes what is on disk. */
  abandon(reason: string): void {
    this.stop(reason);
    this.#removeFolder();
  }

  #removeFolder(): void {
    try {
      Deno.removeSync(this.#tmp, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** What a test has told to end may take a moment; what stays is a fault. */
  async #endRest(): Promise<void> {
    const deadline = performance.now() + GRACE_MS;
    while (this.#processes().length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const left = this.#processes().length;
    if (left > 0) this.stop(`${left} processes were left running`);
  }

  #spawn(files: readonly string[]): Deno.ChildProcess {
    const parallel = this.#suite.parallel ? ["--parallel"] : [];
    return new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", ...parallel, ...files],
      cwd: REPOSITORY,
      env: { NO_COLOR: "1", TMPDIR: this.#tmp, [MARK]: this.#mark },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true, // Ctrl-C comes to us alone, who stop everything in order
    }).spawn();
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const octets of stream) {
      const text = decoder.decode(octets, { stream: true });
      this.#output += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#see(line);
    }
  }

  #see(line: string): void {
    const seen = readOutcome(line);
    if (!seen || seen.outcome === "ignored") return;
    if (seen.outcome === "ok") this.#passed++;
    else {
      this.#failed++;
      print(`FAILED ${seen.name}`);
    }
    if (!this.#suite.parallel) this.#tell();
  }

  #tell(): void {
    const seconds = this.#seconds();
    print(
      `… ${this.#suite.name} ${seconds} s: ${this.#passed} passed, ${this.#failed} failed`,
    );
  }

  #seconds(): number {
    return Math.round((performance.now() - this.#started) / 1000);
  }

  #result(success: boolean): SuiteResult {
    const { name } = this.#suite;
    const failures = [...readFailures(this.#output)];
    const fail = (message: string) =>
      failures.push({ name: `the suite ${name}`, place: "", message });
    if (this.#stopped !== undefined) fail(this.#stopped);
    const tally = readTally(this.#output) ??
      { passed: this.#passed, failed: this.#failed, skipped: 0 };
    if (!success && failures.length === 0) {
      const [said = ""] = this.#output.split("\nerror: Test failed");
      fail(said.trim().split("\n").slice(-20).join("\n"));
    }
    Deno.mkdirSync(LOGS, { recursive: true });
    const logFile = `${LOGS}/${name}.log`;
    Deno.writeTextFileSync(logFile, this.#output);
    return {
      name,
      seconds: this.#seconds(),
      // a suite that ends badly without a failed test counts as one
      tally: { ...tally, failed: Math.max(tally.failed, failures.length && 1) },
      failures,
      logFile,
    };
  }

  /** Whatever carries our mark in its environment. */
  #processes(): number[] {
    const wanted = `${MARK}=${this.#mark}`;
    const found: number[] = [];
    for (const { name } of Deno.readDirSync("/proc")) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const [environment, isDead] = [readProc(pid, "environ"), isZombie(pid)];
      if (environment.split("\0").includes(wanted) && !isDead) found.push(pid);
    }
    return found;
  }
}

function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) [ZX]/s.test(readProc(pid, "stat"));
}

/** Empty for a process that is gone, or is not ours. */
function readProc(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // it has ended meanwhile
  }
}

/** Servers that tests start may have users of their own, and sockets whose paths are short. */
function passableTempDir(): string {
  const path = Deno.makeTempDirSync({ prefix: "ps-" });
  Deno.chmodSync(path, 0o711);
  return path;
}
