/**
 * What the store alone can do: deliveries a second, and what they cost on the
 * protocol thread and in the writer. Run with `deno run -A`.
 *
 * @module
 */
import type { AccountId } from "../../src/base/ids.ts";
import type { Address } from "../../src/mail/address.ts";
import type { QuotaPolicy } from "../../src/store/mail.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "../store/engines.ts";

const MESSAGE_OCTETS = 4096;
const HEADER_OCTETS = 600;
const QUOTA: QuotaPolicy = {
  defaultOctets: 2 ** 30,
  whenFull: "expire_oldest",
  trimFrom: 75,
  trimTo: 70,
  protectSeconds: 86_400,
};

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Nanoseconds on a processor by thread: the first is the protocol thread. */
function threadTimes(): Map<string, number> {
  const times = new Map<string, number>();
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    const path = `/proc/self/task/${name}`;
    const [ns] = Deno.readTextFileSync(`${path}/schedstat`).split(" ");
    const comm = Deno.readTextFileSync(`${path}/comm`).trim();
    const kind = name === String(Deno.pid)
      ? "main"
      : comm === "writer"
      ? "writer"
      : comm.startsWith("worker-") || comm.startsWith("writer")
      ? "writer"
      : comm;
    times.set(kind, (times.get(kind) ?? 0) + Number(ns));
  }
  return times;
}

async function deliverOne(store: Store, recipients: AccountId[]) {
  const octets = new Uint8Array(MESSAGE_OCTETS).fill(65);
  const staging = store.staging.stage();
  await staging.write(octets);
  const content = await staging.finish();
  await store.mail.accept({
    content,
    headerOctets: HEADER_OCTETS,
    recipients,
    arrivedAt: nowSeconds(),
    quota: QUOTA,
  });
}

interface Run {
  readonly name: string;
  readonly messages: number;
  readonly parallel: number;
  readonly recipients: number;
}

async function measure(store: Store, accounts: AccountId[], run: Run) {
  const before = threadTimes();
  const latencies: number[] = [];
  const start = performance.now();
  let left = run.messages;
  let next = 0;
  async function session() {
    while (left-- > 0) {
      const to = Array.from(
        { length: run.recipients },
        () => accounts[next++ % accounts.length]!,
      );
      const at = performance.now();
      await deliverOne(store, to);
      latencies.push(performance.now() - at);
    }
  }
  await Promise.all(Array.from({ length: run.parallel }, session));
  report(run, latencies, performance.now() - start, before);
}

/** Deliveries at a steady rate, whatever the store does. */
async function sustain(store: Store, accounts: AccountId[], perSecond: number) {
  const run = {
    name: `${perSecond}/s`,
    messages: perSecond * 10,
    parallel: 0,
    recipients: 1,
  };
  const before = threadTimes();
  const latencies: number[] = [];
  const start = performance.now();
  const pending: Promise<void>[] = [];
  for (let i = 0; i < run.messages; i++) {
    const due = start + i * 1000 / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const at = performance.now();
    pending.push(
      deliverOne(store, [accounts[i % accounts.length]!])
        .then(() => void latencies.push(performance.now() - at)),
    );
  }
  await Promise.all(pending);
  report(run, latencies, performance.now() - start, before);
}

function report(
  run: Run,
  latencies: number[],
  ms: number,
  before: Map<string, number>,
) {
  latencies.sort((a, b) => a - b);
  const at = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))]!
      .toFixed(1);
  const costs = [...threadTimes()]
    .map(([kind, ns]) =>
      [kind, (ns - (before.get(kind) ?? 0)) / run.messages / 1000] as const
    )
    .filter(([, us]) => us > 1)
    .map(([kind, us]) => `${kind} ${us.toFixed(0)} µs`).join(", ");
  // deno-lint-ignore no-console
  console.log(
    `${run.name}: ${(run.messages / ms * 1000).toFixed(0)}/s, p50 ${
      at(0.5)
    } p99 ${at(0.99)} max ${at(1)} ms; ${costs}`,
  );
}

if (import.meta.main) {
  const stateDir = await Deno.makeTempDir({ prefix: "store_bench" });
  const store = await openTestStore({ stateDir, durable: true });
  const count = Number(Deno.args[0] ?? 1000);
  const accounts = (await store.accounts.createMany(
    Array.from({ length: count }, (_, i) => ({
      address: `bench${i}@relay.example` as Address,
      passwordHash: "none",
      origin: "import" as const,
      createdAt: nowSeconds(),
    })),
  )).map((id) => id!);
  const runs: Run[] = [
    { name: "warm-up", messages: 1000, parallel: 10, recipients: 1 },
    { name: "1 at a time", messages: 1000, parallel: 1, recipients: 1 },
    { name: "10 at a time", messages: 5000, parallel: 10, recipients: 1 },
    { name: "50 at a time", messages: 10000, parallel: 50, recipients: 1 },
    { name: "60 recipients", messages: 200, parallel: 1, recipients: 60 },
  ];
  for (const run of runs) await measure(store, accounts, run);
  await sustain(store, accounts, 200);
  await store.close();
  await Deno.remove(stateDir, { recursive: true });
}
