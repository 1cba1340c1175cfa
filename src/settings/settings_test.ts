import assert from "node:assert/strict";
import { loadConfig } from "../config/load.ts";
import { effectiveListeners } from "./listeners.ts";
import { SETTING_NAMES, settingNamed } from "./registry.ts";
import { Settings } from "./settings.ts";
import { MemorySettings } from "../../tests/store/memory_settings.ts";

function config(toml = "") {
  const text = `[server]\ndomain = "a.example"\n${toml}`;
  return loadConfig({ path: "test.toml", text });
}

Deno.test("get() prefers database to file to built-in value", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(
    rows,
    config("[registration]\nopen = false"),
  );
  assert.equal(settings.get("registration_open"), false);
  assert.equal(settings.view("registration_open").source, "config");
  assert.equal(settings.get("message_retention"), 1_728_000);
  assert.equal(settings.view("message_retention").source, "default");
  await settings.set("registration_open", "Yes");
  assert.equal(settings.get("registration_open"), true);
  assert.equal(settings.view("registration_open").source, "db");
  assert.equal(rows.table.get("registration_open"), "true");
  await settings.reset("registration_open");
  assert.equal(settings.get("registration_open"), false);
  assert.equal(rows.table.size, 0);
});

const REFUSED: [string, string, string][] = [
  ["message_retention", "2 weeks", "invalid_value"],
  ["registration_open", "perhaps", "invalid_value"],
  ["max_message_size", "2G", "invalid_value"],
  ["max_message_size", "0", "invalid_value"],
  ["smtp_port", "70000", "invalid_value"],
  ["smtp_port", "587", "invalid_value"],
  ["min_username_length", "10", "invalid_value"],
  ["password_length", "8", "invalid_value"],
  ["server_comment", "two\nlines", "invalid_value"],
  ["toString", "on", "not_found"],
  ["registration", "on", "not_found"],
];
for (const [name, text, code] of REFUSED) {
  Deno.test(`set() refuses ${name} = ${JSON.stringify(text)}`, async () => {
    const rows = new MemorySettings();
    const settings = await Settings.open(rows, config());
    await assert.rejects(settings.set(name, text), { code });
    assert.equal(rows.table.size, 0);
  });
}

Deno.test("set() names the setting that was meant", async () => {
  const settings = await Settings.open(new MemorySettings(), config());
  await assert.rejects(settings.set("registration_opne", "on"), {
    message:
      'No setting is named "registration_opne", did you mean registration_open?',
  });
});

const NAMED: [string, string, string][] = [
  ["language", "fa", "web_language"],
  ["ss_port", "8400", "shadowsocks_port"],
  ["registration.open", "false", "registration_open"],
];
for (const [name, text, meant] of NAMED) {
  Deno.test(`set() understands ${name}`, async () => {
    const rows = new MemorySettings();
    const settings = await Settings.open(rows, config());
    await settings.set(name, text);
    assert.deepEqual([...rows.table], [[meant, text]]);
  });
}

Deno.test("set() says what is a key of the file alone", async () => {
  const settings = await Settings.open(new MemorySettings(), config());
  await assert.rejects(settings.set("server.domain", "b.example"), {
    message:
      'No setting is named "server.domain": it is a key of the file, for "config set server.domain"',
  });
});

Deno.test("onChange() hears a change once, and none that is none", async () => {
  const settings = await Settings.open(new MemorySettings(), config());
  const heard: number[] = [];
  const stop = settings.onChange("max_message_size", (octets) => {
    heard.push(octets);
  });
  await settings.set("max_message_size", "30M");
  await settings.set("max_message_size", "30 MiB");
  stop();
  await settings.set("max_message_size", "40M");
  assert.deepEqual(heard, [31_457_280]);
});

Deno.test("set() takes a change back that a listener refuses", async () => {
  const rows = new MemorySettings(new Map([["smtp_port", "2525"]]));
  const settings = await Settings.open(rows, config());
  settings.onChange("smtp_port", () => {
    throw new Error("address in use");
  });
  await assert.rejects(settings.set("smtp_port", "26"), {
    code: "invalid_value",
    message: "address in use",
  });
  assert.equal(settings.get("smtp_port"), 2525);
  assert.equal(rows.table.get("smtp_port"), "2525");
  assert.equal(settings.view("smtp_port").value, "2525");
});

