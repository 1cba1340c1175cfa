/** B2 and B8: from the end of DATA to EXISTS at idle readers. @module */
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import type { SmtpClient } from "../harness/smtp_client.ts";
import { filesBelow } from "../harness/server.ts";
import { inParallel, pause, percentile, type Row } from "./measure.ts";
import {
  idling,
  type Person,
  type Relay,
  signedUp,
  submitting,
} from "./people.ts";

const PAYLOAD_OCTETS = 2_300;
const PAIR_MESSAGES = 300;
const READERS = 200;
const MESSAGES_PER_SECOND = 100;
const LOADED_SECONDS = 20;
const FANOUT = 60;
const FANOUT_MESSAGES = 20;
/** Beyond what the database holds itself. */
const LARGE_PAYLOAD_OCTETS = 100_000;

/** Sends, and gives the moment at which the last octet was handed over. */
async function sendTimed(
  client: SmtpClient,
  recipients: readonly string[],
  message: Uint8Array,
): Promise<
  { readonly writtenAt: number; readonly acknowledged: Promise<string> }
> {
  await client.start(recipients);
  const writtenAt = performance.now();
  await client.wire.write(message);
  return { writtenAt, acknowledged: client.expect(250) };
}

export async function measurePair(relay: Relay): Promise<Row[]> {
  const [sender, reader] = await signedUp(relay, 2) as [Person, Person];
  const client = await submitting(relay, sender);
  const waiting = await idling(relay, reader);
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const waitedMs: number[] = [];
  for (let n = 0; n < PAIR_MESSAGES; n++) {
    const seen = waiting.waitExists().then(() => performance.now());
    const message = messageOctets({
      from: sender.address,
      id: `pair${n}`,
      payload,
    });
    const sent = await sendTimed(client, [reader.address], message);
    waitedMs.push(await seen - sent.writtenAt);
    await sent.acknowledged;
    await pause(5);
  }
  client.close();
  waiting.close();
  return latencyRows("B2, one pair", waitedMs, "≤ 2.5", "≤ 8");
}

export function latencyRows(
  benchmark: string,
  waitedMs: readonly number[],
  median: string,
  high: string,
): Row[] {
  const measure = "end of DATA to EXISTS";
  return [
    {
      benchmark,
      measure: `${measure}, p50`,
      value: percentile(waitedMs, 0.5),
      unit: "ms",
      required: median,
    },
    {
      benchmark,
      measure: `${measure}, p99`,
      value: percentile(waitedMs, 0.99),
      unit: "ms",
      required: high,
    },
  ];
}

export interface Loaded {
  readonly waitedMs: readonly number[];
  readonly sent: number;
  readonly seen: number;
}

/** So many messages a second over 200 idle readers, while the number of the next one may be sent. */
export async function deliverLoaded(
  relay: Relay,
  perSecond: number,
  goesOn: (next: number) => boolean,
): Promise<Loaded> {
  const senders = await signedUp(relay, 10);
  const readers = await signedUp(relay, READERS);
  const clients = await Promise.all(
    senders.map((sender) => submitting(relay, sender)),
  );
  const waitedMs: number[] = [];
  const writtenAt = readers.map((): number[] => []);
  const counts = readers.map(() => 0);
  const sessions: Awaited<ReturnType<typeof idling>>[] = [];
  await inParallel(readers.keys(), 8, async (index) => {
    const reader = readers[index];
    if (reader) sessions[index] = await idling(relay, reader);
  });
  const watching = sessions.map(async (session, index) => {
    for (;;) {
      const exists = await session.waitExists();
      const now = performance.now();
      for (let n = counts[index] ?? 0; n < exists; n++) {
        const started = writtenAt[index]?.[n];
        if (started !== undefined) waitedMs.push(now - started);
      }
      counts[index] = exists;
    }
  });
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const start = performance.now();
  let next = 0;
  await Promise.all(clients.map(async (client, clientIndex) => {
    while (goesOn(next)) {
      const n = next++;
      const wait = start + n * 1000 / perSecond - performance.now();
      if (wait > 0) await pause(wait);
      const readerIndex = n % READERS;
      const reader = readers[readerIndex];
      if (!reader) return;
      const message = messageOctets({
        from: client.address,
        id: `loaded${clientIndex}x${n}`,
        payload,
      });
      const sent = await sendTimed(client, [reader.address], message);
      writtenAt[readerIndex]?.push(sent.writtenAt);
      await sent.acknowledged;
    }
  }));
  await pause(500);
  for (const client of clients) client.close();
  for (const session of sessions) session.close();
  await Promise.allSettled(watching);
  const seen = counts.reduce((sum, count) => sum + count, 0);
  return { waitedMs, sent: next, seen };
}

/** 100 messages a second over 200 idle readers. */
export async function measureLoaded(relay: Relay): Promise<Row[]> {
  const total = MESSAGES_PER_SECOND * LOADED_SECONDS;
  const { waitedMs, seen } = await deliverLoaded(
    relay,
    MESSAGES_PER_SECOND,
    (next) => next < total,
  );
  return [
    ...latencyRows(
      "B2, 100 msg/s over 200 readers",
      waitedMs,
      "≤ 5",
      "≤ 25",
    ),
    {
      benchmark: "B2, 100 msg/s over 200 readers",
      measure: "lost",
      value: total - seen,
      unit: "messages",
      required: "= 0",
    },
  ];
}

/** B8: one message to 60 local recipients. */
export async function measureFanout(relay: Relay): Promise<Row[]> {
  const [sender, ...readers] = await signedUp(relay, FANOUT + 1);
  if (!sender) throw new TypeError("Nobody to send");
  const sessions = await Promise.all(
    readers.map((reader) => idling(relay, reader)),
  );
  const client = await submitting(relay, sender);
  const addresses = readers.map(({ address }) => address);
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const lastMs: number[] = [];
  for (let n = 0; n < FANOUT_MESSAGES; n++) {
    const seen = Promise.all(sessions.map(async (session) => {
      await session.waitExists();
      return performance.now();
    }));
    const message = messageOctets({
      from: sender.address,
      id: `fanout${n}`,
      payload,
    });
    const sent = await sendTimed(client, addresses, message);
    lastMs.push(Math.max(...await seen) - sent.writtenAt);
    await sent.acknowledged;
    await pause(20);
  }
  const bodies = await countBodies(relay);
  const large = await encryptedPayload(LARGE_PAYLOAD_OCTETS);
  await client.send(
    addresses,
    messageOctets({ from: sender.address, id: "large", payload: large }),
  );
  const added = await countBodies(relay) - bodies;
  client.close();
  for (const session of sessions) session.close();
  return [
    {
      benchmark: "B8, 60 recipients",
      measure: "end of DATA to last EXISTS, p50",
      value: percentile(lastMs, 0.5),
      unit: "ms",
      required: "≤ 30",
    },
    {
      benchmark: "B8, 60 recipients",
      measure: "end of DATA to last EXISTS, p99",
      value: percentile(lastMs, 0.99),
      unit: "ms",
    },
    {
      benchmark: "B8, 60 recipients",
      measure: "body files of one large message",
      value: added,
      unit: "",
      required: "= 1",
    },
  ];
}

async function countBodies({ server }: Relay): Promise<number> {
  let count = 0;
  for await (const _ of filesBelow(`${server.stateDir}/blobs`)) count++;
  return count;
}
