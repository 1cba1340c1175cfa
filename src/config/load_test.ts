import assert from "node:assert/strict";
import { OTHER_KEYS } from "./names/other_names.ts";
import { HINTS } from "./layers.ts";
import { isKeyName, SECTIONS } from "./schema.ts";
import { loadConfig } from "./load.ts";
import { ConfigError, formatProblem } from "./problems.ts";

const OUTSIDE = {
  readFile(path: string): string {
    if (path === "/run/secret") return "a comment\n";
    throw new Error("ENOENT");
  },
  env: (name: string) => name === "SECRET" ? "30M" : undefined,
};

function problemsOf(text: string): string[] {
  try {
    loadConfig({ path: "p.toml", text }, OUTSIDE);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(formatProblem);
  }
  return [];
}

const DOMAIN = '[server]\ndomain = "a.example"\n';

const WRONG: [string, string, string[]][] = [
  ...["path", "web_path"].map((key): [string, string, string[]] => [
    `admin.${key} where the web site is`,
    `${DOMAIN}[admin]\n${key} = "/new"`,
    [`p.toml:4:1: admin.${key}: /new is a path of the web site`],
  ]),
  ["no domain", "", ["p.toml:1:1: server.domain: is required"]],
  [
    "no domain beside other mistakes",
    "\n[server]\nhostname = 'x y'\n[listen]\nimap = 993",
    [
      "p.toml:2:2: server.domain: is required",
      'p.toml:3:1: server.hostname: must be a DNS name or an IP address without brackets (got "x y")',
      "p.toml:4:2: listen.imap_tls: port 993 is already used by listen.imap",
    ],
  ],
  [
    "a misspelt key and what it leaves out",
    '[server]\n  domian = "a.example"',
    [
      "p.toml:1:2: server.domain: is required",
      "p.toml:2:3: server.domian: unknown key, did you mean server.domain?",
    ],
  ],
  [
    "an unknown section",
    `${DOMAIN}[sever]\nx = 1\n[accounts]\n[zzzzzzzz]`,
    [
      "p.toml:3:2: sever: unknown section, did you mean server?",
      "p.toml:5:2: accounts: unknown section, did you mean registration?",
      "p.toml:6:2: zzzzzzzz: unknown section",
    ],
  ],
  [
    "keys in the wrong section",
    `hostname = "x.example"\n${DOMAIN}max_message_size = "1M"`,
    [
      "p.toml:1:1: hostname: unknown key, did you mean server.hostname?",
      "p.toml:4:1: server.max_message_size: unknown key, did you mean limits.max_message_size?",
    ],
  ],
  [
    "keys by the names of older files",
    `${DOMAIN}[turn]\nlisten = ":3478"\nenabled = true\n[shadowsocks]\nlisten = ":8388"\n[retention]\nseen_messages = "1d"`,
    [
      "p.toml:4:1: turn.listen: unknown key, did you mean listen.turn?",
      "p.toml:5:1: turn.enabled: unknown key, did you mean listen.turn?",
      "p.toml:7:1: shadowsocks.listen: unknown key, did you mean listen.shadowsocks?",
      "p.toml:9:1: retention.seen_messages: unknown key, did you mean retention.seen?",
    ],
  ],
  [
    "targets of the log that are none",
    `${DOMAIN}[log]\ntargets = ["off", "stdout", "file:", "a.log"]`,
    [
      'p.toml:4:1: log.targets: must be stderr or the path of a file; log.level = "off" logs nothing (got "off")',
    ],
  ],
  [
    "a section that is a value",
    `smtp = 1\n${DOMAIN}`,
    ["p.toml:1:1: smtp: is a section: write [smtp]"],
  ],
  [
    "wrong types",
    `${DOMAIN}[registration]\nopen = "yes"\nusername_length = "9"\n[tls]\nmode = 1\n[limits]\nmax_message_size = 1.5`,
    [
      'p.toml:4:1: registration.open: must be true or false, without quotes (got the string "yes")',
      'p.toml:5:1: registration.username_length: must be integer from 1 to 64 (got the string "9")',
      "p.toml:7:1: tls.mode: must be one of self_signed, file, autocert, quoted (got the number 1)",
      "p.toml:9:1: limits.max_message_size: must be a size (got the number 1.5)",
    ],
  ],
  [
    "values out of range",
    `${DOMAIN}imap = { idle_keepalive_s = 20 }\n[limits]\nmax_message_size = "2G"\n[listen]\nimap = [":143", ":70000"]`,
    [
      "p.toml:3:1: server.imap: unknown key, did you mean listen.imap?",
      'p.toml:5:1: limits.max_message_size: must be between 1 and 1G (got "2G")',
      "p.toml:7:1: listen.imap: must have a port from 1 to 65535 (got 70000)",
    ],
  ],
  [
    "durations and sizes that cannot be read",
    `${DOMAIN}[retention]\nmessages = "2 weeks"\nlarge = -1\n[quota]\ndefault = "1 TB"`,
    [
      'p.toml:4:1: retention.messages: Cannot read "2 weeks": write 20d, 12h, 1d12h, 5m or 30s',
      'p.toml:5:1: retention.large: Cannot read "-1": write 20d, 12h, 1d12h, 5m or 30s',
      'p.toml:7:1: quota.default: Cannot read "1 TB": write 100M, 1.5G, 64K or 200000',
    ],
  ],
  [
    "modes that do not exist",
    `${DOMAIN}[tls]\nmode = "acme"`,
    [
      'p.toml:4:1: tls.mode: must be one of self_signed, file, autocert (got "acme")',
    ],
  ],
  [
    "listeners that collide",
    `${DOMAIN}[listen]\nimap = "127.0.0.1:993"\nhttp = "192.0.2.1:443"\nhttps = "192.0.2.2:443"\nsmtp = ["[::1]:25", "127.0.0.1:25"]`,
    ["p.toml:3:2: listen.imap_tls: port 993 is already used by listen.imap"],
  ],
  [
    "lengths in the wrong order",
    `${DOMAIN}[registration]\nmax_username_length = 8\npassword_length = 8\n[quota]\ntrim_to = 80`,
    [
      "p.toml:3:2: registration.username_length: must be between the shortest (8) and the longest (8) user name (got 9)",
      "p.toml:5:1: registration.password_length: is below registration.password_min_length (9)",
      "p.toml:7:1: quota.trim_to: is above quota.trim_from (75)",
    ],
  ],
  [
    "domains that are none, doubled or led astray",
    `[server]\ndomain = "a.example"\ndomains = ["A.example", "b.example"]\ndomain_aliases = { "b.example" = "c.example" }\nhostname = "[::1]"`,
    [
      "p.toml:3:1: server.domains: names a.example twice",
      "p.toml:4:1: server.domain_aliases: b.example is a domain with accounts of its own",
      "p.toml:4:1: server.domain_aliases: b.example leads to c.example, which is no domain of this server",
      'p.toml:5:1: server.hostname: must be a DNS name or an IP address without brackets (got "[::1]")',
    ],
  ],
  [
    "secrets that are not there",
    `${DOMAIN}comment = { file = "/nowhere" }\nadmin_contact = { env = "NOTHING" }\nhostname = { path = "x" }`,
    [
      'p.toml:3:1: server.comment: cannot read "/nowhere": ENOENT',
      'p.toml:4:1: server.admin_contact: the environment has no "NOTHING"',
      'p.toml:5:1: server.hostname: must be host name, or empty, { file = "path" } or { env = "NAME" }',
    ],
  ],
  [
    "text that is not TOML",
    "[server]\ndomain = a.example",
    ["p.toml:2:10: Invalid TOML document: invalid value"],
  ],
];
for (const [what, text, expected] of WRONG) {
  Deno.test(`loadConfig() reports ${what}`, () => {
    assert.deepEqual(problemsOf(text), expected);
  });
}