Deno.test("reload() hears what another process wrote", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  const heard: boolean[] = [];
  settings.onChange("registration_open", (open) => void heard.push(open));
  rows.table.set("registration_open", "false");
  rows.table.set("of_a_newer_version", "1");
  rows.table.set("max_message_size", "garbage");
  assert.deepEqual(await settings.reload(), {
    changed: ["registration_open"],
    refused: [],
  });
  assert.deepEqual(heard, [false]);
  assert.equal(settings.get("max_message_size"), 104_857_600);
  assert.equal(settings.view("max_message_size").source, "default");
});

Deno.test("reload() leaves a row that it cannot follow, reports it and tries again", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  let reason: string | undefined = "in use";
  settings.onChange("smtp_port", () => {
    if (reason !== undefined) throw new Error(reason);
  });
  rows.table.set("smtp_port", "26");
  for (let looks = 0; looks < 2; looks++) {
    assert.deepEqual(await settings.reload(), {
      changed: [],
      refused: [{ name: "smtp_port", reason: "in use" }],
    });
    assert.equal(settings.get("smtp_port"), undefined);
    assert.equal(rows.table.get("smtp_port"), "26");
  }
  reason = undefined;
  const done = { changed: ["smtp_port"], refused: [] };
  assert.deepEqual(await settings.reload(), done);
  assert.equal(settings.get("smtp_port"), 26);
});

Deno.test("set() leaves what it cannot follow of another server's", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  settings.onChange("smtp_port", () => Promise.reject(new Error("in use")));
  rows.table.set("smtp_port", "26");
  await settings.set("server_comment", "hello");
  assert.equal(settings.get("server_comment"), "hello");
  assert.equal(settings.get("smtp_port"), undefined);
  assert.deepEqual(Object.fromEntries(rows.table), {
    smtp_port: "26",
    server_comment: "hello",
  });
});

Deno.test("set() is checked together with what another server has just set", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  const store = rows.change.bind(rows);
  let others = 1;
  rows.change = (values, revision) => {
    // between our look and our write
    if (others-- > 0) rows.table.set("min_username_length", "9");
    return store(values, revision);
  };
  await assert.rejects(settings.set("username_length", "8"), {
    code: "invalid_value",
  });
  assert.deepEqual(Object.fromEntries(rows.table), {
    min_username_length: "9",
  });
  others = 1;
  await settings.set("username_length", "10");
  assert.equal(rows.table.get("username_length"), "10");
  assert.equal(settings.get("min_username_length"), 9);
});

Deno.test("change() changes all or nothing", async () => {
  const rows = new MemorySettings(new Map([["server_comment", "before"]]));
  const settings = await Settings.open(rows, config());
  await settings.change(
    new Map([
      ["min_username_length", "4"],
      ["server_comment", undefined],
    ]),
  );
  assert.deepEqual(Object.fromEntries(rows.table), {
    min_username_length: "4",
  });
  assert.equal(settings.view("server_comment").source, "default");
  const refused: readonly ReadonlyMap<string, string>[] = [
    new Map([["log_level", "warn"], ["smtp_port", "no"]]),
    new Map([["log_level", "warn"], ["username_length", "3"]]),
    new Map([["log_level", "warn"], ["smtp_port", "25"], ["imap_port", "25"]]),
  ];
  for (const changes of refused) {
    await assert.rejects(settings.change(changes), { code: "invalid_value" });
    assert.equal(settings.view("log_level").source, "default");
    assert.equal(rows.table.size, 1);
  }
  await assert.rejects(
    settings.change(new Map([["log_level", "warn"], ["nonsense", "1"]])),
    { code: "not_found" },
  );
});

Deno.test("change() takes all back when one cannot be followed", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  const seen: string[] = [];
  settings.onChange("log_level", (level) => void seen.push(level));
  settings.onChange("smtp_port", () => Promise.reject(new Error("in use")));
  const changes = new Map([["log_level", "warn"], ["smtp_port", "26"]]);
  await assert.rejects(settings.change(changes), {
    code: "invalid_value",
    detail: { explanation: "in use", field: "smtp_port" },
  });
  assert.equal(rows.table.size, 0);
  assert.equal(settings.get("log_level"), "off");
  assert.deepEqual(seen, ["warn", "off"]);
});

