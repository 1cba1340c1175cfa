/** What a look at the metrics of a large relay takes, while mail goes on. @module */
import { reservePorts } from "../harness/ports.ts";
import { Server } from "../harness/server.ts";
import { fillStore } from "./large_store.ts";
import { deliverLoaded } from "./latency.ts";
import { pause, percentile, type Row } from "./measure.ts";
import { CONFIG, type Relay } from "./people.ts";

const ACCOUNTS = Number(Deno.env.get("SCRAPE_ACCOUNTS") ?? 100_000);
const SCRAPES = 200;
const EVERY_MS = 200; // so that what is counted now and then is counted
const PER_SECOND = 50;

export async function measureScrape(): Promise<Row[]> {
  const [port] = reservePorts(1);
  const stateDir = await Deno.makeTempDir({ prefix: "postern-scrape-" });
  let server: Server | undefined;
  try {
    await fillStore(stateDir, {
      accounts: ACCOUNTS,
      messages: ACCOUNTS,
      files: 0,
    });
    server = await Server.start({
      stateDir,
      config: `${CONFIG}\n[metrics]\nlisten = "127.0.0.1:${port}"\n`,
    });
    const url = `http://127.0.0.1:${port}/metrics`;
    const quiet = await scrapes(url);
    const busy: { times?: number[]; work?: Promise<unknown> } = {};
    const relay: Relay = { server, certificate: "" };
    await deliverLoaded(relay, PER_SECOND, () => {
      busy.work ??= scrapes(url).then((times) => busy.times = times);
      return busy.times === undefined;
    });
    await busy.work;
    return [
      ...rows("nothing else happens", quiet),
      ...rows(`${PER_SECOND} messages/s`, busy.times ?? []),
    ];
  } finally {
    await server?.dispose();
    await Deno.remove(stateDir, { recursive: true });
  }
}

async function scrapes(url: string): Promise<number[]> {
  const times: number[] = [];
  while (times.length < SCRAPES) {
    const began = performance.now();
    await (await fetch(url)).text();
    times.push(performance.now() - began);
    await pause(EVERY_MS);
  }
  return times;
}

function rows(what: string, times: readonly number[]): Row[] {
  const row = (measure: string, value: number, required?: string): Row => ({
    benchmark: "scrape",
    measure: `${ACCOUNTS} accounts, ${what}, ${measure}`,
    value,
    unit: "ms",
    ...(required === undefined ? {} : { required }),
  });
  return [
    row("p50", percentile(times, 0.5)),
    row("p99", percentile(times, 0.99), "≤ 20"),
    row("slowest", Math.max(...times)),
  ];
}
