import assert from "node:assert/strict";
import type { ClockJump } from "../base/lived_clock.ts";
import type { Facts, QueueFacts } from "./condition_facts.ts";
import type { Certificate } from "../tls/certificate.ts";
import { type ConditionCode, CONDITIONS, degradedBy } from "./conditions.ts";
import { ReportedConditions } from "./conditions/reported_conditions.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

function served(
  certificate: Certificate,
  names: readonly string[] = ["chat.example"],
): ReadonlyMap<string, Certificate> {
  return new Map(names.map((name) => [name, certificate]));
}

function certificate(from: number, to: number): Certificate {
  return {
    chainPem: "",
    keyPem: "",
    selfSigned: false,
    subject: "CN=chat.example",
    issuer: "CN=an authority",
    names: ["chat.example", "*.relay.example"],
    notBefore: NOW + from * DAY_MS,
    notAfter: NOW + to * DAY_MS,
    keyType: "ec",
    fingerprint: "00",
  };
}

function jump(seconds: number, when: "running" | "between"): ClockJump {
  return { seconds, atSeconds: NOW / 1000, whileRunning: when === "running" };
}

const WORRYING: [ClockJump, number][] = [
  [jump(3600, "running"), 1],
  [jump(-3599, "running"), 0],
  [jump(86_399, "between"), 0], // it may have been off
  [jump(86_400, "between"), 1],
  [jump(-3600, "between"), 1],
];
for (const [clockJump, count] of WORRYING) {
  Deno.test(`degradedBy() on ${JSON.stringify(clockJump)}`, () => {
    assert.equal(degradedBy({ nowMs: NOW, clockJump }).length, count);
  });
}

const QUEUE: QueueFacts = {
  paused: false,
  messages: 0,
  held: 0,
  heldDestinations: 0,
  unreached: 0,
  lifetimeSeconds: 1000,
};

/** What makes each hold, and the same kind of fact when all is well. */
const CASES: Record<
  ConditionCode,
  { holds: Partial<Facts>; well: Partial<Facts>; message: RegExp }