Deno.test("a locked setting is as the file says, whatever is stored", async () => {
  const rows = new MemorySettings(
    new Map([["server_comment", "stored"], ["log_level", "warn"]]),
  );
  const locked = 'comment = "ours"\n[admin]\nlocked = ["server_comment"]';
  const settings = await Settings.open(rows, config(locked));
  assert.equal(settings.get("server_comment"), "ours");
  const { source, locked: isLocked } = settings.view("server_comment");
  assert.deepEqual([source, isLocked], ["config", true]);
  assert.equal(settings.view("log_level").locked, false);
  for (
    const changes of [
      new Map([["server_comment", "other"]]),
      new Map([["server_comment", undefined]]),
      new Map([["log_level", "info"], ["server_comment", "other"]]),
    ]
  ) {
    await assert.rejects(settings.change(changes), { code: "locked" });
  }
  assert.equal(settings.get("log_level"), "warn");
  await settings.useConfig(config('comment = "ours"'));
  assert.equal(settings.get("server_comment"), "stored");
});

Deno.test("set() refuses names that no host can have", async () => {
  const settings = await Settings.open(new MemorySettings(), config());
  for (const name of ["turn_server", "smtp_hostname"]) {
    await assert.rejects(settings.set(name, "a_b.example"), {
      code: "invalid_value",
      message: new RegExp(
        `^${name}: a_b\\.example cannot be the name of a host`,
      ),
    });
    await settings.set(name, "_a-b.example");
  }
});

Deno.test("set() gives up on a table that never rests", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  rows.change = () => Promise.resolve(false);
  await assert.rejects(settings.set("server_comment", "hello"), {
    code: "busy",
  });
  assert.equal(settings.view("server_comment").source, "default");
});

Deno.test("what is taken back leaves what another server has set since", async () => {
  const rows = new MemorySettings();
  const settings = await Settings.open(rows, config());
  settings.onChange("smtp_port", () => {
    rows.table.set("smtp_port", "27");
    throw new Error("in use");
  });
  await assert.rejects(settings.set("smtp_port", "26"), {
    code: "invalid_value",
  });
  assert.equal(rows.table.get("smtp_port"), "27");
  assert.equal(settings.get("smtp_port"), undefined);
});

Deno.test("useConfig() changes what no row overrides", async () => {
  const rows = new MemorySettings(new Map([["log_level", "warn"]]));
  const settings = await Settings.open(rows, config());
  const { changed } = await settings.useConfig(
    config('[limits]\nmax_message_size = "30M"\n[log]\nlevel = "debug"'),
  );
  assert.deepEqual(changed, ["max_message_size"]);
  assert.equal(settings.get("log_level"), "warn");
});

Deno.test("effectiveListeners() applies port, local_only and enabled", async () => {
  const loaded = config(
    '[listen]\nsmtp = "192.0.2.1:25"\nhttp = ""\nimap = [":143", "[::1]:1143"]',
  );
  const rows = new MemorySettings(
    new Map([
      ["smtp_port", "2525"],
      ["imap_local_only", "on"],
      ["https_enabled", "off"],
      ["http_port", "8080"],
    ]),
  );
  const settings = await Settings.open(rows, loaded);
  const listeners = effectiveListeners(loaded.values, settings);
  assert.deepEqual(listeners.smtp, [{ host: "192.0.2.1", port: 2525 }]);
  assert.deepEqual(listeners.imap, [
    { host: "127.0.0.1", port: 143 },
    { host: "::1", port: 143, optional: true },
    { host: "127.0.0.1", port: 1143 },
    { host: "::1", port: 1143, optional: true },
  ]);
  assert.deepEqual(listeners.https, []);
  assert.deepEqual(listeners.http, [{ port: 8080 }]);
  assert.deepEqual(listeners.imap_tls, [{ port: 993 }]);
});

for (const name of SETTING_NAMES) {
  Deno.test(`${name} formats its fallback so that it reads it back`, () => {
    const { kind, fallback } = settingNamed(name);
    const value = fallback(config().values);
    assert.deepEqual(kind.parse(kind.format(value)), value);
  });
}
