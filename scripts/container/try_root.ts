/**
 * Tries what operators do: a relay on the machine itself, then in the container
 * on the same state directory, then on the machine again, as one user.
 *
 * An engine is not needed: the root of the image runs in a mount namespace, as
 * an engine would run it, with the command of its healthcheck.
 *
 * @module
 */
import { run } from "../repository.ts";

const USER = "999";
const LIMIT_MS = 60_000;
const ACCOUNT = "mover1234";

export interface Places {
  readonly root: string;
  readonly executable: string;
}

/** Why it cannot be tried on this machine. */
export async function obstacle(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root may make a mount namespace";
  try {
    await run("unshare", ["--mount", "true"]);
    await run("setpriv", ["--version"]);
    return undefined;
  } catch {
    return "the kernel gives no mount namespace";
  }
}

/** @throws {Error} what does not work */
export async function tryRoot(places: Places): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "postern-image-" });
  try {
    await Deno.chmod(home, 0o755);
    await Deno.mkdir(`${home}/state`);
    await Deno.writeTextFile(`${home}/postern.toml`, config(home));
    await Deno.copyFile(places.executable, `${home}/postern`);
    await Deno.chown(`${home}/state`, Number(USER), Number(USER));
    const machine = onMachine(home);
    const container = inRoot(places.root, home);
    await alive(machine, async () => {
      const words = ["accounts", "create", ACCOUNT, "-p", "a horse of many"];
      await machine(words).output();
    });
    for (const side of [container, machine]) {
      await alive(side, async () => {
        const { stdout } = await side(["accounts", "list"]).output();
        const text = new TextDecoder().decode(stdout);
        if (!text.includes(ACCOUNT)) throw new Error(`No account: ${text}`);
      });
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

type Side = (args: readonly string[]) => Deno.Command;

function onMachine(home: string): Side {
  return command("setpriv", home, [
    ...["--reuid", USER, "--regid", USER, "--clear-groups"],
    `${home}/postern`,
  ]);
}

/** The paths of the state directory are the same on both sides. */
function inRoot(root: string, home: string): Side {
  const script = [
    'root="$1" home="$2"; shift 2',
    'mkdir -p "$root$home" "$root/proc" "$root/dev"',
    'mount --bind "$home" "$root$home"',
    'mount --rbind /proc "$root/proc"; mount --rbind /dev "$root/dev"',
    `exec chroot --userspec=${USER}:${USER} "$root" /usr/bin/postern "$@"`,
  ].join("\n");
  return command("unshare", home, [
    ...["--mount", "sh", "-ec", script, "sh", root, home],
  ]);
}

function command(name: string, home: string, first: readonly string[]): Side {
  return (args) =>
    new Deno.Command(name, {
      args: [...first, ...args],
      cwd: "/",
      clearEnv: true,
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        POSTERN_CONFIG: `${home}/postern.toml`,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
}

/** Runs the relay meanwhile. */
async function alive(side: Side, work: () => Promise<void>): Promise<void> {
  const server = side(["run"]).spawn();
  const written = Promise.all([
    new Response(server.stdout).text(),
    new Response(server.stderr).text(),
  ]);
  let ended = false;
  const status = server.status.then(() => ended = true);
  try {
    const until = performance.now() + LIMIT_MS;
    while (!(await side(["status", "--timeout", "5s"]).output()).success) {
      if (ended || performance.now() > until) throw new Error("No relay");
    }
    await work();
  } catch (error) {
    if (!ended) server.kill("SIGTERM");
    throw new Error(`${error}: ${(await written).join("")}`);
  }
  server.kill("SIGTERM");
  await status;
  await written;
}

function config(home: string): string {
  const names = [
    "smtp",
    "submission",
    "submission_tls",
    "imap",
    "imap_tls",
    "http",
    "https",
  ];
  const taken = names.map(() =>
    Deno.listen({ hostname: "127.0.0.1", port: 0 })
  );
  const listen = names.map((name, i) =>
    `${name} = "127.0.0.1:${taken[i]!.addr.port}"`
  );
  for (const listener of taken) listener.close();
  return [
    "[server]",
    'domain = "chat.example"',
    `state_dir = "${home}/state"`,
    `runtime_dir = "${home}/state"`,
    "[listen]",
    ...listen,
    "[tls]",
    'mode = "self_signed"',
    "",
  ].join("\n");
}