Deno.test("loadConfig() reads what is there and fills in the rest", () => {
  const { values, given, warnings } = loadConfig({
    path: "p.toml",
    text: `
[server]
domain = "Chat.Example."
domains = "[192.0.2.1]"
hostname = "192.0.2.1"
comment = { file = "/run/secret" }
[server.domain_aliases]
"[IPv6:2001:DB8::1]" = "chat.example"
[listen]
smtp = 2525
http = ""
imap = []
[limits]
max_message_size = { env = "SECRET" }
[retention]
messages = 3600
large = "1d12h"`,
  }, OUTSIDE);
  assert.equal(values.server.domain, "chat.example");
  assert.deepEqual(values.server.domains, ["[192.0.2.1]"]);
  assert.deepEqual(values.server.domainAliases, {
    "[IPv6:2001:db8::1]": "chat.example",
  });
  assert.equal(values.server.comment, "a comment");
  assert.deepEqual(values.listen.smtp, [{ port: 2525 }]);
  assert.deepEqual(values.listen.http, []);
  assert.deepEqual(values.listen.imap, []);
  assert.equal(values.limits.maxMessageSize, 31_457_280);
  assert.equal(values.retention.messages, 3600);
  assert.equal(values.retention.large, 129_600);
  assert.equal(values.smtp.maxConnectionsPerIp, 50);
  assert.ok(given.has("listen.smtp") && !given.has("listen.https"));
  assert.deepEqual(warnings.map(formatProblem), [
    "p.toml:5:1: warning: server.hostname: is an IP address while server.domain is a name: certificates are rarely made for both",
  ]);
});

