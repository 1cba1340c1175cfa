import assert from "node:assert/strict";
import { guessDirectories, locateConfig } from "./locate.ts";

interface Place {
  readonly directory: string;
  write(path: string, text?: string): void;
}

function within(name: string, work: (place: Place) => void): void {
  Deno.test(name, () => {
    const directory = Deno.makeTempDirSync();
    Deno.mkdirSync(`${directory}/data`);
    try {
      work({
        directory,
        write: (path, text = "") =>
          Deno.writeTextFileSync(`${directory}/${path}`, text),
      });
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  });
}

const FILE = '[server]\ndomain = "file.example"\nstate_dir = "from-file"\n';

within(
  "locateConfig() prefers flag to environment to ./data",
  ({ directory, write }) => {
    write("data/postern.toml", FILE);
    write("env.toml", '[server]\ndomain = "env.example"');
    write("flag.toml", '[server]\ndomain = "flag.example"');
    const environment = { POSTERN_CONFIG: "env.toml" };
    const domains = [
      locateConfig({ directory, environment, configFlag: "flag.toml" }),
      locateConfig({ directory, environment }),
      locateConfig({ directory, environment: {} }),
    ].map(({ values }) => values.server.domain);
    assert.deepEqual(domains, ["flag.example", "env.example", "file.example"]);
  },
);

within(
  "locateConfig() lets flag and environment win over the file's state_dir",
  ({ directory, write }) => {
    write("data/postern.toml", FILE);
    const environment = { POSTERN_STATE_DIR: "/env" };
    const dirs = [
      locateConfig({ directory, environment, stateDirFlag: "/flag" }),
      locateConfig({ directory, environment }),
      locateConfig({ directory, environment: {} }),
    ].map(({ values }) => values.server.stateDir);
    assert.deepEqual(dirs, ["/flag", "/env", `${directory}/from-file`]);
  },
);

within(
  "locateConfig() finds what development mode left, but a server must be told",
  ({ directory, write }) => {
    write("data/chat.db");
    const found = locateConfig({ directory, environment: {} });
    assert.equal(found.values.server.domain, "[127.0.0.1]");
    assert.equal(found.values.server.stateDir, `${directory}/data`);
    assert.throws(
      () => locateConfig({ directory, environment: {}, dev: false }),
      {
        name: "ConfigError",
      },
    );
  },
);

for (
  const [devAddress, domain, at] of [
    ["192.168.1.5", "[192.168.1.5]", "192.168.1.5"],
    ["fd00::5", "[IPv6:fd00::5]", "fd00::5"],
  ] as const
) {
  within(
    `locateConfig() in development mode puts everything on ${devAddress}`,
    ({ directory }) => {
      const { values } = locateConfig({
        directory,
        environment: {},
        dev: true,
        devAddress,
      });
      assert.equal(values.server.domain, domain);
      const all = Object.values(values.listen).flat();
      assert.deepEqual(new Set(all.map(({ host }) => host)), new Set([at]));
    },
  );
}

for (
  const devAddress of ["", "my-laptop", "0.0.0.0", "::", "192.168.1.5:8443"]
) {
  within(
    `locateConfig() cannot be reached at "${devAddress}"`,
    ({ directory }) => {
      assert.throws(
        () =>
          locateConfig({ directory, environment: {}, dev: true, devAddress }),
        /must be an IP address of this machine/,
      );
    },
  );
}

within("locateConfig() takes the environment alone", ({ directory }) => {
  const environment = { POSTERN_SET__server__domain: "env.example" };
  const { values } = locateConfig({ directory, environment, dev: false });
  assert.equal(values.server.domain, "env.example");
});

within(
  "locateConfig() in development mode lets a file change what it likes",
  ({ directory, write }) => {
    write("data/postern.toml", "[listen]\nsmtp = 4025");
    const { values } = locateConfig({ directory, environment: {}, dev: true });
    assert.equal(values.server.domain, "[127.0.0.1]");
    assert.deepEqual(values.listen.smtp, [{ port: 4025 }]);
    assert.deepEqual(values.listen.imapTls, [{
      host: "127.0.0.1",
      port: 1993,
    }]);
    assert.equal(values.server.runtimeDir, `${directory}/data`);
  },
);

const GUESSES: readonly [
  name: string,
  text: string | undefined,
  stateDir: string | undefined,
][] = [
  ["that names it", '[server]\nstate_dir = "/a"\n[quota\n', "/a"],
  ["that does not name it", "[quota\n", "/var/lib/postern"],
  ["where it is in a comment", '# state_dir = "/a"\n[', "/var/lib/postern"],
  ["that is not there", undefined, undefined],
  [
    "that names it with escapes",
    '[server]\nstate_dir = "/a\\u0062"\n[',
    undefined,
  ],
  ["that names it with a dot", 'server.state_dir = "/a"\n[', undefined],
  ["that names it in a table", 'server = { state_dir = "/a" }\n[', undefined],
];
for (const [name, text, stateDir] of GUESSES) {
  Deno.test(`guessDirectories() of a broken file ${name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "locate" });
    try {
      const configFlag = `${directory}/broken.toml`;
      if (text !== undefined) await Deno.writeTextFile(configFlag, text);
      const choice = { configFlag, environment: {}, directory };
      assert.equal(guessDirectories(choice)?.stateDir, stateDir);
      const told = guessDirectories({ ...choice, stateDirFlag: "/told" });
      assert.equal(told?.stateDir, text === undefined ? undefined : "/told");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
