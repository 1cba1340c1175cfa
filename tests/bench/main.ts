/**
 * `make bench`: runs B1 to B15, or those named as arguments, each against a
 * server of its own, B11 and its parts (`across`, `sink`, `deferred`) in networks
 * of relays, gate and SMTP sessions without any, calls (`turn`) beside coturn,
 * `install` on an empty Debian, and prints a table and the same as JSON. Driver
 * and servers share the machine. `POSTERN_BINARY` measures a compiled executable.
 *
 * @module
 */
import { measureBackup } from "./backup.ts";
import { measureCalls } from "./calls/calls.ts";
import { measureDeltaChat } from "./delta_chat.ts";
import { measureAcross, measureDeadPeer } from "./federation.ts";
import { measureGate } from "./gate.ts";
import { measureHistory } from "./history.ts";
import { measureInbound } from "./inbound.ts";
import { measureInstall } from "./install/install.ts";
import { measureIrohIdle, measureIrohPairs } from "./iroh.ts";
import { measureLarge } from "./large.ts";
import { measureFanout, measureLoaded, measurePair } from "./latency.ts";
import { formatTable, isKept, type Row } from "./measure.ts";
import { type Relay, withRelay } from "./people.ts";
import { measureOpenPanels } from "./open_panels.ts";
import { measurePanel } from "./panel.ts";
import { measurePages } from "./pages.ts";
import { measurePush } from "./push.ts";
import { measureDeferred, measureSink } from "./queue.ts";
import { measureAdminLists } from "./admin_lists.ts";
import { measureScale } from "./scale.ts";
import { measureScrape } from "./scrape.ts";
import { measureWebMail } from "./web_mail.ts";
import { measureIdle, measureKnownLogins, measureSignUps } from "./sessions.ts";
import { measureSmtp } from "./smtp.ts";
import { measureSubmission } from "./submission.ts";
import { measureShadowsocks } from "./tunnels.ts";

type Benchmark = (relay: Relay) => Promise<Row[]>;

const BENCHMARKS: Record<string, readonly Benchmark[]> = {
  b1: [
    (relay) => measureSubmission(relay, 50),
    (relay) => measureSubmission(relay, 100),
  ],
  b2: [measurePair, measureLoaded],
  b3: [measureDeltaChat],
  b4: [measureSignUps],
  b5: [measureKnownLogins],
  b6: [
    (relay) => measureIdle(relay, 3000),
    (relay) => measureIdle(relay, 5000),
  ],
  b7: [measureLarge],
  b8: [measureFanout],
  b9: [measureScale],
  b10: [measureBinary],
};

/** What needs no server, or makes its own. */
const STANDALONE: Record<string, () => Row[] | Promise<Row[]>> = {
  gate: measureGate,
  smtp: measureSmtp,
  b12: measureInbound,
  b11: measureDeadPeer,
  across: measureAcross,
  sink: measureSink,
  deferred: measureDeferred,
  b13: measureBackup,
  panel: measureOpenPanels,
  b14: measureHistory,
  b15: measurePanel,
  push: measurePush,
  web: measureWebMail,
  pages: measurePages,
  iroh: async () => [...await measureIrohPairs(), ...await measureIrohIdle()],
  ss: measureShadowsocks,
  scrape: measureScrape,
  turn: measureCalls,
  install: measureInstall,
  lists: measureAdminLists,
};

const encoder = new TextEncoder();
function print(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

/** The start itself is measured with B9, where the accounts are. */
async function measureBinary(): Promise<Row[]> {
  const path = Deno.env.get("POSTERN_BINARY") ?? "build/postern";
  const found = await Deno.stat(path).catch(() => undefined);
  if (!found) return [];
  return [{
    benchmark: "B10, binary",
    measure: "size",
    value: found.size / 1e6,
    unit: "MB",
  }];
}

async function describeMachine(): Promise<string> {
  const cpu = /model name\s*: (.*)/.exec(
    await Deno.readTextFile("/proc/cpuinfo"),
  )?.[1];
  const { total } = Deno.systemMemoryInfo();
  const load = Deno.loadavg()[0]?.toFixed(2);
  return `${navigator.hardwareConcurrency} × ${cpu}, ${
    Math.round(total / 1e9)
  } GB, Linux ${Deno.osRelease()}, Deno ${Deno.version.deno}, load ${load} before`;
}

const machine = await describeMachine();
const wanted = Deno.args.length > 0
  ? Deno.args
  : [...Object.keys(STANDALONE), ...Object.keys(BENCHMARKS)];
const rows: Row[] = [];
for (const name of wanted) {
  const standalone = await STANDALONE[name]?.();
  if (standalone) {
    print(formatTable(standalone));
    rows.push(...standalone);
    continue;
  }
  const runs = BENCHMARKS[name];
  if (!runs) {
    print(`There is no benchmark "${name}"`);
    Deno.exit(2);
  }
  for (const run of runs) {
    const measured = await withRelay(run);
    print(formatTable(measured));
    rows.push(...measured);
  }
}
print(`\n${machine}\n\n${formatTable(rows)}\n`);
print(JSON.stringify({ machine, rows }));
if (rows.some((row) => isKept(row) === false)) Deno.exitCode = 1;
