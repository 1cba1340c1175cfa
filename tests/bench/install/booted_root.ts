/** A Debian root that systemd-nspawn has booted, in the network of this process; what is written there goes with it. @module */
export class BootedRoot {
  private constructor(
    readonly process: Deno.ChildProcess,
    readonly leader: string,
  ) {}

  /** @param files Of this machine, by their path in there. */
  static async boot(
    root: string,
    files: Readonly<Record<string, string>>,
  ): Promise<BootedRoot> {
    const process = new Deno.Command("systemd-nspawn", {
      args: [
        "--quiet",
        `--directory=${root}`,
        "--machine=postern-bench",
        "--volatile=overlay",
        "--register=no",
        "--keep-unit",
        "--resolv-conf=off",
        ...Object.entries(files).map(([to, from]) => `--bind-ro=${from}:${to}`),
        "--boot",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const leader = await until("a first process", () => leaderOf(process.pid));
    const booted = new BootedRoot(process, leader);
    await until("a system that runs", async () => {
      const { out } = await booted.run("systemctl is-system-running");
      return /running|degraded/.test(out) || undefined;
    });
    return booted;
  }

  /** Has its shell do this, and gives what it said. */
  async run(script: string): Promise<{ success: boolean; out: string }> {
    const { success, stdout, stderr } = await new Deno.Command("nsenter", {
      args: [
        `--target=${this.leader}`,
        ...["--mount", "--uts", "--ipc", "--pid", "--root", "--wd"],
        ...["/usr/bin/env", "-i", `PATH=${PATH}`, "HOME=/root"],
        ...["sh", "-ec", script],
      ],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { success, out: decoder.decode(stdout) + decoder.decode(stderr) };
  }

  async dispose(): Promise<void> {
    this.process.kill("SIGTERM");
    await this.process.status;
  }
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const LIMIT_MS = 120_000;

async function leaderOf(pid: number): Promise<string | undefined> {
  try {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    const [child] = text.trim().split(" ");
    if (!child) return undefined;
    const name = await Deno.readTextFile(`/proc/${child}/comm`);
    return name.trim() === "systemd" ? child : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {Error} if it does not come */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`There is no ${what} in time`);
}
