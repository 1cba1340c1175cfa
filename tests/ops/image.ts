/** The file tree of a system in which something can be installed, without its programs. @module */
import { dirname, join } from "node:path";
import { Machine, type RunCommand } from "../../src/ops/install/machine.ts";
import { carryOut, type Outcome } from "../../src/ops/install/carry_out.ts";
import { type Places, placesOf } from "../../src/ops/install/places.ts";
import { type InstallRequest, makePlan } from "../../src/ops/install/plan.ts";
import { wishedConfig, type Wishes } from "../../src/ops/install/wishes.ts";

/** Of the service's user; whoever is not root can give files to nobody else. */
const SERVICE_ID = Deno.uid() === 0 ? 4242 : Deno.uid();
const SERVICE_GROUP = Deno.uid() === 0 ? 4242 : Deno.gid();
const NOW_SECONDS = 1_700_000_000;

export class Image {
  readonly root: string;
  readonly machine: Machine;
  /** Commands that were run. */
  readonly commands: string[] = [];

  private constructor(root: string) {
    this.root = root;
    this.machine = new Machine(root, this.#run);
  }

  static async make(): Promise<Image> {
    const image = new Image(await Deno.makeTempDir());
    image.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    image.write("/etc/group", "root:x:0:\n");
    image.write(
      "/etc/os-release",
      'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n',
    );
    image.write("/usr/lib/systemd/systemd", "");
    image.write("/program", "the program");
    return image;
  }

  write(path: string, text: string): void {
    const place = join(this.root, path);
    Deno.mkdirSync(dirname(place), { recursive: true });
    Deno.writeTextFileSync(place, text);
  }

  read(path: string): string {
    return Deno.readTextFileSync(join(this.root, path));
  }

  /** Every file and directory, with mode, time and content. */
  tree(): Record<string, string> {
    const found: Record<string, string> = {};
    const visit = (path: string) => {
      const place = join(this.root, path);
      const { isDirectory, mode, mtime } = Deno.lstatSync(place);
      const content = isDirectory ? "" : Deno.readTextFileSync(place);
      found[path] = `${((mode ?? 0) & 0o7777).toString(8)} ${
        isDirectory ? "directory" : mtime?.getTime()
      } ${content}`;
      if (!isDirectory) return;
      for (const { name } of Deno.readDirSync(place)) {
        visit(join(path, name));
      }
    };
    visit("/");
    return found;
  }

  paths(): string[] {
    return Object.keys(this.tree()).sort();
  }

  request(
    wishes: Wishes = { domain: "chat.example" },
    name = "postern",
    more: Partial<InstallRequest> = {},
  ): InstallRequest {
    const places: Places = placesOf({ name });
    return {
      places,
      config: wishedConfig(wishes, places),
      source: join(this.root, "program"),
      manPage: `manual of ${name}\n`,
      completions: { bash: "bash\n", zsh: "zsh\n", fish: "fish\n" },
      systemd: true,
      user: true,
      start: false,
      forceConfig: false,
      certOnly: false,
      ...more,
    };
  }

  async install(
    request: InstallRequest = this.request(),
    onDone?: (text: string) => void,
  ): Promise<Outcome> {
    return await carryOut(makePlan(request, this.machine), this.machine, {
      nowSeconds: NOW_SECONDS,
      ...(onDone ? { onDone } : {}),
    });
  }

  remove(): void {
    Deno.removeSync(this.root, { recursive: true });
  }

  /** As the system's, on files alone. */
  readonly #run: RunCommand = (program, args) => {
    this.commands.push([program, ...args].join(" ").replace(this.root, "ROOT"));
    const name = args.at(-1) ?? "";
    if (program === "useradd") {
      const passwd = this.read("/etc/passwd");
      const line =
        `${name}:x:${SERVICE_ID}:${SERVICE_GROUP}::/:/usr/sbin/nologin\n`;
      this.write("/etc/passwd", passwd + line);
    }
    if (program === "userdel") {
      const others = this.read("/etc/passwd").split("\n")
        .filter((line) => !line.startsWith(`${name}:`));
      this.write("/etc/passwd", others.join("\n"));
    }
    return Promise.resolve({ ok: true, output: "" });
  };
}

/** An image for one test. */
export function imageTest(
  name: string,
  work: (image: Image) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const image = await Image.make();
    try {
      await work(image);
    } finally {
      image.remove();
    }
  });
}
