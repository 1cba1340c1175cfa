/** B9 and B10: what a hundred times the accounts cost, and how long a start takes. @module */
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { DOMAIN } from "../harness/server.ts";
import {
  costOf,
  cpuSeconds,
  inParallel,
  percentile,
  type Row,
} from "./measure.ts";
import {
  logIn,
  type Person,
  type Relay,
  signedUp,
  submitting,
} from "./people.ts";

const SMALL = 1_000;
const LARGE = 100_000;
const LOGINS = 1_000;
const MESSAGES = 2_000;

async function importAccounts(
  { server }: Relay,
  first: number,
  count: number,
): Promise<void> {
  const file = `${server.stateDir}/import.json`;
  const users = Array.from({ length: count }, (_, index) => ({
    username: `known${first + index}@${DOMAIN}`,
    password: crypto.getRandomValues(new Uint8Array(16)).toHex(),
  }));
  await Deno.writeTextFile(file, JSON.stringify(users));
  await server.command("accounts", "import", file);
  await Deno.remove(file);
}

interface Costs {
  readonly loginMs: number;
  readonly deliveryMs: number;
  readonly selectMs: number;
}

/** Server CPU of a login and of a delivery, and the time of SELECT. */
async function measureCosts(
  relay: Relay,
  people: readonly Person[],
): Promise<Costs> {
  const logins = await costOf(relay.server.pid, () =>
    inParallel(
      Array.from({ length: LOGINS }, (_, n) => people[n % people.length]),
      16,
      async (person) => {
        if (person) (await logIn(relay, person)).close();
      },
    ));
  const payload = await encryptedPayload(2_300);
  const clients = await Promise.all(
    people.slice(0, 20).map((person) => submitting(relay, person)),
  );
  const deliveries = await costOf(
    relay.server.pid,
    () =>
      Promise.all(clients.map(async (client, index) => {
        for (let n = 0; n < MESSAGES / clients.length; n++) {
          const to = people[(index + n) % people.length];
          if (!to) return;
          await client.send(
            [to.address],
            messageOctets({
              from: client.address,
              id: `scale${index}x${n}x${performance.now()}`,
              payload,
            }),
          );
        }
      })),
  );
  for (const client of clients) client.close();
  return {
    loginMs: logins.serverCpuSeconds * 1000 / LOGINS,
    deliveryMs: deliveries.serverCpuSeconds * 1000 / MESSAGES,
    selectMs: await medianSelect(relay, people),
  };
}

async function medianSelect(
  relay: Relay,
  people: readonly Person[],
): Promise<number> {
  const times: number[] = [];
  for (const person of people.slice(0, 50)) {
    const client = await logIn(relay, person);
    const started = performance.now();
    await client.expectOk("SELECT INBOX");
    times.push(performance.now() - started);
    client.close();
  }
  return percentile(times, 0.5);
}

interface Start {
  readonly wallMs: number;
  /** What else runs on the machine does not count here. */
  readonly cpuMs: number;
}

/** Medians over some starts. */
async function timeStart({ server }: Relay): Promise<Start> {
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let n = 0; n < 7; n++) {
    await server.end("SIGTERM");
    const started = performance.now();
    await server.run();
    wallMs.push(performance.now() - started);
    cpuMs.push(await cpuSeconds(server.pid) * 1000);
  }
  return { wallMs: percentile(wallMs, 0.5), cpuMs: percentile(cpuMs, 0.5) };
}

export async function measureScale(relay: Relay): Promise<Row[]> {
  const people = await signedUp(relay, 100);
  await importAccounts(relay, 0, SMALL);
  await measureCosts(relay, people); // warms up
  const few = await measureCosts(relay, people);
  const startWithFew = await timeStart(relay);
  await importAccounts(relay, SMALL, LARGE - SMALL);
  await measureCosts(relay, people);
  const many = await measureCosts(relay, people);
  const startWithMany = await timeStart(relay);
  const benchmark = "B9, 1 000 → 100 000 accounts";
  const ratio = (measure: string, before: number, after: number): Row => ({
    benchmark,
    measure: `${measure}: ${before.toFixed(2)} → ${after.toFixed(2)} ms`,
    value: after / before,
    unit: "×",
    required: "≤ 1.15",
  });
  return [
    ratio("server CPU per login", few.loginMs, many.loginMs),
    ratio("server CPU per message", few.deliveryMs, many.deliveryMs),
    ratio("SELECT", few.selectMs, many.selectMs),
    ratio("CPU of a start", startWithFew.cpuMs, startWithMany.cpuMs),
    {
      benchmark: "B10, start",
      measure: "to all ports accept, 100 000 accounts",
      value: startWithMany.wallMs,
      unit: "ms",
      required: "≤ 800",
    },
  ];
}
