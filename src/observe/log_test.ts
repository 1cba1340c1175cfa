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
import { Log, type LogShape } from "./log.ts";
import { USUAL_SHAPE } from "../../tests/harness/log_shape.ts";
import { openLog } from "./open_log.ts";
import { FileSink, type LineSink } from "./targets.ts";

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

function setUp(
  configured: LogLevel,
  locked = false,
  shape: Partial<LogShape> = {},
) {
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
    shape: { ...USUAL_SHAPE, ...shape },
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
  log.useFile({ configured: "warn", locked: false }, USUAL_SHAPE);
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
    shape: USUAL_SHAPE,
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

Deno.test("a line of JSON is an object with all that a line of text has", () => {
  const { log, stderr } = setUp("debug", false, { format: "json" });
  const lines: string[] = [];
  const sink = {
    write: (line: string) => void lines.push(line),
    reopen() {},
    close() {},
  };
  const whole = new Log({
    clock: new FakeClock(),
    hash: new AddressHash(
      new FakeClock(),
      (n) => new Uint8Array(n),
      () => true,
    ),
    stderr,
    targets: [sink],
    file: { configured: "debug", locked: false },
    shape: { ...USUAL_SHAPE, format: "json" },
  });
  login(whole);
  whole.info(word("odd"), { account: shownAddress('a "b"@a.example') });
  whole.operational({ event: "degraded", part: "push", message: "two\nlines" });
  whole.info(word("odd"), { account: shownAddress('"a(b)"@a.example') });
  assert.equal(JSON.parse(lines.pop()!).account, '"a(b)"@a.example');
  whole.bug(word("imap"), new Error("for ann@a.example"));
  assert.deepEqual(lines.map((line) => JSON.parse(line)).slice(0, 3), [
    {
      ts: "1970-01-01T00:00:00.000Z",
      level: "info",
      event: "login",
      account: "ann@a.example",
      peer: "192.0.2.1",
      ok: true,
      tries: 2,
    },
    {
      ts: "1970-01-01T00:00:00.000Z",
      level: "info",
      event: "odd",
      account: 'a "b"@a.example',
    },
    {
      ts: "1970-01-01T00:00:00.000Z",
      level: "operational",
      event: "degraded",
      part: "push",
      message: "two lines",
    },
  ]);
  const { level, event, where, message } = JSON.parse(lines[3] ?? "");
  assert.deepEqual([level, event, where], ["error", "bug", "imap"]);
  assert.match(message, /^Error: for <address>/);
  assert.ok(lines.every((line) => line.endsWith("}\n")));
  log.close();
});

Deno.test("without operational lines, only why it does not run is told", () => {
  const { log, stderr, file } = setUp("off", false, { isOperational: false });
  log.operational({ event: "started", version: "1" });
  log.operational({ event: "degraded", part: "push" });
  log.operational({ event: "fatal", message: "the disk is gone" });
  assert.deepEqual(stderr.lines, ['fatal message="the disk is gone"\n']);
  log.setLevel("info");
  log.operational({ event: "stopped" });
  assert.equal(stderr.lines.length, 1);
  assert.deepEqual(file.lines, ["stopped\n"]);
});

Deno.test("FileSink begins anew before a file is too large, and keeps so many", () => {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/log`;
  const rotation = { maxOctets: 10, keep: 2 };
  const sink = new FileSink(path, () => rotation);
  try {
    const read = (name: string) =>
      Deno.readTextFileSync(`${directory}/${name}`);
    sink.write("12345678\n");
    sink.write("a\n"); // one octet too many
    assert.deepEqual([read("log"), read("log.1")], ["a\n", "12345678\n"]);
    sink.write("far longer than a file may be\n");
    sink.write("b\n");
    sink.write("c\n");
    assert.equal(read("log"), "b\nc\n");
    assert.equal(read("log.1"), "far longer than a file may be\n");
    assert.equal(read("log.2"), "a\n");
    assert.deepEqual(
      [...Deno.readDirSync(directory)].map(({ name }) => name).sort(),
      ["log", "log.1", "log.2"],
    );
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    rotation.maxOctets = 0;
    sink.write("x".repeat(100));
    assert.ok(read("log").length > 100);
  } finally {
    sink.close();
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("FileSink counts what was there before it", () => {
  const directory = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${directory}/log`, "123456789\n");
  const sink = new FileSink(
    `${directory}/log`,
    () => ({ maxOctets: 10, keep: 1 }),
  );
  sink.write("a\n");
  sink.close();
  assert.equal(Deno.readTextFileSync(`${directory}/log.1`), "123456789\n");
  Deno.removeSync(directory, { recursive: true });
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
