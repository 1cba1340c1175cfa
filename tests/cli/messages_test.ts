/** What goes wrong is said in words that people know, with the place. */
import assert from "node:assert/strict";
import { freePorts, Server } from "../harness/server.ts";
import { Installation, postern } from "./command_line.ts";

/** Names of errors and codes that only programmers know. */
const MACHINE_WORDS =
  /os error|\bE[A-Z]{4,}\b(?<!EMFILE|ENFILE)|\b[a-z]+_[a-z_]+\b|PermissionDenied|NotFound|undefined|\[object|SQLITE|Error:/;

interface Case {
  readonly what: string;
  /** Before the command; gets the state directory. */
  prepare?(state: string): void | Promise<void>;
  readonly run: string;
  readonly exit: number;
  readonly err: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: "a name that is taken",
    prepare: () => {},
    run: "accounts create anna1234 -p 'a horse xx'",
    exit: 4,
    err: /^postern: .*There is an account with this name already\n$/,
  },
  {
    what: "a database that is none",
    prepare: (state) => {
      Deno.mkdirSync(state, { recursive: true });
      Deno.writeTextFileSync(
        `${state}/chat.db`,
        "nothing of the kind ".repeat(500),
      );
    },
    run: "accounts list",
    exit: 1,
    err:
      /^postern: Cannot open the database \S+\/state\/chat.db: it is damaged, or not a database/,
  },
  {
    what: "a database of a newer program",
    prepare: async (state) => {
      Deno.mkdirSync(state, { recursive: true });
      const { DatabaseSync } = await import("node:sqlite");
      const db = new DatabaseSync(`${state}/chat.db`);
      db.exec("PRAGMA user_version = 999");
      db.close();
    },
    run: "accounts list",
    exit: 1,
    err:
      /^postern: Cannot open the database \S+chat.db: its schema version 999 is newer/,
  },
  {
    what: "a state directory that is a file",
    prepare: (state) => Deno.writeTextFileSync(state, ""),
    run: "accounts list",
    exit: 1,
    err:
      /^postern: \S+\/state\S*: (?:it exists already|a part of the path is no directory)\n$/,
  },
  {
    what: "a file of accounts that is not there",
    run: "accounts import {dir}/nowhere.json",
    exit: 3,
    err: /^postern: \S+\/nowhere.json: there is no such file or directory\n$/,
  },
  {
    what: "a directory in place of a file of accounts",
    run: "accounts import {dir}",
    exit: 4,
    err: /^postern: \S+: it is a directory\n$/,
  },
  {
    what: "an export into a directory that is not there",
    run: "accounts export -o {dir}/nowhere/a.json",
    exit: 3,
    err: /^postern: \S+\/nowhere: there is no such file or directory\n$/,
  },
  {
    what: "a mail directory that is not there",
    run: "accounts import --relay {dir}/nowhere",
    exit: 3,
    err: /^postern: \S+\/nowhere: there is no such file or directory\n$/,
  },
  {
    what: "no such account",
    run: "accounts info nobody12",
    exit: 3,
    err: /^postern: /,
  },
  {
    what: "no such task",
    run: "tasks run sweep",
    exit: 2,
    err: /^postern: No task is named "sweep"/,
  },
  {
    what: "no such setting",
    run: "settings set nothing 1",
    exit: 3,
    err: /^postern: No setting is named "nothing"/,
  },
  {
    what: "a configuration that is a directory",
    run: "--config {dir} status",
    exit: 7,
    err: /: cannot be read: it is a directory\n$/,
  },
];
for (const { what, prepare, run, exit, err } of CASES) {
  Deno.test(`the command line says in words: ${what}`, async () => {
    const installation = new Installation();
    try {
      if (what === "a name that is taken") await installation.run(run);
      await prepare?.(`${installation.directory}/state`);
      const outcome = await installation.run(run);
      assert.match(outcome.err, err);
      assert.equal(outcome.exit, exit, outcome.err);
      assert.equal(outcome.out, "");
      const said = outcome.err.replace(/'[^']*'|"[^"]*"|\S*\/\S+/g, "");
      assert.doesNotMatch(said, MACHINE_WORDS);
    } finally {
      installation.dispose();
    }
  });
}

