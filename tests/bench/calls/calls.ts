/**
 * TURN: 50 relays of 1 Mbit/s through ours and through coturn, mail beside them,
 * and mail and calls beside a flood.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { reservePorts } from "../../harness/ports.ts";
import { Server } from "../../harness/server.ts";
import { measureLoaded } from "../latency.ts";
import { cpuSeconds, percentile, type Row } from "../measure.ts";
import { CONFIG } from "../people.ts";
import type { CallResult, DriverQuestion } from "./driver_worker.ts";

const CALLS = 50;
const SECONDS = 10;
const MAIL_SECONDS = 45;
const FLOOD_PER_SECOND = 100_000;
const SECRET = "a secret of the benchmark";
const COTURN = "/usr/bin/turnserver";
const TURN_CONFIG = `${CONFIG}
[turn]
secret = "${SECRET}"
allow_peers = ["127.0.0.0/8"]
# beside those that the system gives to the peers
relay_port_min = 61000
relay_port_max = 65535
max_allocations_per_ip = 1000
max_allocations_per_user = 1000`;

/** Calls alone beside coturn's, then mail beside calls, then both beside a flood. */
export async function measureCalls(): Promise<Row[]> {
  const rows: Row[] = [];
  const direct = await drive<CallResult>({
    kind: "call",
    calls: CALLS,
    seconds: SECONDS,
  });
  rows.push(...delayRows("calls, no relay", direct));
  const coturn = existsSync(COTURN) ? await measureCoturn() : undefined;
  if (coturn) rows.push(...delayRows("calls, coturn", coturn.result));
  const server = await Server.start({ turn: true, config: TURN_CONFIG });
  try {
    const { turn } = server.ports;
    const ours = await measureServer(server.pid, turn);
    rows.push(...delayRows("calls", ours.result, direct));
    rows.push({
      benchmark: "calls",
      measure: `CPU of ${CALLS} relays of 1 Mbit/s`,
      value: 100 * ours.cpu / SECONDS,
      unit: "% of a core",
    });
    if (coturn) {
      rows.push({
        benchmark: "calls",
        measure: "CPU by that of coturn",
        value: ours.cpu / coturn.cpu,
        unit: "",
        required: "≤ 3",
      });
    }
    const relay = { server, certificate: "" };
    rows.push(...named("mail alone", await measureLoaded(relay)));
    const beside = driving<CallResult>({
      kind: "call",
      server: { port: turn, secret: SECRET },
      calls: CALLS,
      seconds: MAIL_SECONDS,
    });
    rows.push(...named("mail beside calls", await measureLoaded(relay)));
    beside.stop();
    const flooding = driving<number>({
      kind: "flood",
      port: turn,
      perSecond: FLOOD_PER_SECOND,
      seconds: MAIL_SECONDS,
    });
    rows.push(...named("mail beside a flood", await measureLoaded(relay)));
    const flooded = await drive<CallResult>({
      kind: "call",
      server: { port: turn, secret: SECRET },
      calls: CALLS,
      seconds: SECONDS / 2,
    });
    const perSecond = await flooding.answer;
    rows.push({
      benchmark: "calls beside a flood",
      measure: "unauthenticated packets",
      value: perSecond,
      unit: "/s",
    });
    rows.push(...delayRows("calls beside a flood", flooded));
  } finally {
    await server.dispose();
  }
  return rows;
}

function named(benchmark: string, rows: readonly Row[]): Row[] {
  return rows.map(({ measure, value, unit }) => ({
    benchmark,
    measure,
    value,
    unit,
  }));
}

interface Measured {
  readonly result: CallResult;
  /** Seconds, for `SECONDS` of calls. */
  readonly cpu: number;
}

async function measureServer(pid: number, port: number): Promise<Measured> {
  const before = await cpuSeconds(pid);
  const result = await drive<CallResult>({
    kind: "call",
    server: { port, secret: SECRET },
    calls: CALLS,
    seconds: SECONDS,
  });
  return { result, cpu: await cpuSeconds(pid) - before };
}

async function measureCoturn(): Promise<Measured> {
  const [port = 0] = reservePorts(1);
  const process = new Deno.Command(COTURN, {
    args: [
      "-n",
      "--no-cli",
      "--no-tls",
      "--no-dtls",
      "--listening-ip=127.0.0.1",
      "--relay-ip=127.0.0.1",
      `--listening-port=${port}`,
      "--use-auth-secret",
      `--static-auth-secret=${SECRET}`,
      "--realm=chat.example",
      "--allow-loopback-peers",
      "--log-file=/dev/null",
      "--pidfile=",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    return await measureServer(process.pid, port);
  } finally {
    process.kill();
    await process.status;
  }
}

function delayRows(
  benchmark: string,
  { sent, arrived, roundTripMs }: CallResult,
  direct?: CallResult,
): Row[] {
  const at = (fraction: number) => percentile(roundTripMs, fraction);
  const rows: Row[] = [
    { benchmark, measure: "round trip, p50", value: at(0.5), unit: "ms" },
    { benchmark, measure: "round trip, p99", value: at(0.99), unit: "ms" },
    { benchmark, measure: "round trip, longest", value: at(1), unit: "ms" },
    {
      benchmark,
      measure: `lost of ${sent}`,
      value: sent - arrived,
      unit: "",
      ...(direct ? { required: "= 0" } : {}),
    },
  ];
  if (direct) {
    rows.push({
      benchmark,
      measure: "added to a round trip, p99",
      value: at(0.99) - percentile(direct.roundTripMs, 0.99),
      unit: "ms",
      required: "≤ 10",
    });
  }
  return rows;
}

function driving<Answer>(
  question: DriverQuestion,
): { readonly answer: Promise<Answer>; stop(): void } {
  const worker = new Worker(new URL("./driver_worker.ts", import.meta.url), {
    type: "module",
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  worker.onmessage = ({ data }) => {
    worker.terminate();
    resolve(data);
  };
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(question);
  return { answer: promise, stop: () => worker.terminate() };
}

function drive<Answer>(question: DriverQuestion): Promise<Answer> {
  return driving<Answer>(question).answer;
}
