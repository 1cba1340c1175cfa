/**
 * Commands of root beside a service that somebody has taken over: what lies in
 * its directory may lead anywhere, and nothing that is not the service's is
 * read into it, written, removed or given away.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { REPOSITORY } from "../harness/server_process.ts";

const NOBODY = 65534;
const SECRET = "the secret of somebody else";
/** Longer than any command takes, however slow the machine. */
const LIMIT_MS = 120_000;

/** Whether commands may have mounts of their own. */
const CAN_MOUNT = Deno.uid() === 0 && await new Deno.Command("unshare", {
  args: ["--mount", "mount", "--bind", "/", "/mnt"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

/** What a command needs before it does anything. */
const FIRST = ["chat.db", "chat.db-shm", "chat.db-wal", "lock"];
/** What else a state directory has, and what commands make there. */
const OTHERS = [
  "admin_token",
  "backups",
  "ballast",
  "blobs",
  "dkim",
  "exchange",
  "exports",
  "handover",
  "incoming",
  "moved",
  "restoring",
  "tls",
  "tmp",
  ".making-changing-places",
  ".making-going-back",
];

type Trap = (path: string, victim: string) => void | Promise<void>;

const toFile: Trap = (path, victim) =>
  Deno.symlinkSync(`${victim}/secret`, path);
const toDirectory: Trap = (path, victim) => Deno.symlinkSync(victim, path);
const toNothing: Trap = (path, victim) =>
  Deno.symlinkSync(`${victim}/new`, path);

/** A directory of the service's own, in which all leads elsewhere. */
const within: Trap = (path, victim) => {
  Deno.mkdirSync(path, { mode: 0o700 });
  Deno.chownSync(path, NOBODY, NOBODY);
  for (const name of ["a", "own.pem", "account.json", "manifest.jsonl"]) {
    Deno.symlinkSync(`${victim}/secret`, join(path, name));
  }
};

const pipe: Trap = async (path) => {
  const { success } = await new Deno.Command("mkfifo", { args: [path] })
    .output();
  assert.ok(success);
  await Deno.chown(path, NOBODY, NOBODY);
};

/** What commands are made of, where another user may read it too. */
const SEEN = `mount --bind "$1" "$2/cache"
mount --bind "$3" "$2/tree"
deno=$4
main=$2/tree/main.ts
shift 4
exec "$deno" run -A --no-check "$main" "$@"`;
const DENO_DIR = await cacheDirectory();

async function cacheDirectory(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

class World {
  private constructor(readonly scratch: string) {}

  static async make(): Promise<World> {
    const world = new World(await Deno.makeTempDir({ dir: "/tmp" }));
    const { scratch, stateDir, victim, config } = world;
    await Deno.chmod(scratch, 0o755);
    await Deno.mkdir(stateDir, { mode: 0o700 });
    await Deno.chown(stateDir, NOBODY, NOBODY);
    await Deno.mkdir(`${victim}/inner`, { mode: 0o700, recursive: true });
    for (const name of ["secret", "inner/secret"]) {
      await Deno.writeTextFile(`${victim}/${name}`, SECRET, { mode: 0o600 });
    }
    await Deno.mkdir(world.foreign, { mode: 0o700 });
    await Deno.mkdir(`${world.programs}/cache`, { recursive: true });
    await Deno.mkdir(`${world.programs}/tree`);
    await Deno.writeTextFile(
      config,
      `[server]\ndomain = "chat.example"\nstate_dir = "${stateDir}"\nruntime_dir = "${scratch}/run"\n`,
    );
    const account = ["accounts", "create", "anna1234", "-p", "correct horse"];
    for (
      const args of [account, ["backup", "create", "-o", world.archive]]
    ) {
      const { code, said } = await world.run(args);
      assert.equal(code, 0, said);
    }
    return world;
  }

  get stateDir() {
    return `${this.scratch}/state`;
  }
  get victim() {
    return `${this.scratch}/victim`;
  }
  get archive() {
    return `${this.scratch}/backup.tar.gz`;
  }
  /** A directory that only root reads. */
  get foreign() {
    return `${this.scratch}/foreign`;
  }
  get programs() {
    return `${this.scratch}/programs`;
  }
  get config() {
    return `${this.scratch}/postern.toml`;
  }

  /** In the place of what is there. */
  async plant(
    trap: Trap,
    name: string,
  ): Promise<void> {
    const path = join(this.stateDir, name);
    await Deno.remove(path, { recursive: true }).catch(() => {});
    await trap(path, this.victim);
  }

  /** Ends it by itself if it waits for something. */
  async run(
    args: readonly string[],
  ): Promise<{ code: number; said: string }> {
    const process = new Deno.Command("unshare", {
      args: [
        ...["--mount", "sh", "-ec", SEEN, "-", DENO_DIR, this.programs],
        REPOSITORY,
        Deno.execPath(),
        ...args,
        ...["--config", this.config, "--yes"],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", DENO_DIR: `${this.programs}/cache` },
    }).spawn();
    const timer = setTimeout(() => process.kill("SIGKILL"), LIMIT_MS);
    const { code, stdout, stderr, signal } = await process.output();
    clearTimeout(timer);
    const decoder = new TextDecoder();
    const said = decoder.decode(stdout) + decoder.decode(stderr);
    assert.notEqual(signal, "SIGKILL", `${args.join(" ")} waits`);
    return { code, said };
  }

  async dispose(): Promise<void> {
    await Deno.remove(this.scratch, { recursive: true });
  }
}

/** What is there, whose it is, and what is in it. */
function* tableOf(path: string): Generator<string> {
  const { uid, gid, mode, nlink, isDirectory, isFile } = Deno.lstatSync(path);
  const hash = isFile
    ? createHash("sha256").update(Deno.readFileSync(path)).digest("hex")
    : "";
  yield [path, uid, gid, mode, nlink, hash].join(" ");
  if (!isDirectory) return;
  for (const name of [...Deno.readDirSync(path)].map((x) => x.name).sort()) {
    yield* tableOf(join(path, name));
  }
}

/** Files of the service with what is not its own. */
function* leaksBelow(path: string): Generator<string> {
  const { isDirectory, isFile } = Deno.lstatSync(path);
  if (isFile && Deno.readTextFileSync(path).includes(SECRET)) yield path;
  if (!isDirectory) return;
  for (const { name } of Deno.readDirSync(path)) {
    yield* leaksBelow(join(path, name));
  }
}

interface Case {
  readonly command: readonly string[];
  readonly names: readonly string[];
  readonly trap: Trap;
}

const CREATE = ["accounts", "create", "bert5678", "-p", "correct horse"];
const ARCHIVE = ["backup", "create", "-o", "OUT/backup.tar.gz"];
const RESTORE = ["backup", "restore", "ARCHIVE"];

const CASES: readonly Case[] = [
  { command: CREATE, names: FIRST, trap: toFile },
  { command: CREATE, names: ["lock"], trap: toNothing },
  { command: ["admin-token", "rotate"], names: OTHERS, trap: toFile },
  { command: ["backup", "create"], names: OTHERS, trap: toDirectory },
  { command: ARCHIVE, names: OTHERS, trap: toNothing },
  { command: ARCHIVE, names: ["dkim", "tls", "acme"], trap: within },
  { command: ["db", "check"], names: FIRST, trap: toFile },
  { command: ["import-relay", "OUT"], names: ["blobs"], trap: toDirectory },
  { command: ["move", "receive"], names: OTHERS, trap: toDirectory },
  { command: ["move", "send", "--via", "true"], names: OTHERS, trap: toFile },
  { command: RESTORE, names: [...FIRST, ...OTHERS], trap: toDirectory },
  { command: RESTORE, names: OTHERS, trap: within },
  {
    command: [...RESTORE, "--force"],
    names: [...OTHERS, "changing-places"],
    trap: toFile,
  },
  {
    command: [...RESTORE, "--force"],
    names: ["changing-places", "restoring"],
    trap: pipe,
  },
  {
    command: ["move", "send", "--via", "true"],
    names: ["handover", "moved"],
    trap: pipe,
  },
];

Deno.test({
  name: "no command of root is led out of the directory of the service",
  ignore: !CAN_MOUNT,
  fn: async (t) => {
    const world = await World.make();
    const { victim, stateDir, foreign, archive } = world;
    const before = [...tableOf(victim)];
    const whole = `${world.scratch}/whole`;
    const copy = (from: string, to: string) =>
      new Deno.Command("cp", { args: ["-a", from, to] }).output();
    await copy(stateDir, whole);
    try {
      for (const { command, names, trap } of CASES) {
        const args = command.map((one) =>
          one.replace("OUT", foreign).replace("ARCHIVE", archive)
        );
        const shown = `${command.join(" ")}: ${names[0]} and more`;
        await t.step(shown, async () => {
          await Deno.remove(stateDir, { recursive: true });
          await copy(whole, stateDir);
          // a restore goes on only where there is no relay
          if (command === RESTORE) {
            for (const name of FIRST) await world.plant(() => {}, name);
          }
          for (const name of names) await world.plant(trap, name);
          await world.run(args);
          assert.deepEqual([...tableOf(victim)], before);
          assert.deepEqual([...leaksBelow(stateDir)], []);
          assert.deepEqual(rootsBelow(stateDir), []);
        });
      }
    } finally {
      await world.dispose();
    }
  },
});

Deno.test({
  name: "commands of root work as before in the directory of a service",
  ignore: !CAN_MOUNT,
  fn: async () => {
    const world = await World.make();
    const { stateDir, foreign, archive } = world;
    try {
      for (
        const args of [
          CREATE,
          ["backup", "create"],
          ["db", "copy", "--to", `${foreign}/copy.db`],
          ["import-relay", foreign],
          ["backup", "restore", archive, "--force"],
          ["accounts", "list"],
        ]
      ) {
        const { code, said } = await world.run(args);
        assert.equal(code, 0, `${args.join(" ")}: ${said}`);
        assert.deepEqual(rootsBelow(stateDir), [], args.join(" "));
      }
      assert.equal(Deno.statSync(`${foreign}/copy.db`).uid, 0);
    } finally {
      await world.dispose();
    }
  },
});

/** What the server could not use. */
function rootsBelow(path: string): string[] {
  const { uid, isDirectory, isSymlink } = Deno.lstatSync(path);
  const below = isDirectory
    ? [...Deno.readDirSync(path)].flatMap(({ name }) =>
      rootsBelow(join(path, name))
    )
    : [];
  return uid === 0 && !isSymlink ? [path, ...below] : below;
}