Deno.test("loadConfig() warns of names that no host can have", () => {
  const { warnings } = loadConfig({
    path: "p.toml",
    text:
      '[server]\ndomain = "my_chat.example"\ndomains = ["-b.example", "c.example"]\nhostname = "c_.example"',
  });
  assert.deepEqual(warnings.map(({ key }) => key), [
    "server.domain",
    "server.domains",
    "server.hostname",
  ]);
  assert.match(warnings[0]?.message ?? "", /^my_chat\.example cannot be/);
});

Deno.test("loadConfig() warns wherever a name of this relay is written", () => {
  const { warnings } = loadConfig({
    path: "p.toml",
    text: `
[server]
domain = "chat.example"
domain_aliases = { "a_.example" = "chat.example", "b.example" = "chat.example" }
[acme]
extra_names = ["www.chat.example", "*.w_w.example"]
[turn]
server = "t_1.example"
[shadowsocks]
host = "s_s.example"
[web]
client_host = "mail-.example"
[http]
extra_hosts = ["o.example", "o_n.example"]`,
  });
  assert.deepEqual(warnings.map(({ key }) => key).toSorted(), [
    "acme.extra_names",
    "http.extra_hosts",
    "server.domain_aliases",
    "shadowsocks.host",
    "turn.server",
    "web.client_host",
  ]);
});

Deno.test("loadConfig() takes a name with _ before it, which no authority vouches for", () => {
  const text = '[server]\ndomain = "_chat.example"\n[tls]\nmode = ';
  const own = loadConfig({ path: "p.toml", text: `${text}"self_signed"` });
  assert.deepEqual(own.warnings, []);
  assert.throws(
    () => loadConfig({ path: "p.toml", text: `${text}"autocert"` }),
    /tls\.mode: cannot be autocert: _chat\.example/,
  );
});

Deno.test("loadConfig() prefers environment to file to base", () => {
  const { values } = loadConfig({
    base:
      '[server]\ndomain = "[127.0.0.1]"\n[listen]\nsmtp = 2525\nimap = 1143',
    path: "p.toml",
    text: "[listen]\nimap = 2143\nhttp = 1",
    environment: {
      POSTERN_SET__listen__http: "8080",
      POSTERN_SET__log__level: "info",
      POSTERN_SET__quota__default: '"2G"',
      OTHER: "x",
    },
  }, OUTSIDE);
  assert.equal(values.listen.smtp[0]?.port, 2525);
  assert.equal(values.listen.imap[0]?.port, 2143);
  assert.equal(values.listen.http[0]?.port, 8080);
  assert.equal(values.log.level, "info");
  assert.equal(values.quota.default, 2 ** 31);
});

