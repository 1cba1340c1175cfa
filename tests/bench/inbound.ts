/** B12: mail of another server over `/mxdeliv`, signed with RSA-2048, its key known. @module */
import { LineConnection } from "../harness/line_connection.ts";
import { encryptedPayload, messageText } from "../harness/message.ts";
import type { Server } from "../harness/server.ts";
import {
  type ForeignWorld,
  foreignWorld,
  PEER,
  requestFor,
  taken,
} from "./foreign_mail.ts";
import {
  costOf,
  inParallel,
  memoryOctets,
  peakMemory,
  percentile,
  type Row,
} from "./measure.ts";
import { signedUp } from "./people.ts";

const BENCHMARK = "B12, mail of other servers";
const MESSAGES = 6000;
/** Until the key is known and the code compiled. */
const WARM_UP = 300;
const CONNECTIONS = 32;
const READERS = 16;
/** Gives messages of about 4 kB. */
const PAYLOAD_OCTETS = 2_300;

const STREAMS = 20;
/** Gives a message of 30 MiB, short of the limit. */
const LARGE_PAYLOAD_OCTETS = 23_100_000;
const PAIRS = 400;

export async function measureInbound(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [auth, measure] of STAGES) {
    await using world = await foreignWorld(auth);
    rows.push(...await measure(world));
  }
  return rows;
}

const STAGES: readonly [
  "strict" | "open",
  (world: ForeignWorld) => Promise<Row[]>,
][] = [
  ["strict", measureSmall],
  ["strict", measureLarge],
  ["open", measureStrangers],
];

async function addresses({ server }: ForeignWorld, count: number) {
  const people = await signedUp({ server, certificate: "" }, count);
  return people.map(({ address }) => address);
}

function mail(id: string, payload: string): string {
  return messageText({ from: `zoe@${PEER}`, id, payload });
}

async function measureSmall(world: ForeignWorld): Promise<Row[]> {
  const { server } = world;
  const readers = await addresses(world, READERS);
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const requests = Array.from(
    { length: MESSAGES + WARM_UP },
    (_, n) =>
      requestFor(
        readers[n % READERS]!,
        world.signed(mail(`in${n}`, payload)),
      ),
  );
  await deliver(server, requests.splice(-WARM_UP));
  const { seconds, serverCpuSeconds } = await costOf(
    server.pid,
    () => deliver(server, requests),
  );
  return [
    {
      benchmark: BENCHMARK,
      measure: "stored, DKIM verified",
      value: MESSAGES / seconds,
      unit: "1/s",
      required: "≥ 300",
    },
    {
      benchmark: BENCHMARK,
      measure: "CPU of the server for each",
      value: serverCpuSeconds / MESSAGES * 1000,
      unit: "ms",
    },
  ];
}

/** Each connection sends its next one when the one before is stored. @throws {Error} if one is not */
async function deliver(
  { ports }: Server,
  requests: readonly string[],
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    if (next >= requests.length) return;
    const wire = await LineConnection.open(ports.http);
    while (next < requests.length) {
      await wire.write(requests[next++]!);
      await taken(wire);
    }
    wire.close();
  }));
}

/** Memory beside twenty messages of the largest size at once. */
async function measureLarge(world: ForeignWorld): Promise<Row[]> {
  const { server } = world;
  const readers = await addresses(world, STREAMS);
  const payload = await encryptedPayload(LARGE_PAYLOAD_OCTETS);
  const request = requestFor(readers[0]!, world.signed(mail("0", payload)));
  const [head, body] = [request.slice(0, 4096), request.slice(4096)];
  const rest = new TextEncoder().encode(body);
  const small = await encryptedPayload(PAYLOAD_OCTETS);
  await deliver(server, [ // loads the verifier
    requestFor(readers[0]!, world.signed(mail("1", small))),
  ]);
  const before = await memoryOctets(server.pid);
  let seconds = 0;
  const peak = await peakMemory(server.pid, async () => {
    ({ seconds } = await costOf(
      server.pid,
      () =>
        inParallel(readers, STREAMS, async (reader) => {
          const wire = await LineConnection.open(server.ports.http);
          await wire.write(head.replace(readers[0]!, reader));
          await wire.write(rest);
          await taken(wire);
          wire.close();
        }),
    ));
  });
  return [
    {
      benchmark: BENCHMARK,
      measure: `${STREAMS} × 30 MiB at once`,
      value: STREAMS * request.length / 1e6 / seconds,
      unit: "MB/s",
    },
    {
      benchmark: BENCHMARK,
      measure: "memory per stream of it, at the peak",
      value: (peak - before) / 1e6 / STREAMS,
      unit: "MB",
      required: "≤ 4",
    },
  ];
}

/** What a stranger sees of whether somebody is there, one after another in turn. */
async function measureStrangers(world: ForeignWorld): Promise<Row[]> {
  const [reader] = await addresses(world, 1);
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const wire = await LineConnection.open(world.server.ports.http);
  const tookMs: Record<"stored" | "forgotten", number[]> = {
    stored: [],
    forgotten: [],
  };
  for (let n = 0; n < PAIRS; n++) {
    for (const kind of ["stored", "forgotten"] as const) {
      const to = kind === "stored" ? reader! : "nobody@chat.example";
      const start = performance.now();
      await wire.write(requestFor(to, mail(`${kind}${n}`, payload)));
      await taken(wire);
      tookMs[kind].push(performance.now() - start);
    }
  }
  wire.close();
  return (["stored", "forgotten"] as const).flatMap((kind) =>
    ([["p10", 0.1], ["p50", 0.5], ["p90", 0.9]] as const).map((
      [name, fraction],
    ) => ({
      benchmark: BENCHMARK,
      measure: `a stranger's message ${kind}, ${name}`,
      value: percentile(tookMs[kind], fraction),
      unit: "ms",
    }))
  );
}
