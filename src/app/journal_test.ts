import assert from "node:assert/strict";
import { Refusal } from "../base/refusal.ts";
import { Counters } from "../observe/counters.ts";
import { Metrics } from "../observe/metrics/metrics.ts";
import { AddressHash, type LogLevel } from "../observe/fields.ts";
import { Log } from "../observe/log.ts";
import { USUAL_SHAPE } from "../../tests/harness/log_shape.ts";
import type { SmtpSender, SmtpTransaction } from "../smtp/server/backend.ts";
import { Journal } from "./journal.ts";

const CLOCK = { now: () => 0, monotonic: () => 0 };

function setUp(level: LogLevel) {
  const lines: string[] = [];
  const target = {
    write: (line: string) => void lines.push(line.replace(/^\S+ /, "")),
    reopen() {},
    close() {},
  };
  const log = new Log({
    clock: CLOCK,
    hash: new AddressHash(CLOCK, (n) => new Uint8Array(n), () => true),
    stderr: target,
    targets: [target],
    file: { configured: level, locked: false },
    shape: USUAL_SHAPE,
  });
  return { journal: new Journal(log, new Counters(), new Metrics()), lines };
}

const LOGIN = {
  protocol: "imap",
  address: "ann@a.example",
  peer: { address: "192.0.2.1" },
} as const;

const SENDER: SmtpSender = {
  service: "mx",
  peer: { address: "192.0.2.1", secure: true },
  reversePath: "",
  utf8: false,
};

function transactionThatEnds(how: () => Promise<void>): SmtpTransaction {
  return {
    addRecipient: () => Promise.resolve(),
    write: () => Promise.resolve(),
    finish: how,
    discard: () => Promise.resolve(),
  };
}

Deno.test("login() counts, and tells nobody with logging off", async () => {
  const { journal, lines } = setUp("off");
  assert.equal(await journal.login(LOGIN, () => Promise.resolve(7)), 7);
  const refusal = new Refusal("bad_credentials");
  await assert.rejects(
    journal.login(LOGIN, () => Promise.reject(refusal)),
    refusal,
  );
  journal.tellTotals();
  assert.deepEqual(lines, []);
  assert.equal(journal.counters.totals().get("logins"), 1);
});

Deno.test("login() shows a hash at info and the address at debug", async () => {
  for (
    const [level, expected] of [
      [
        "info",
        /^INFO login protocol=imap result=ok account=[0-9a-f]{6}@own\n$/,
      ],
      ["debug", /account=ann@a\.example peer=192\.0\.2\.1\n$/],
    ] as const
  ) {
    const { journal, lines } = setUp(level);
    await journal.login(LOGIN, () => Promise.resolve());
    assert.match(lines.join(""), expected);
  }
});

Deno.test("transaction() with logging off counts how it ends, and tells nothing", async () => {
  const { journal, lines } = setUp("warn");
  const ends = [
    () => Promise.resolve(),
    () => Promise.reject(new Refusal("encryption_needed")),
    () => Promise.reject(new Error("of ours")),
  ];
  for (const end of ends) {
    const counted = journal.transaction(SENDER, transactionThatEnds(end));
    await counted.write(new Uint8Array(10));
    await counted.finish().catch(() => {});
    await counted.discard(); // as sessions do, also after the end
  }
  await journal.transaction(SENDER, transactionThatEnds(ends[0]!)).discard();
  const told = (await journal.metrics.collect()).flatMap(({ samples }) =>
    samples.map(({ labels, value }) => `${labels.join(" ")} ${value}`)
  );
  assert.deepEqual(told, [
    "smtp started 4",
    "smtp completed 1",
    "smtp aborted 3",
    "inbound accepted 1",
    "inbound refused 1",
    "inbound failed 1",
    "inbound 10",
  ]);
  assert.deepEqual(lines, []);
});

Deno.test("transaction() tells how it ends", async () => {
  const { journal, lines } = setUp("info");
  const told = journal.transaction(
    SENDER,
    transactionThatEnds(() => Promise.reject(new Refusal("encryption_needed"))),
  );
  await told.addRecipient("bob@a.example");
  await told.write(new Uint8Array(10));
  await assert.rejects(told.finish(), { code: "encryption_needed" });
  assert.deepEqual(lines, [
    "INFO message service=mx result=encryption_needed from=null recipients=1 octets=10\n",
  ]);
});

Deno.test("tellTotals() tells what was added", async () => {
  const { journal, lines } = setUp("info");
  await journal.login(LOGIN, () => Promise.resolve());
  journal.tellTotals();
  assert.equal(lines.at(-1), "INFO totals logins=1\n");
});