> = {
  disk_low: {
    holds: { disk: { freeOctets: 511, minFreeOctets: 512 } },
    well: { disk: { freeOctets: 512, minFreeOctets: 512 } },
    message: /No mail is taken.*511 B are free, storage.min_free is 512 B/,
  },
  store_full: {
    holds: { storeState: "full" },
    well: { storeState: "ok" },
    message: /No mail is taken/,
  },
  store_read_only: {
    holds: { storeState: "read_only" },
    well: { storeState: "ok" },
    message: /cannot be written/,
  },
  store_corrupt: {
    holds: { storeState: "corrupt" },
    well: { storeState: "ok" },
    message: /restore a backup/,
  },
  store_unsafe: {
    holds: { durability: "off" },
    well: { durability: "normal" },
    message: /storage.sync is off/,
  },
  smtp_refuses_mail: {
    holds: { refusedAt: ["25", "2525"] },
    well: { refusedAt: [] },
    message: /from other servers is refused.*\(port 25, 2525\)/,
  },
  sign_ups_paused: {
    holds: { signUpObstacles: ["the load is 9.0", "no memory"] },
    well: { signUpObstacles: [] },
    message: /Nobody can sign up \(the load is 9.0; no memory\)/,
  },
  stealth_incomplete: {
    holds: { stealthGaps: ["anybody may sign up"] },
    well: { stealthGaps: [] },
    message:
      /strangers can find out what this server is \(anybody may sign up\)/,
  },
  certificate_expired: {
    holds: { certificates: served(certificate(-90, 0)) },
    well: { certificates: served(certificate(-90, 90)) },
    message: /ended on 2026-01-01/,
  },
  certificate_not_yet_valid: {
    holds: { certificates: served(certificate(1, 90)) },
    well: { certificates: served(certificate(0, 90)) },
    message: /begins on 2026-01-02/,
  },
  certificate_ends_in_3_days: {
    holds: { certificates: served(certificate(-90, 3)) },
    well: { certificates: served(certificate(-90, 15)) },
    message: /ends on 2026-01-04, in 3 days/,
  },
  certificate_ends_in_14_days: {
    holds: { certificates: served(certificate(-90, 14)) },
    well: { certificates: served(certificate(-90, 14.1)) },
    message: /ends on 2026-01-15, in 14 days/,
  },
  certificate_names: {
    holds: {
      certificates: served(
        certificate(-1, 90),
        ["chat.example", "deep.mx.relay.example", "192.0.2.1"],
      ),
    },
    well: {
      certificates: served(
        certificate(-1, 90),
        ["chat.example", "mx.relay.example"],
      ),
    },
    message: /it is not for deep.mx.relay.example, 192.0.2.1\)/,
  },
  certificate_files: {
    holds: { reported: new Map([["certificate_files", "no such file"]]) },
    well: { reported: new Map() },
    message: /no such file/,
  },
  certificate_not_issued: {
    holds: { reported: new Map([["certificate_not_issued", "no answer"]]) },
    well: { reported: new Map() },
    message: /no answer/,
  },
  certificate_chain: {
    holds: { otherChain: "Other Root and not Root" },
    well: {},
    message: /another is served \(Other Root and not Root\)/,
  },
  content_damaged: {
    holds: { reported: new Map([["content_damaged", "2 found"]]) },
    well: {},
    message: /left out when clients fetch.*\(2 found\)/,
  },
  deleted_data_kept: {
    holds: { reported: new Map([["deleted_data_kept", "the log"]]) },
    well: {},
    message: /more than five minutes.*\(the log\)/,
  },
  records_unreadable: {
    holds: { reported: new Map([["records_unreadable", "in some"]]) },
    well: {},
    message: /cannot read.*\(in some\)/,
  },
  pages_broken: {
    holds: { reported: new Map([["pages_broken", "index.html line 3: x"]]) },
    well: {},
    message: /built-in one shown.*\(index\.html line 3: x\)/,
  },
  settings_refused: {
    holds: {
      reported: new Map([["settings_refused", "smtp_port: port 25 is taken"]]),
    },
    well: {},
    message: /the value before it is.*\(smtp_port: port 25 is taken\)/,
  },
  dkim_record: {
    holds: { reported: new Map([["dkim_record", "TXT a is missing"]]) },
    well: {},
    message: /publish what "dkim show" has.*\(TXT a is missing\)/,
  },
  dkim_key_lost: {
    holds: { reported: new Map([["dkim_key_lost", "no such file"]]) },
    well: {},
    message: /leaves unsigned.*\(no such file\)/,
  },
  exchangers_not_asked: {
    holds: { reported: new Map([["exchangers_not_asked", "disk full"]]) },
    well: {},
    message: /tried again.*\(disk full\)/,
  },
  exchanger_failing: {
    holds: { reported: new Map([["exchanger_failing", "hub: timeout"]]) },
    well: {},
    message: /cannot be fetched.*\(hub: timeout\)/,
  },
  overrides_ignored: {
    holds: { reported: new Map([["overrides_ignored", "2 of them"]]) },
    well: {},
    message: /endpoint cache.*\(2 of them\)/,
  },
  open_files_low: {
    holds: { openFiles: { limit: 1024, needed: 12_256 } },
    well: { openFiles: { limit: 12_256, needed: 12_256 } },
    message: /EMFILE.*the limit is 1024 open files.*may need 12256/,
  },
  open_files_exhausted: {
    holds: { openFault: "EMFILE" },
    well: {},
    message: /the system says EMFILE/,
  },
  task_failed: {
    holds: { failedTasks: ["prune on 2026-01-01 00:00Z: broken"] },
    well: { failedTasks: [] },
    message: /prune on 2026-01-01 00:00Z: broken/,
  },
  task_stopped: {
    holds: {
      stoppedTasks: [{ task: "prune", reason: "prune would delete 9 of 9" }],
    },
    well: { stoppedTasks: [] },
    message: /tasks run NAME --yes.*prune would delete 9 of 9/,
  },
  clock_jump: {
    holds: { clockJump: jump(-3600, "running") },
    well: { clockJump: jump(3599, "running") },
    message: /machine's clock was set back by 1h/,
  },
  turn_stopped: {
    holds: { reported: new Map([["turn_stopped", "the port"]]) },
    well: {},
    message: /Calls between people.*\(the port\)/,
  },
  app_versions: {
    holds: { reported: new Map([["app_versions", "nobody has signed it"]]) },
    well: {},
    message: /server.app_versions.*\(nobody has signed it\)/,
  },
  push_stopped: {
    holds: { reported: new Map([["push_stopped", "the database"]]) },
    well: {},
    message: /No phone is woken.*\(the database\)/,
  },
  look_ups_refused: {
    holds: { refusedLookUps: ["inbound: 12"] },
    well: { refusedLookUps: [] },
    message: /put off.*\(inbound: 12\)/,
  },
  push_suspended: {
    holds: { reported: new Map([["push_suspended", "it answers 500"]]) },
    well: {},
    message: /push status.*\(it answers 500\)/,
  },
  queue_stopped: {
    holds: { reported: new Map([["queue_stopped", "the disk"]]) },
    well: {},
    message: /No mail goes to other servers.*\(the disk\)/,
  },
  queue_paused: {
    holds: { queue: { ...QUEUE, paused: true, messages: 3 } },
    well: { queue: { ...QUEUE, paused: true } },
    message: /federation is off.*\(3 messages\)/,
  },
  queue_held: {
    holds: { queue: { ...QUEUE, held: 2, heldDestinations: 1 } },
    well: { queue: QUEUE },
    message: /\(2 recipients and 1 destinations are held\)/,
  },
  queue_old: {
    holds: { queue: { ...QUEUE, firstExpiryInSeconds: 499 } },
    well: { queue: { ...QUEUE, firstExpiryInSeconds: 500 } },
    message: /given up in 8m19s/,
  },
  peers_unreached: {
    holds: { queue: { ...QUEUE, unreached: 2 } },
    well: { queue: QUEUE },
    message: /not been reached.*\(2 of them\)/,
  },
  signature_refused: {
    holds: { reported: new Map([["signature_refused", "2 servers"]]) },
    well: {},
    message: /DKIM.*\(2 servers\)/,
  },
  peer_certificate_changed: {
    holds: { reported: new Map([["peer_certificate_changed", "1 server"]]) },
    well: {},
    message: /another certificate.*\(1 server\)/,
  },
  tls_enforced: {
    holds: { reported: new Map([["tls_enforced", "1 domain"]]) },
    well: {},
    message: /demand TLS.*\(1 domain\)/,
  },
  log_debug: {
    holds: { logLevel: "debug" },
    well: { logLevel: "info" },
    message: /shows addresses/,
  },
  restart_needed: {
    holds: { reported: new Map([["restart_needed", "server.domain"]]) },
    well: {},
    message: /Restart the server.*server.domain/,
  },
  listener_closed: {
    holds: { reported: new Map([["listener_closed", "imap [::]:143: x"]]) },
    well: {},
    message: /Nobody can connect there.*imap \[::\]:143/,
  },
  bandwidth_mostly_used: {
    holds: { bandwidth: { usedOctets: 81, capOctets: 100 } },
    well: { bandwidth: { usedOctets: 79, capOctets: 100 } },
    message: /see "bandwidth" \(81 % of 100 B\)/,
  },
  bandwidth_used_up: {
    holds: {
      bandwidth: {
        usedOctets: 990,
        capOctets: 1000,
        forecastOctets: 2048,
        relaysAreOff: true,
      },
    },
    well: { bandwidth: { usedOctets: 990, capOctets: 0 } },
    message: /99 % of 1000 B, 2\.0 KiB by its end.*no calls are relayed/,
  },
  overload: {
    holds: { reported: new Map([["overload", "short of memory"]]) },
    well: {},
    message: /existing chats go on.*short of memory/,
  },
  metrics_endpoint: {
    holds: { reported: new Map([["metrics_endpoint", "port 1 is taken"]]) },
    well: {},
    message: /No monitoring system.*port 1 is taken/,
  },
  admin_listener: {
    holds: { reported: new Map([["admin_listener", "port 1 is taken"]]) },
    well: {},
    message: /admin\.listen.*port 1 is taken/,
  },
  control_socket: {
    holds: { reported: new Map([["control_socket", "/run: no permission"]]) },
    well: {},
    message: /\/run: no permission/,
  },
};