Deno.test("run names who has the port, and the key to change", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ports = freePorts();
  const installation = new Installation(
    `[listen]\nsmtp = "127.0.0.1:${ports.smtp}"\nsubmission = ""\nsubmission_tls = ""\nimap = "127.0.0.1:${taken.addr.port}"\nimap_tls = ""\nhttp = ""\nhttps = ""\n`,
  );
  try {
    const { exit, err } = await installation.run("run");
    assert.equal(exit, 1);
    assert.match(
      err,
      new RegExp(
        `^postern: Cannot listen for imap on 127\\.0\\.0\\.1:${taken.addr.port}: \\S+ \\(pid ${Deno.pid}\\) has this port: end that, or choose another in listen.imap$`,
        "m",
      ),
    );
  } finally {
    taken.close();
    installation.dispose();
  }
});

Deno.test("a broken file does not keep commands from the server", async (t) => {
  const server = await Server.start();
  const environment = { POSTERN_CONFIG: server.configFile };
  const text = await Deno.readTextFile(server.configFile);
  const broken: Record<string, string> = {
    "an unknown key": `${text}\n[quota]\ntrim_too = 1\n`,
    "no TOML": `${text}\n[quota\n`,
    "a wrong value": `${text}\n[quota]\ntrim_to = "much"\n`,
  };
  try {
    for (const [what, file] of Object.entries(broken)) {
      await t.step(what, async () => {
        await Deno.writeTextFile(server.configFile, file);
        for (
          const args of [["status"], ["accounts", "create-random"], [
            "sessions",
          ]]
        ) {
          const { exit, out, err } = await postern(args, environment);
          assert.equal(exit, 0, err);
          assert.notEqual(out, "");
          assert.match(
            err,
            /^postern: warning: the configuration cannot be used, the server of \S+ goes by what it read before:\n\S+postern.toml:\d+:\d+: [^\n]+\n$/,
          );
        }
        const json = await postern(["status", "--json"], environment);
        assert.equal(json.exit, 0);
        assert.equal(JSON.parse(json.out).data.running, true);
        assert.match(JSON.parse(json.err).warning, /postern.toml:\d+/);
        const reload = await postern(["reload"], environment);
        assert.equal(reload.exit, 7);
        assert.equal(reload.out, "");
        assert.match(reload.err, /^\S+postern.toml:\d+:\d+: [^\n]+\n$/);
        assert.equal((await postern(["config", "check"], environment)).exit, 7);
      });
    }
    await t.step(
      "a file of which it is not known whose it is is an error",
      async () => {
        const other = `${server.configFile}.other`;
        const state = await Deno.realPath(server.stateDir);
        const files: Record<string, string | undefined> = {
          "none": undefined,
          "a place that cannot be read": '[server]\nstate_dir = "/a\\q"\n',
          "a place with a dot": 'server.state_dir = "/other"\nserver = [\n',
        };
        for (const [what, file] of Object.entries(files)) {
          if (file === undefined) await Deno.remove(other).catch(() => {});
          else await Deno.writeTextFile(other, file);
          const { exit, out } = await postern(["--config", other, "status"], {
            // where the other one would be looked for
            POSTERN_SET__server__state_dir: "",
            HOME: state,
          });
          assert.equal(exit, 7, what);
          assert.equal(out, "", what);
        }
        // the flag says whose it is
        const { exit, err } = await postern(
          ["--config", other, "--state-dir", state, "status"],
          {},
        );
        assert.equal(exit, 0, err);
        assert.match(err, /cannot be used, the server of /);
      },
    );
    await t.step("and when no server runs, it is an error", async () => {
      await server.end("SIGTERM");
      const { exit, out, err } = await postern(["status"], environment);
      assert.equal(exit, 7);
      assert.equal(out, "");
      assert.match(err, /^\S+postern.toml:\d+:\d+: [^\n]+\n$/);
    });
  } finally {
    await server.dispose();
  }
});

Deno.test("config check tells what it can know of a server", async () => {
  const installation = new Installation(
    '[storage]\nmin_free = "900000G"\nsync = "off"\n[imap]\nmax_connections = 1000000\n',
  );
  try {
    const { exit, out } = await installation.run("config check");
    assert.equal(exit, 0);
    for (const code of ["disk_low", "store_unsafe", "open_files_low"]) {
      assert.match(out, new RegExp(`^warning: ${code}: `, "m"));
    }
    const json = await installation.run("config check --json");
    const { degraded } = JSON.parse(json.out).data;
    assert.deepEqual(
      degraded.map(({ code }: { code: string }) => code),
      ["disk_low", "store_unsafe", "open_files_low"],
    );
  } finally {
    installation.dispose();
  }
});
