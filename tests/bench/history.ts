/** B14: what it costs that a relay looks at itself, and to draw a year of it. @module */
import { cpuUsage } from "node:process";
import { days, hours } from "../../src/base/durations.ts";
import { SERIES_NAMES, seriesNamed } from "../../src/observe/history/series.ts";
import { Metrics } from "../../src/observe/metrics/metrics.ts";
import { MetricHistory } from "../../src/ops/history/metric_history.ts";
import type { SampleRow, SampleStore } from "../../src/store/samples.ts";
import { openTestStore } from "../store/engines.ts";
import { percentile, type Row } from "./measure.ts";

const KEPT = { 60: hours(48), 900: days(30), 3600: days(730) };
const YEAR = days(365);
const LOOKS = 360;
const READS = 5;

/** Its clock is moved, not waited for. */
function metricsOf(): Metrics {
  const metrics = new Metrics();
  let n = 0;
  for (
    const name of new Set(SERIES_NAMES.map((one) => seriesNamed(one).family))
  ) {
    metrics.provide(name as "connections", () => [["imap", ++n]]);
  }
  return metrics;
}

/** The same, which notes how long each read takes. */
function timed(samples: SampleStore, pieces: number[]): SampleStore {
  return {
    save: (rows) => samples.save(rows),
    lastBefore: (...asked) => samples.lastBefore(...asked),
    first: (...asked) => samples.first(...asked),
    prune: (...asked) => samples.prune(...asked),
    forget: (names) => samples.forget(names),
    async read(range, step) {
      const began = performance.now();
      const found = await samples.read(range, step);
      pieces.push(performance.now() - began);
      return found;
    },
  };
}

async function fill(
  save: (rows: readonly SampleRow[]) => Promise<void>,
  nowSeconds: number,
): Promise<void> {
  const first = nowSeconds - nowSeconds % 3600 - YEAR;
  for (let at = first; at < nowSeconds; at += hours(24)) {
    const rows: SampleRow[] = [];
    for (const series of SERIES_NAMES) {
      for (let hour = 0; hour < 24; hour++) {
        const atSeconds = at + hour * 3600;
        const sum = (atSeconds * 7919) % 360_000 / 10;
        const min = sum / 400;
        const max = sum / 300;
        rows.push({
          series,
          stepSeconds: 3600,
          atSeconds,
          min,
          max,
          sum,
          count: 360,
        });
      }
    }
    await save(rows);
  }
}

export async function measureHistory(): Promise<Row[]> {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-history-" });
  const store = await openTestStore({ stateDir, durable: true });
  try {
    const clock = { ms: Date.now() - Date.now() % 60_000 };
    const pieces: number[] = [];
    const history = await MetricHistory.open({
      store: { samples: timed(store.samples, pieces) },
      metrics: metricsOf(),
      clock: { now: () => clock.ms, monotonic: () => clock.ms },
      timers: { every: () => () => {} },
      options: () => ({ isOn: true, kept: KEPT }),
      reportBug(error) {
        throw error;
      },
    });
    history.start();
    await history.begun;
    const looks: number[] = [];
    const writes: number[] = [];
    for (let i = 0; i < LOOKS; i++) {
      clock.ms += 10_000;
      const began = performance.now();
      await history.look();
      const took = performance.now() - began;
      (clock.ms % 60_000 === 0 ? writes : looks).push(took);
    }
    await fill((rows) => store.samples.save(rows), clock.ms / 1000);
    const one = await reads(history, SERIES_NAMES.slice(0, 1), clock.ms);
    const all = await reads(history, SERIES_NAMES, clock.ms);
    const { size } = await Deno.stat(`${stateDir}/chat.db`);
    return [
      row("a look", percentile(looks, 0.5), "ms"),
      row(
        "a look that writes a minute, until it is durable",
        percentile(writes, 0.5),
        "ms",
      ),
      row("CPU of a year of one series", one, "ms", "≤ 20"),
      row(
        `CPU of a year of ${SERIES_NAMES.length} series`,
        all,
        "ms",
        "≤ 600",
      ),
      row("… in pieces of", percentile(pieces, 0.5), "ms", "≤ 5"),
      row(`a year of ${SERIES_NAMES.length} series on disk`, size / 1e6, "MB"),
    ];
  } finally {
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** Time of this process, since other programs run too; and of the pieces between which others have their turn. */
async function reads(
  history: MetricHistory,
  names: Parameters<MetricHistory["read"]>[0]["names"],
  nowMs: number,
): Promise<number> {
  const times: number[] = [];
  const toSeconds = Math.floor(nowMs / 1000);
  for (let i = 0; i < READS; i++) {
    const before = cpuUsage();
    await history.read({ names, fromSeconds: toSeconds - YEAR, toSeconds });
    const { user, system } = cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return percentile(times, 0.5);
}

function row(
  measure: string,
  value: number,
  unit: string,
  required?: string,
): Row {
  return {
    benchmark: "B14, history",
    measure,
    value,
    unit,
    ...(required === undefined ? {} : { required }),
  };
}