for (const [code, { holds, well, message }] of Object.entries(CASES)) {
  Deno.test(`degradedBy() knows when ${code} holds and when not`, () => {
    const found = degradedBy({ nowMs: NOW, ...holds });
    assert.deepEqual(found.map((one) => one.code), [code]);
    assert.match(found[0]?.message ?? "", message);
    assert.deepEqual(degradedBy({ nowMs: NOW, ...well }), []);
  });
}

Deno.test("degradedBy() tells the end of a certificate once, the nearer the graver", () => {
  const codes = [15, 14, 3.1, 3, 0.1, 0, -1].map((days) =>
    degradedBy({ nowMs: NOW, certificates: served(certificate(-90, days)) })
      .map(({ code }) => code).join()
  );
  assert.deepEqual(codes, [
    "",
    "certificate_ends_in_14_days",
    "certificate_ends_in_14_days",
    "certificate_ends_in_3_days",
    "certificate_ends_in_3_days",
    "certificate_expired",
    "certificate_expired",
  ]);
});

Deno.test("degradedBy() knows that some certificates live for a week only", () => {
  const codes = [3, 1.5, 0.3].map((days) =>
    degradedBy({
      nowMs: NOW,
      certificates: served(certificate(days - 7, days)),
    })
      .map(({ code }) => code).join()
  );
  assert.deepEqual(codes, [
    "",
    "certificate_ends_in_14_days",
    "certificate_ends_in_3_days",
  ]);
});

Deno.test("degradedBy() says nothing of what nobody could look at", () => {
  assert.deepEqual(degradedBy({ nowMs: NOW }), []);
});

Deno.test("degradedBy() puts errors first", () => {
  const found = degradedBy({
    nowMs: NOW,
    logLevel: "debug",
    openFault: "EMFILE",
    durability: "off",
  });
  assert.deepEqual(found.map(({ severity }) => severity), [
    "error",
    "warning",
    "warning",
  ]);
});

Deno.test("a condition that is checked cannot be reported too", () => {
  for (const [code, row] of Object.entries(CONDITIONS)) {
    if (!("check" in row)) continue;
    const reported = new Map([[code, "as somebody says"]]);
    assert.deepEqual(degradedBy({ nowMs: NOW, reported }), []);
  }
});

Deno.test("ReportedConditions tells changes alone", () => {
  const reported = new ReportedConditions();
  let changes = 0;
  reported.onChange = () => changes++;
  reported.report("control_socket", "gone");
  reported.report("control_socket", "gone");
  reported.report("control_socket", "still gone");
  reported.clear("control_socket");
  reported.clear("control_socket");
  assert.equal(changes, 3);
  assert.equal(reported.details.size, 0);
});
