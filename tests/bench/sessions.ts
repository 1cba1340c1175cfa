/** B4, B5 and B6: sign-ups, logins, and the memory of idle sessions. @module */
import type { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import {
  costOf,
  inParallel,
  memoryOctets,
  pause,
  percentile,
  type Row,
} from "./measure.ts";
import {
  idling,
  logIn,
  newPeople,
  type Person,
  type Relay,
  signedUp,
  submitting,
} from "./people.ts";

const LOGINS = 3000;
const WIDTH = 16;

async function measureLogins(
  relay: Relay,
  people: readonly Person[],
): Promise<{ perSecond: number; cpuMs: number; p99Ms: number }> {
  const waitedMs: number[] = [];
  const { seconds, serverCpuSeconds } = await costOf(
    relay.server.pid,
    () =>
      inParallel(people, WIDTH, async (person) => {
        const started = performance.now();
        const client = await logIn(relay, person);
        waitedMs.push(performance.now() - started);
        client.close();
      }),
  );
  return {
    perSecond: people.length / seconds,
    cpuMs: serverCpuSeconds * 1000 / people.length,
    p99Ms: percentile(waitedMs, 0.99),
  };
}

export async function measureSignUps(relay: Relay): Promise<Row[]> {
  const { perSecond, cpuMs } = await measureLogins(relay, newPeople(LOGINS));
  return [
    {
      benchmark: "B4, accounts by first login",
      measure: "created",
      value: perSecond,
      unit: "/s",
      required: "≥ 600",
    },
    {
      benchmark: "B4, accounts by first login",
      measure: "server CPU each",
      value: cpuMs,
      unit: "ms",
    },
  ];
}

export async function measureKnownLogins(relay: Relay): Promise<Row[]> {
  const people = await signedUp(relay, LOGINS);
  const { perSecond, cpuMs, p99Ms } = await measureLogins(relay, people);
  const benchmark = "B5, known accounts, full TLS";
  return [
    {
      benchmark,
      measure: "logged in",
      value: perSecond,
      unit: "/s",
      required: "≥ 800",
    },
    { benchmark, measure: "server CPU each", value: cpuMs, unit: "ms" },
    { benchmark, measure: "TCP to OK, p99", value: p99Ms, unit: "ms" },
  ];
}

export async function measureIdle(
  relay: Relay,
  count: number,
): Promise<Row[]> {
  const people = await signedUp(relay, count);
  // What the sign-ups left in memory would be used again, and hide what sessions take.
  await relay.server.end("SIGTERM");
  await relay.server.run();
  await pause(2_000);
  const before = await memoryOctets(relay.server.pid);
  const sessions: ImapClient[] = [];
  await inParallel(people, WIDTH, async (person) => {
    sessions.push(await idling(relay, person));
  });
  await pause(10_000);
  const after = await memoryOctets(relay.server.pid);
  const woken = await wakeLast(relay, people, sessions);
  for (const session of sessions) session.close();
  const benchmark = `B6, ${count} idle sessions`;
  return [
    {
      benchmark,
      measure: "memory per session",
      value: (after - before) / 1000 / count,
      unit: "kB",
      required: "≤ 40",
    },
    {
      benchmark,
      measure: "woken by a message, of 5",
      value: woken,
      unit: "",
      required: "= 5",
    },
  ];
}

/** The sessions still answer: five people get a message. */
async function wakeLast(
  relay: Relay,
  people: readonly Person[],
  sessions: readonly ImapClient[],
): Promise<number> {
  const [sender] = people;
  if (!sender) return 0;
  const client = await submitting(relay, sender);
  const payload = await encryptedPayload(1000);
  const waiting = sessions.map((session) =>
    session.waitExists().then(() => true, () => false)
  );
  const last = people.slice(-5).map(({ address }) => address);
  await client.send(
    last,
    messageOctets({ from: sender.address, id: "wake", payload }),
  );
  client.close();
  await pause(1_000);
  const settled = await Promise.all(
    waiting.map((one) => Promise.race([one, Promise.resolve(false)])),
  );
  return settled.filter(Boolean).length;
}
