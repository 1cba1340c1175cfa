/** `postern monitor`: what goes on, a line at a time. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../../app/system_time.ts";
import { roundedSize } from "../../../base/sizes.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  numberOption,
} from "../../command.ts";

type Sample = AdminOutput<"monitor">;

/** One line: what came a second since the line before, and what there is now. */
interface Line {
  /** RFC 3339. */
  readonly time: string;
  readonly logins_per_second: number;
  readonly submitted_per_second: number;
  readonly received_per_second: number;
  readonly delivered_per_second: number;
  readonly bytes_per_second: number;
  readonly refused_per_second: number;
  readonly connections: number;
  readonly queue_waiting: number;
  readonly queue_attempts: number;
  readonly memory_bytes: number;
}

const EVERY_SECONDS = 2;
const LINES_PER_HEADER = 20;
const COLUMNS: readonly (readonly [
  title: string,
  show: (line: Line) => string,
])[] = [
  ["time", ({ time }) => time.slice(11, 19)],
  ["login/s", (line) => rate(line.logins_per_second)],
  ["sent/s", (line) => rate(line.submitted_per_second)],
  ["recv/s", (line) => rate(line.received_per_second)],
  ["stored/s", (line) => rate(line.delivered_per_second)],
  ["octets/s", (line) => roundedSize(Math.round(line.bytes_per_second))],
  ["refused/s", (line) => rate(line.refused_per_second)],
  ["conns", (line) => String(line.connections)],
  ["queue", (line) => String(line.queue_waiting)],
  ["sending", (line) => String(line.queue_attempts)],
  ["memory", (line) => roundedSize(line.memory_bytes)],
];
const WIDTH = 10;

async function monitor(call: Call): Promise<CommandResult> {
  const seconds = numberOption(call, "interval", { min: 1, max: 86_400 }) ??
    EVERY_SECONDS;
  const count = numberOption(call, "count", { min: 1, max: 1_000_000_000 }) ??
    Infinity;
  let before = await call.access.call("monitor", {});
  for (let shown = 1;; shown++) {
    await SYSTEM_TIMERS.sleep(seconds * 1000);
    const after = await call.access.call("monitor", {});
    const line = lineOf(before, after);
    before = after;
    const text = call.json ? JSON.stringify(line) : row(line);
    if (!call.json && shown % LINES_PER_HEADER === 1) {
      call.terminal.out(`${header()}\n`);
    }
    // the last line is the result: nothing stands behind it
    if (shown >= count) return { data: line, text, raw: text };
    call.terminal.out(`${text}\n`);
  }
}

function lineOf(before: Sample, after: Sample): Line {
  // a server that was started anew counts from nothing
  const isSame = after.uptime_seconds >= before.uptime_seconds;
  const spanMs = Math.max(1, after.at_ms - (isSame ? before.at_ms : 0));
  const since = isSame ? before.counters : {};
  const perSecond = (chosen: (name: string) => boolean) =>
    Object.entries(after.counters).filter(([name]) => chosen(name))
      .reduce((sum, [name, total]) => sum + total - (since[name] ?? 0), 0) *
    1000 / spanMs;
  const of = (name: string) => perSecond((one) => one === name);
  return {
    time: new Date(SYSTEM_CLOCK.now()).toISOString(),
    logins_per_second: of("logins"),
    submitted_per_second: of("messages_submitted"),
    received_per_second: of("messages_received"),
    delivered_per_second: of("messages_delivered"),
    bytes_per_second: of("octets_delivered"),
    refused_per_second: perSecond((name) => name.startsWith("refused_")),
    connections: Object.values(after.connections).reduce(
      (sum, open) => sum + open,
      0,
    ),
    queue_waiting: after.queue.waiting,
    queue_attempts: after.queue.attempts,
    memory_bytes: after.memory_bytes,
  };
}

function rate(perSecond: number): string {
  return perSecond < 100 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

function header(): string {
  return COLUMNS.map(([title]) => title.padStart(WIDTH)).join("");
}

function row(line: Line): string {
  return COLUMNS.map(([, show]) => show(line).padStart(WIDTH)).join("");
}

export const MONITOR_COMMANDS: readonly Command[] = [{
  usage: "monitor",
  summary:
    "What goes on, a line at a time until it is ended; with --json each is an object",
  options: [
    {
      flags: "-n, --interval <seconds>",
      summary: `between two lines (${EVERY_SECONDS})`,
    },
    { flags: "-c, --count <n>", summary: "end after so many lines" },
  ],
  run: monitor,
}];
