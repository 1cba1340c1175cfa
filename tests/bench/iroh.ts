/**
 * Datagrams of real-time channels, and what clients cost that wait.
 *
 * Everybody sends for a second before the measuring: it is then that V8 compiles
 * the code of server and driver, and more than one datagram in a hundred of the
 * seconds after it would wait for that. What came late in it has a row of its own.
 *
 * @module
 */
import { IrohClient, newIdentity } from "../harness/iroh_client.ts";
import { Server } from "../harness/server.ts";
import { costOf, memoryOctets, percentile, type Row } from "./measure.ts";

const PAIRS = 100;
const OCTETS = 1000;
const SECONDS = 5;
const FIRST_SECONDS = 1;
const TICK_MS = 5;
/** What is asked for, and more than is reached: what counts is what comes. */
const RATES = [20_000, 50_000];
const IDLE = 1000;
const CONFIG = `
[http]
max_connections_per_ip = 100000

[iroh]
max_clients_per_ip = 100000
rx_rate = 0
`;

interface Pair {
  readonly from: IrohClient;
  readonly to: IrohClient;
  /** What was sent so far is with the kernel. */
  settled: Promise<void>;
}

export async function measureIrohPairs(): Promise<Row[]> {
  const server = await Server.start({ config: CONFIG });
  try {
    const pairs = await Promise.all(
      Array.from({ length: PAIRS }, () => connectPair(server.ports.http)),
    );
    const latencies: number[] = [];
    for (const { to } of pairs) void receive(to, latencies);
    const [asked = 0] = RATES;
    await send(pairs, asked, FIRST_SECONDS);
    const rows: Row[] = [{
      benchmark: `iroh, the first second of ${PAIRS} pairs, ${asked}/s`,
      measure: "p99",
      value: percentile(latencies, 0.99),
      unit: "ms",
    }];
    for (const rate of RATES) {
      latencies.length = 0;
      const cost = await costOf(
        server.pid,
        () => send(pairs, rate, SECONDS),
      );
      const isAsked = rate === asked;
      const benchmark = `iroh, ${PAIRS} pairs, ${rate}/s of ${OCTETS} octets`;
      rows.push({
        benchmark,
        measure: "came",
        value: latencies.length / cost.seconds,
        unit: "datagrams/s",
        ...isAsked ? { required: `≥ ${rate * 0.95}` } : {},
      }, {
        benchmark,
        measure: "p50",
        value: percentile(latencies, 0.5),
        unit: "ms",
      }, {
        benchmark,
        measure: "p99",
        value: percentile(latencies, 0.99),
        unit: "ms",
        ...isAsked ? { required: "≤ 10" } : {},
      }, {
        benchmark,
        measure: "CPU of a datagram",
        value: cost.serverCpuSeconds / latencies.length * 1e6,
        unit: "µs",
      });
    }
    for (const { from, to } of pairs) {
      from.close();
      to.close();
    }
    return rows;
  } finally {
    await server.dispose();
  }
}

export async function measureIrohIdle(): Promise<Row[]> {
  const server = await Server.start({ config: CONFIG });
  const clients: IrohClient[] = [];
  try {
    const connect = async (count: number) => {
      for (let left = count; left > 0; left -= 50) {
        clients.push(
          ...await Promise.all(
            Array.from({ length: 50 }, () => connected(server.ports.http)),
          ),
        );
      }
    };
    await connect(200); // code and buffers that are there only once
    const before = await memoryOctets(server.pid);
    await connect(IDLE);
    const after = await memoryOctets(server.pid);
    return [{
      benchmark: `iroh, ${IDLE} idle clients`,
      measure: "memory of each",
      value: (after - before) / IDLE / 1000,
      unit: "kB",
      required: "≤ 40",
    }];
  } finally {
    for (const client of clients) client.close();
    await server.dispose();
  }
}

async function connected(port: number): Promise<IrohClient> {
  const client = await IrohClient.connect({ port }, {
    identity: newIdentity(),
  });
  await client.settle();
  return client;
}

async function connectPair(port: number): Promise<Pair> {
  return {
    from: await connected(port),
    to: await connected(port),
    settled: Promise.resolve(),
  };
}

/** Evenly over time, however late a timer is. */
async function send(
  pairs: readonly Pair[],
  rate: number,
  seconds: number,
): Promise<void> {
  const started = performance.now();
  const total = rate * seconds;
  const data = new Uint8Array(OCTETS);
  const view = new DataView(data.buffer);
  for (let sent = 0; sent < total;) {
    const due = Math.min(
      total,
      Math.floor((performance.now() - started) / 1000 * rate),
    );
    for (; sent < due; sent++) {
      view.setFloat64(0, performance.now());
      const pair = pairs[sent % pairs.length]!;
      const copy = data.slice();
      pair.settled = pair.settled.then(() => pair.from.send(pair.to.key, copy));
    }
    await Promise.all(pairs.map(({ settled }) => settled));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

/** Up to the end of the connection. */
async function receive(client: IrohClient, latencies: number[]): Promise<void> {
  for (;;) {
    const frame = await client.nextOrEnd();
    if (!frame) return;
    if (frame.payload.length < 40) continue;
    const view = new DataView(frame.payload.buffer, frame.payload.byteOffset);
    latencies.push(performance.now() - view.getFloat64(32));
  }
}
