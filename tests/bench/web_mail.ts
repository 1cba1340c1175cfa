/** Clients over WebSockets that wait for mail: what each costs, and how soon they hear of it. */
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { Socket } from "../webmail/socket.ts";
import { PASSWORD, type User, World } from "../webmail/world.ts";
import { memoryOctets, pause, percentile, type Row } from "./measure.ts";

const IDLE = 1000;
/** Code and buffers that are there only once. */
const WARM = 200;
const ACCOUNTS = 20;
/** Started anew each time: how much garbage waits to be collected differs. */
const SERVERS = 3;
/** The server gives memory back every two seconds. */
const QUIET_MS = 5000;
const MESSAGES = 300;
const PAYLOAD_OCTETS = 2_300;
const CONFIG = `
[http]
max_connections_per_ip = 100000

[webmail]
webimap = true
websmtp = true
max_sockets_per_account = 1000
max_sockets_per_ip = 100000
requests_per_minute = 0
`;

export async function measureWebMail(): Promise<Row[]> {
  const latency = await inWorld(([sender, reader]) =>
    measureLatency(sender!, reader!)
  );
  const each: number[] = [];
  for (let n = 0; n < SERVERS; n++) each.push(await inWorld(measureIdle));
  return [
    ...latency,
    {
      benchmark: `web mail, ${IDLE} idle WebSockets over TLS`,
      measure: `memory of each, median of ${SERVERS} servers`,
      value: percentile(each, 0.5) / 1000,
      unit: "kB",
      required: "≤ 30",
    },
    {
      benchmark: `web mail, ${IDLE} idle WebSockets over TLS`,
      measure: "memory of each, at most",
      value: Math.max(...each) / 1000,
      unit: "kB",
    },
  ];
}

async function inWorld<Result>(
  measure: (users: readonly User[]) => Promise<Result>,
): Promise<Result> {
  const world = await World.open({ config: CONFIG });
  try {
    const users: User[] = [];
    for (let n = 0; n < ACCOUNTS; n++) {
      users.push(await world.account(`web${n}`));
    }
    return await measure(users);
  } finally {
    await world.close();
  }
}

/** What a server has more for each after it has given back what nobody uses, in octets. */
async function measureIdle(users: readonly User[]): Promise<number> {
  const sockets: Socket[] = [];
  const open = async (count: number) => {
    for (let left = count; left > 0; left -= users.length) {
      sockets.push(
        ...await Promise.all(users.map((user) => Socket.open(user))),
      );
    }
  };
  try {
    const { pid } = users[0]!.world.server;
    await open(WARM);
    await pause(QUIET_MS);
    const before = await memoryOctets(pid);
    await open(IDLE);
    await pause(QUIET_MS);
    return (await memoryOctets(pid) - before) / IDLE;
  } finally {
    await Promise.all(sockets.map((socket) => socket.close()));
  }
}

/** From the end of DATA over submission to the frame of a client that waits. */
async function measureLatency(sender: User, reader: User): Promise<Row[]> {
  const { world, address } = sender;
  const client = await SmtpClient.submit(
    world.server.ports.submissionTls,
    world.certificate,
    address,
    PASSWORD,
  );
  const socket = await Socket.open(reader);
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const waitedMs: number[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    const message = messageOctets({ from: address, id: `web${n}`, payload });
    await client.start([reader.address]);
    const seen = socket.next().then(() => performance.now());
    const writtenAt = performance.now();
    await client.wire.write(message);
    waitedMs.push(await seen - writtenAt);
    await client.expect(250);
    await pause(5);
  }
  client.close();
  await socket.close();
  const benchmark = "web mail, end of DATA to the frame";
  return [
    {
      benchmark,
      measure: "p50",
      value: percentile(waitedMs, 0.5),
      unit: "ms",
      required: "≤ 3",
    },
    {
      benchmark,
      measure: "p99",
      value: percentile(waitedMs, 0.99),
      unit: "ms",
      required: "≤ 15",
    },
  ];
}
