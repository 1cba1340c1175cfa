/**
 * Network namespaces of Linux: each is a machine of its own to whatever runs in
 * it, with addresses, ports and a resolver that nobody else has.
 *
 * They have the process in their name that made them. What one left that was
 * killed is removed by the next.
 *
 * @module
 */
import { REPOSITORY } from "../server_process.ts";
import { until } from "../until.ts";

const PREFIX = "postern-test";
/** ip-netns(8): files here stand for those of /etc in the namespace. */
const OWN_ETC = "/etc/netns";

/** A program and its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** Runs a command to its end and gives its stdout. @throws {Error} with its stderr */
async function execute(
  [program, ...args]: CommandLine,
  input?: string,
): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const { success, stdout, stderr } = await child.output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(
    `${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

export class Namespace {
  private constructor(readonly name: string) {}

  static async make(label: string): Promise<Namespace> {
    const random = crypto.getRandomValues(new Uint8Array(3)).toHex();
    const name = `${PREFIX}-${Deno.pid}-${random}-${label}`;
    await execute(["ip", "netns", "add", name]);
    const made = new Namespace(name);
    await made.ip("link", "set", "lo", "up");
    return made;
  }

  /** The command line that runs a program in here, as the same process. */
  command([program, ...args]: CommandLine): CommandLine {
    return ["ip", "netns", "exec", this.name, program, ...args];
  }

  /** Runs ip(8) on what is in here. */
  async ip(...args: string[]): Promise<void> {
    await execute(["ip", "-n", this.name, ...args]);
  }

  /** Runs a program in here to its end and gives its stdout. */
  execute(command: CommandLine, input?: string): Promise<string> {
    return execute(this.command(command), input);
  }

  /** What programs started from now on see in place of `/etc/resolv.conf`. */
  async setResolver(...addresses: readonly string[]): Promise<void> {
    await Deno.mkdir(`${OWN_ETC}/${this.name}`, { recursive: true });
    await Deno.writeTextFile(
      `${OWN_ETC}/${this.name}/resolv.conf`,
      addresses.map((address) => `nameserver ${address}\n`).join(""),
    );
  }

  /** Kills whatever runs in here, and waits until it has ended: it may write until then. */
  async killAll(): Promise<void> {
    await until(`end of all in ${this.name}`, async () => {
      const listed = await execute(["ip", "netns", "pids", this.name]);
      const pids = listed.split("\n").filter((text) => text !== "");
      for (const pid of pids) {
        try {
          Deno.kill(Number(pid), "SIGKILL");
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      }
      return pids.length === 0;
    });
  }

  /** Kills what still runs in here, and removes it. */
  async dispose(): Promise<void> {
    await this.killAll();
    await execute(["ip", "netns", "delete", this.name]);
    await Deno.remove(`${OWN_ETC}/${this.name}`, { recursive: true }).catch(
      (error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      },
    );
  }

  /** Removes what test processes left that do not live any more. */
  static async sweep(): Promise<void> {
    for (const line of (await execute(["ip", "netns", "list"])).split("\n")) {
      const name = line.split(" ", 1)[0] ?? "";
      const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
      if (pid === undefined || isAlive(pid)) continue;
      // another test process may do the same at this moment
      await new Namespace(name).dispose().catch(() => {});
    }
  }
}

function isAlive(pid: string): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

async function obstacle(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "namespaces are Linux's";
  if (Deno.uid() !== 0) return "only root can make network namespaces";
  try {
    await Namespace.sweep();
    const tried = await Namespace.make("try");
    try {
      await tried.ip("link", "add", "name", "br0", "type", "bridge");
      await tried.execute(["nft", "add table inet postern"]);
    } finally {
      await tried.dispose();
    }
    return undefined;
  } catch (error) {
    return `no network namespaces here: ${(error as Error).message}`;
  }
}

/** Why tests that need namespaces cannot run here; undefined where they can. */
export const NO_NAMESPACES: string | undefined = await obstacle();

/**
 * A test that is skipped, with the reason in its name, where no namespaces can
 * be made.
 *
 * @param missing What else it lacks
 */
export function networkTest(
  name: string,
  fn: () => Promise<void>,
  missing?: string,
): void {
  const why = NO_NAMESPACES ?? missing;
  Deno.test({
    name: why === undefined ? name : `${name} (${why})`,
    ignore: why !== undefined,
    sanitizeOps: false, // pipes of the processes are read as long as they run
    sanitizeResources: false,
    fn,
  });
}

/** The command line of a module of ours under this very Deno. */
export function denoCommand(module: string, ...args: string[]): CommandLine {
  return [
    Deno.execPath(),
    "run",
    "-A",
    "--no-check",
    `${REPOSITORY}${module}`,
    ...args,
  ];
}