Deno.test("loadConfig() names the variable that is wrong", () => {
  assert.throws(() =>
    loadConfig({
      environment: {
        POSTERN_SET__server__domain: "a.example",
        POSTERN_SET__log__levle: "info",
        POSTERN_SET__tls__mode: "acme",
      },
    }, OUTSIDE), {
    name: "ConfigError",
    message: [
      "POSTERN_SET__log__levle: log.levle: unknown key, did you mean log.level?",
      'POSTERN_SET__tls__mode: tls.mode: must be one of self_signed, file, autocert (got "acme")',
    ].join("\n"),
  });
});

Deno.test("loadConfig() says when the file cannot be read", () => {
  assert.throws(() => loadConfig({ path: "/no/such.toml" }, OUTSIDE), {
    name: "ConfigError",
    message: "/no/such.toml: cannot be read: ENOENT",
  });
});

Deno.test("loadConfig() reads a section below a section as a prefix", () => {
  const text = `${DOMAIN}[federation.limits]\n`;
  const { values } = loadConfig(
    { path: "p.toml", text: `${text}spool = "3G"\n` },
    OUTSIDE,
  );
  assert.equal(values.federation.limitsSpool, 3 * 1024 ** 3);
  const [problem] = problemsOf(`${text}spoon = 1\n`);
  assert.match(
    problem!,
    /^p\.toml:4:1: federation\.limits\.spoon: unknown key/,
  );
});

Deno.test("loadConfig() reads keys of the web under their other names", () => {
  for (const { key } of Object.values(OTHER_KEYS)) {
    assert.ok(isKeyName(key), key);
  }
  const text = `${DOMAIN}[http]
listen = ["[::1]:8080"]
listen_tls = []
header_timeout = "12s"
body_timeout = 50
[web]
registration_min_free_disk_mb = 300
[web.limits]
new_per_minute = 3
share_per_10min = 0
pages_per_second = 7
`;
  const { values } = loadConfig({ path: "p.toml", text }, OUTSIDE);
  assert.deepEqual(values.listen.http, [{ host: "::1", port: 8080 }]);
  assert.deepEqual(values.listen.https, []);
  assert.equal(values.http.headerTimeoutS, 12);
  assert.equal(values.http.bodyTimeoutS, 50);
  assert.equal(values.registration.minFreeDisk, 300 * 1024 ** 2);
  assert.equal(values.registration.perIpPerHour, 180);
  assert.equal(values.sharing.perTenMinutes, 0);
  assert.equal(values.web.pagesPerSecond, 7);
});

Deno.test("loadConfig() says what is wrong with a key under its other name", () => {
  const text = `${DOMAIN}[http]
header_timeout = "soon"
header_timeout_s = 5
body_timeout_s = 5
body_timeout = "5s"
[web.limits]
pages = 1
`;
  assert.deepEqual(
    problemsOf(text).map((line) => line.replace(/ \(got.*$/, "")),
    [
      "p.toml:4:1: http.header_timeout: must be integer from 1 to 86400",
      "p.toml:7:1: http.body_timeout: is http.body_timeout_s once more",
      "p.toml:9:1: web.limits.pages: unknown key",
    ],
  );
});

Deno.test("targets of the log under other names are what they are called here", () => {
  const targets = ["stderr", "syslog", "file:/var/log/a.log", "b/c.log"];
  const text = `${DOMAIN}[log]\ntargets = ${JSON.stringify(targets)}`;
  const { values } = loadConfig({ path: "p.toml", text }, OUTSIDE);
  assert.deepEqual(values.log.targets, [
    "stderr",
    "stderr",
    "/var/log/a.log",
    "b/c.log",
  ]);
});

Deno.test("every name that is hinted at is a key or a section", () => {
  for (const meant of Object.values(HINTS)) {
    assert.ok(isKeyName(meant) || meant in SECTIONS, meant);
  }
});
