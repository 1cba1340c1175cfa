import assert from "node:assert/strict";
import type { RefusalCode } from "../base/refusal.ts";
import { Counters } from "./counters.ts";
import {
  AddressHash,
  type LogLevel,
  shownAddress,
  shownPeer,
  word,
} from "./fields.ts";
import { Log } from "./log.ts";
import { openLog } from "./open_log.ts";
import type { LineSink } from "./targets.ts";

class MemorySink implements LineSink {
  readonly lines: string[] = [];
  write(line: string): void {
    this.lines.push(line.replace(/^\S+ /, ""));
  }
  reopen(): void {}
  close(): void {}
}

class FakeClock {
  ms = 0;
  now = () => this.ms;
  monotonic = () => this.ms;
}

function setUp(configured: LogLevel, locked = false) {
  const clock = new FakeClock();
  let draw = 0;
  const hash = new AddressHash(
    clock,
    (count) => new Uint8Array(count).fill(++draw),
    (domain) => domain === "a.example",
  );
  const stderr = new MemorySink();
  const file = new MemorySink();
  const log = new Log({
    clock,
    hash,
    stderr,
    targets: [file],
    file: { configured, locked },
  });
  return { clock, log, stderr, file };
}

function login(log: Log): void {
  log.info(word("login"), {
    account: shownAddress("ann@a.example"),
    peer: shownPeer("192.0.2.1"),
    ok: true,
    tries: 2,
  });
}

const LEVELS: [LogLevel, RegExp | undefined][] = [
  ["off", undefined],
  ["error", undefined],
  ["warn", undefined],
  ["info", /^INFO login account=[0-9a-f]{6}@own ok=true tries=2\n$/],
  [
    "debug",
    /^INFO login account=ann@a\.example peer=192\.0\.2\.1 ok=true tries=2\n$/,
  ],
];
for (const [level, expected] of LEVELS) {
  Deno.test(`info() at ${level} shows what ${level} may show`, () => {
    const { log, file, stderr } = setUp(level);
    login(log);
    if (expected) assert.match(file.lines.join(""), expected);
    else assert.deepEqual(file.lines, []);
    assert.deepEqual(stderr.lines, []);
  });
}

Deno.test("shownAddress() hashes alike for a day, then otherwise", () => {
  const { clock, log, file } = setUp("info");
  login(log);
  login(log);
  clock.ms += 86_400_000;
  login(log);
  assert.equal(file.lines[0], file.lines[1]);
  assert.notEqual(file.lines[0], file.lines[2]);
});

Deno.test("debug ends by itself after an hour", () => {
  const { clock, log } = setUp("warn");
  log.setLevel("debug");
  clock.ms += 3_599_999;
  assert.equal(log.level, "debug");
  clock.ms += 1;
  assert.equal(log.level, "warn");
});

Deno.test("toggleDebug() turns debug on for a quarter of an hour, or off", () => {
  const { clock, log } = setUp("warn");
  log.toggleDebug();
  assert.equal(log.level, "debug");
  clock.ms += 900_000;
  assert.equal(log.level, "warn");
  log.toggleDebug();
  log.toggleDebug();
  assert.equal(log.level, "warn");
});

Deno.test("setLevel() only lowers a locked level", () => {
  const { log } = setUp("warn", true);
  log.setLevel("error");
  log.setLevel("warn");
  assert.throws(() => log.setLevel("info"), { code: "invalid_value" });
  assert.equal(log.level, "warn");
});

Deno.test("resume() takes up no debug, and nothing above a lock", () => {
  const { log } = setUp("warn");
  log.resume("debug");
  assert.equal(log.level, "warn");
  log.resume("info");
  assert.equal(log.level, "info");
  const { log: locked } = setUp("warn", true);
  locked.resume("info");
  assert.equal(locked.level, "warn");
  locked.resume("off");
  assert.equal(locked.level, "off");
});

Deno.test("useFile() changes what debug falls back to", () => {
  const { clock, log } = setUp("off");
  log.useFile({ configured: "warn", locked: false });
  log.setLevel("debug");
  clock.ms += 3_600_000;
  assert.equal(log.level, "warn");
});

Deno.test("operational() reaches standard error at every level", () => {
  const { log, file, stderr } = setUp("off");
  log.operational({
    event: "bind_failed",
    listener: "smtp for ann@a.example",
    at: "0.0.0.0:25",
    reason: "sysctl net.ipv4.ip_unprivileged_port_start=25 would do",
  });
  assert.deepEqual(stderr.lines, [
    'bind_failed listener="smtp for <address>" at=0.0.0.0:25 ' +
    'reason="sysctl net.ipv4.ip_unprivileged_port_start=25 would do"\n',
  ]);
  assert.deepEqual(file.lines, []);
  log.setLevel("error");
  log.operational({ event: "stopped" });
  assert.deepEqual(file.lines, ["stopped\n"]);
});

Deno.test("bug() tells where, not about whom", () => {
  const { log, file } = setUp("error");
  log.bug(word("imap"), new TypeError("no ann@a.example\r\nfrom 192.0.2.7"));
  assert.match(
    file.lines[0] ?? "",
    /^ERROR bug where=imap TypeError: no <address> from <ip> at .*log_test\.ts/,
  );
  assert.equal(file.lines.length, 1);
});

Deno.test("word() takes a union of words, not any text", () => {
  const code: RefusalCode = "busy";
  assert.equal(word(code), "busy");
  const text: string = "ann@a.example";
  // @ts-expect-error any text could be what a peer sent
  word(text);
});

Deno.test("openLog() makes files only we can read, and opens them again", () => {
  const directory = Deno.makeTempDirSync();
  const clock = new FakeClock();
  const log = openLog({
    level: "info",
    targets: ["logs/postern.log"],
    locked: false,
    directory,
    isOwnDomain: () => true,
    clock,
    random: (count) => new Uint8Array(count),
  });
  try {
    const path = `${directory}/logs/postern.log`;
    log.info(word("one"));
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    Deno.renameSync(path, `${path}.1`);
    log.reopen();
    log.info(word("two"));
    assert.match(Deno.readTextFileSync(`${path}.1`), /INFO one\n$/);
    assert.match(Deno.readTextFileSync(path), /INFO two\n$/);
  } finally {
    log.close();
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("Counters gives what was added since the last time", () => {
  const counters = new Counters();
  counters.add("logins");
  counters.add("octets_delivered", 4096);
  counters.refused("bad_credentials");
  assert.deepEqual(counters.sinceLast(), {
    logins: 1,
    octets_delivered: 4096,
    refused_bad_credentials: 1,
  });
  counters.add("logins", 2);
  assert.deepEqual(counters.sinceLast(), { logins: 2 });
  assert.equal(counters.totals().get("logins"), 3);
});
