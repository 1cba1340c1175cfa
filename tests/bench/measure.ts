/** Clocks, /proc and percentiles: what every benchmark measures with. @module */

/** One line of the result. */
export interface Row {
  /** B1 … B10. */
  readonly benchmark: string;
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** The bound it must keep, as text such as "≥ 1500". */
  readonly required?: string;
}

/** @param fraction 0.5 for the median */
export function percentile(
  values: readonly number[],
  fraction: number,
): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[
    Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))
  ] ??
    NaN;
}

/** CPU seconds of a process, all its threads. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100; // utime and stime, in ticks of 10 ms
}

/** Memory that only this process holds, plus its share of what it shares, in octets. */
export async function memoryOctets(pid: number): Promise<number> {
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss: +(\d+)/m.exec(rollup)?.[1]) * 1024;
}

export interface Cost {
  readonly seconds: number;
  readonly serverCpuSeconds: number;
}

/** Runs work and gives what it took in time, and in CPU of the server. */
export async function costOf(
  pid: number,
  work: () => Promise<unknown>,
): Promise<Cost> {
  const cpuBefore = await cpuSeconds(pid);
  const started = performance.now();
  await work();
  return {
    seconds: (performance.now() - started) / 1000,
    serverCpuSeconds: await cpuSeconds(pid) - cpuBefore,
  };
}

/** Watches a process's memory while work runs; gives the highest value. */
export async function peakMemory(
  pid: number,
  work: () => Promise<unknown>,
): Promise<number> {
  let peak = 0;
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      peak = Math.max(peak, await memoryOctets(pid));
      await pause(25);
    }
  })();
  try {
    await work();
  } finally {
    ended = true;
    await watching;
  }
  return peak;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs `work` for each item, so many at a time. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const source = items[Symbol.iterator]();
  await Promise.all(Array.from({ length: width }, async () => {
    for (let next = source.next(); !next.done; next = source.next()) {
      await work(next.value);
    }
  }));
}

/** Whether a row keeps its bound; undefined when it has none. */
export function isKept({ value, required }: Row): boolean | undefined {
  const [, sign, bound] = /^([≤≥=]) ([\d.]+)$/.exec(required ?? "") ?? [];
  if (!sign) return undefined;
  if (sign === "≤") return value <= Number(bound);
  if (sign === "≥") return value >= Number(bound);
  return value === Number(bound);
}

export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const kept = isKept(row);
    const verdict = kept === undefined ? "" : kept ? "yes" : "**no**";
    const value = Math.abs(row.value) >= 100
      ? row.value.toFixed(0)
      : row.value.toFixed(2);
    return `| ${row.benchmark} | ${row.measure} | ${value} ${row.unit} | ${
      row.required ?? ""
    } | ${verdict} |`;
  });
  return [
    "| | Measure | Result | Required | Kept |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
