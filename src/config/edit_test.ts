import assert from "node:assert/strict";
import { completed, editedText, replaceFile } from "./edit.ts";
import type { KeyName } from "./schema.ts";
import { ConfigError } from "./problems.ts";
import type { WrittenKeys } from "./write.ts";
import { valueSpan } from "./positions.ts";

const FILE = `# ours
[server]
domain = "a.example" # the first
domains = [
  "b.example", # another
  "c.example",
]

[log]
level = 'info'
`;

interface Case {
  readonly name: string;
  readonly key: KeyName;
  readonly value: unknown;
  readonly before: string;
  readonly after: string;
}

const CASES: readonly Case[] = [
  {
    name: "a value, with the comment behind it",
    key: "server.domain",
    value: "z.example",
    before: FILE,
    after: FILE.replace('"a.example"', '"z.example"'),
  },
  {
    name: "a list of several lines",
    key: "server.domains",
    value: ["b.example"],
    before: FILE,
    after: FILE.replace(/\[\n[^]*?\n\]/, '["b.example"]'),
  },
  {
    name: "a literal string",
    key: "log.level",
    value: "debug",
    before: FILE,
    after: FILE.replace("'info'", '"debug"'),
  },
  {
    name: "a key that is not there, in a section that is",
    key: "log.lock",
    value: true,
    before: FILE,
    after: FILE.replace("[log]", "[log]\nlock = true"),
  },
  {
    name: "a key of a section that is not there",
    key: "retention.enabled",
    value: false,
    before: FILE,
    after: `${FILE}\n[retention]\nenabled = false\n`,
  },
  {
    name: "a dotted key",
    key: "server.domain",
    value: "z.example",
    before: 'server.domain = "a.example"',
    after: 'server.domain = "z.example"',
  },
  {
    name: "a key of an inline table",
    key: "server.domain",
    value: "z.example",
    before: 'server = { domain = "a.example", domains = [] }\n',
    after: 'server = { domain = "z.example", domains = [] }\n',
  },
  {
    name: "line ends of Windows",
    key: "log.level",
    value: "warn",
    before:
      '[server]\r\ndomain = "a.example"\r\n[log]\r\nlevel = "off" # no\r\n',
    after:
      '[server]\r\ndomain = "a.example"\r\n[log]\r\nlevel = "warn" # no\r\n',
  },
];

for (const { name, key, value, before, after } of CASES) {
  Deno.test(`editedText() changes ${name}`, () => {
    assert.equal(editedText(before, key, value), after);
  });
}

Deno.test("editedText() refuses what does not go with the rest", () => {
  assert.throws(() => editedText(FILE, "server.domain", "b.example"), {
    name: "ConfigError",
  });
  assert.throws(
    // a section that cannot be opened a second time
    () =>
      editedText(
        'server = { domain = "a.example" }\n',
        "server.domains",
        ["b.example"],
      ),
    { name: "ConfigError" },
  );
});

Deno.test("valueSpan() finds values, and no more", () => {
  const text = 'a = 1 \n[b]\nc = { d = "x" }\n';
  const of = (...path: string[]) => {
    const span = valueSpan(text, path);
    return span && text.slice(span.start, span.end);
  };
  assert.equal(of("a"), "1");
  assert.equal(of("b", "c"), '{ d = "x" }');
  assert.equal(of("b", "c", "d"), '"x"');
  assert.equal(of("b"), undefined);
  assert.equal(of("c"), undefined);
});

Deno.test("replaceFile() keeps mode and place, through links", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-edit-" });
  try {
    const [path, link] = [`${directory}/file`, `${directory}/link`];
    await Deno.writeTextFile(path, "old", { mode: 0o640 });
    await Deno.chmod(path, 0o640);
    await Deno.symlink(path, link);
    replaceFile(link, "new");
    assert.equal(await Deno.readTextFile(path), "new");
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o640);
    assert.ok((await Deno.lstat(link)).isSymlink);
    const left = [...Deno.readDirSync(directory)].map(({ name }) => name);
    assert.deepEqual(left.sort(), ["file", "link"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

const WANTED: WrittenKeys = new Map<never, unknown>([
  ["server.domain", "chat.example"],
  ["listen.http", []],
  ["shadowsocks.enabled", true],
  ["iroh.enabled", false],
] as never);

const OF_OPERATOR = `# ours
[server] # first
domain = "other.example" # not to be touched

[iroh]
enabled = true
[web]
`;

Deno.test("completed() adds what is missing, and changes nothing", () => {
  const { text, added } = completed(OF_OPERATOR, WANTED);
  assert.deepEqual(added, ["listen.http", "shadowsocks.enabled"]);
  for (const line of OF_OPERATOR.split("\n")) {
    assert.ok(text.includes(line), line);
  }
  assert.ok(text.startsWith(OF_OPERATOR));
  assert.match(text, /\[shadowsocks\]\nenabled = true/);
  assert.deepEqual(completed(text, WANTED), { text, added: [] });
});

Deno.test("completed() gives a file its domain", () => {
  const { text, added } = completed("[server] # here\n", WANTED);
  assert.equal(added[0], "server.domain");
  assert.match(text, /^\[server\] # here\ndomain = "chat.example"\n/);
});

Deno.test("completed() leaves out what does not go with the rest", () => {
  const { text, added } = completed(
    '[server]\ndomain = "relay.local"\n',
    new Map<never, unknown>([
      ["tls.mode", "autocert"],
      ["shadowsocks.enabled", true],
    ] as never),
  );
  assert.deepEqual(added, ["shadowsocks.enabled"]);
  assert.doesNotMatch(text, /autocert/);
});

Deno.test("completed() leaves alone what is written in a way of its own", () => {
  const text = 'server = { domain = "chat.example" }\n[iroh]\n';
  const wanted = new Map<never, unknown>([
    ["server.runtime_dir", "/run/x"],
    ["iroh.enabled", false],
  ] as never);
  const { text: whole, added } = completed(text, wanted);
  assert.deepEqual(added, ["iroh.enabled"]);
  assert.equal(whole, `${text.trimEnd()}\nenabled = false\n`);
});

Deno.test("completed() refuses a file that cannot be used", () => {
  assert.throws(() => completed("[server]\ndomian = 1\n", WANTED), ConfigError);
});
