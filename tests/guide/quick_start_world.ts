/**
 * A machine for what the quick start has people type: the files of this one,
 * with all that is written kept apart, a network of its own, and in place of
 * systemd a script that starts what the unit says.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Namespace } from "../harness/network/namespace.ts";
import { program } from "../harness/server_process.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** Where the installation writes. */
const KEPT_APART = [
  "/etc",
  "/opt",
  "/usr/local",
  "/usr/share",
  "/usr/bin",
  "/var/lib",
];

export interface Said {
  readonly line: string;
  readonly exit: number;
  /** Of both. */
  readonly output: string;
}

/** What `systemctl` is there: enough for one service. */
const SYSTEMCTL = `#!/bin/bash
# keeps a service as systemd would, until the machine ends
unit=\${*: -1}; name=\${unit%.service}; pid=/run/$name.test-pid
is_active() { [ -f "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
case " $* " in
  *" is-active "*) is_active ;;
  *" is-enabled "*) [ -e "/run/$name.enabled" ] ;;
  *" enable "*) touch "/run/$name.enabled" ;;
  *" show "*) echo LoadState=loaded; echo NeedDaemonReload=no ;;
  *" start "*)
    is_active && exit 0
    mkdir -p "/run/$name"
    line=$(sed -n 's/^ExecStart=//p' "/etc/systemd/system/$name.service")
    setsid $line >"/run/$name.log" 2>&1 </dev/null &
    echo $! >"$pid"
    for _ in $(seq 600); do
      "/usr/local/bin/$name" status >/dev/null 2>&1 && exit 0
      is_active || break
      sleep 0.2
    done
    cat "/run/$name.log"; exit 1 ;;
esac
`;

export class ScratchMachine {
  private constructor(
    readonly place: string,
    readonly network: Namespace,
  ) {}

  static async make(): Promise<ScratchMachine> {
    const place = await Deno.makeTempDir({ prefix: "postern-guide-" });
    const network = await Namespace.make("guide");
    const [command, ...args] = program();
    const machine = new ScratchMachine(place, network);
    await machine.#write("systemctl", SYSTEMCTL);
    // the executable that was copied there; from its sources, it has to be told which it is
    await machine.#write(
      "postern",
      args.length === 0 ? undefined : `#!/bin/bash
if [ "$1" = install ]; then set -- "$@" --from ${place}/postern; fi
exec ${[command, ...args].join(" ")} "$@"
`,
      command,
    );
    return machine;
  }

  async #write(name: string, text?: string, source = ""): Promise<void> {
    const path = `${this.place}/${name}`;
    if (text === undefined) await Deno.copyFile(source, path);
    else await Deno.writeTextFile(path, text);
    await Deno.chmod(path, 0o755);
  }

  /** Types the lines one after the other, each as it is. */
  async type(lines: readonly string[]): Promise<Said[]> {
    const [command, ...args] = this.network.command([
      "unshare",
      "--mount",
      "--propagation=private",
      "bash",
      `${HERE}/scratch_machine.sh`,
      this.place,
      ...KEPT_APART,
    ]);
    const child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
    await writer.close();
    const { stdout, stderr } = await child.output();
    const text = new TextDecoder().decode(stdout);
    const said = text.split("\u0001").slice(1).map((part) => {
      const [line = "", output = "", exit = ""] = part.split("\u0002");
      return { line, output, exit: Number(exit) };
    });
    if (said.length === lines.length) return said;
    throw new Error(`${text}\n${new TextDecoder().decode(stderr)}`);
  }

  /** Ends all that runs there, and removes it. */
  async dispose(): Promise<void> {
    await this.network.dispose();
    await Deno.remove(this.place, { recursive: true });
  }
}

/** Why no such machine can be made here; undefined where it can. */
export async function noScratchMachine(): Promise<string | undefined> {
  try {
    const { success } = await new Deno.Command("unshare", {
      args: [
        "--mount",
        "sh",
        "-c",
        'd=$(mktemp -d) && mount -t tmpfs none "$d" && mkdir "$d/u" "$d/w" && mount -t overlay none -o "lowerdir=/etc,upperdir=$d/u,workdir=$d/w" /etc; r=$?; umount /etc "$d"; rmdir "$d"; exit $r',
      ],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? undefined : "no overlays can be mounted here";
  } catch {
    return "there is no unshare(1)";
  }
}
