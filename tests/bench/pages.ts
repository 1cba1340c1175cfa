/** What the public pages take, alone and while mail goes on. @module */
import { Server } from "../harness/server.ts";
import { deliverLoaded } from "./latency.ts";
import { cpuSeconds, pause, percentile, type Row } from "./measure.ts";
import { CONFIG, type Relay } from "./people.ts";

const VIEWS = 200;
const EVERY_MS = 20;
const PER_SECOND = 200;
const WORKERS = 16;
const RATE_MS = 5000;

export async function measurePages(): Promise<Row[]> {
  const server = await Server.start({
    config: `${CONFIG}\n[web]\npages_per_second = 0\n`,
  });
  const client = Deno.createHttpClient({ http2: false });
  const base = `http://127.0.0.1:${server.ports.http}`;
  const get = (path: string) =>
    fetch(base + path, { client, headers: { "accept-encoding": "gzip" } });
  try {
    const page = await (await get("/")).text();
    const style = /href="([^"]+\.css)"/.exec(page)?.[1] ?? "/main.css";
    const quiet = await firstOctets(get);
    const rates: Row[] = [];
    for (
      const [what, path] of [["style sheet", style], ["landing page", "/"]]
    ) {
      const before = await cpuSeconds(server.pid);
      const { perSecond, answers } = await rate(() => get(path!));
      const cpu = await cpuSeconds(server.pid) - before;
      rates.push({
        benchmark: "pages",
        measure: `${what}, answers a second`,
        value: perSecond,
        unit: "/s",
        required: "≥ 2000",
      }, {
        benchmark: "pages",
        measure: `${what}, server CPU per answer`,
        value: cpu / answers * 1000,
        unit: "ms",
      });
    }
    const busy: { times?: number[]; work?: Promise<unknown> } = {};
    const relay: Relay = { server, certificate: "" };
    await deliverLoaded(relay, PER_SECOND, () => {
      busy.work ??= firstOctets(get).then((times) => busy.times = times);
      return busy.times === undefined;
    });
    await busy.work;
    return [
      ...rows("nothing else happens", quiet),
      ...rows(`${PER_SECOND} messages/s`, busy.times ?? []),
      ...rates,
    ];
  } finally {
    client.close();
    await server.dispose();
  }
}

async function firstOctets(
  get: (path: string) => Promise<Response>,
): Promise<number[]> {
  const times: number[] = [];
  while (times.length < VIEWS) {
    const began = performance.now();
    const response = await get("/");
    times.push(performance.now() - began);
    await response.text();
    await pause(EVERY_MS);
  }
  return times;
}

async function rate(
  get: () => Promise<Response>,
): Promise<{ readonly perSecond: number; readonly answers: number }> {
  const began = performance.now();
  let answers = 0;
  await Promise.all(Array.from({ length: WORKERS }, async () => {
    while (performance.now() - began < RATE_MS) {
      const response = await get();
      await response.arrayBuffer();
      if (response.ok) answers++;
    }
  }));
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: Math.round(answers / seconds), answers };
}

function rows(what: string, times: readonly number[]): Row[] {
  const row = (measure: string, value: number, required?: string): Row => ({
    benchmark: "pages",
    measure: `landing page, first octet, ${what}, ${measure}`,
    value,
    unit: "ms",
    ...(required === undefined ? {} : { required }),
  });
  return [
    row("p50", percentile(times, 0.5)),
    row("p99", percentile(times, 0.99), "≤ 100"),
  ];
}
