/** B11 and B12: mail between relays, over a long link, beside a dead peer, to a sink. @module */
import { Core } from "../e2e/core.ts";
import { chatWith } from "../e2e/chats.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { HelperProcess } from "../harness/network/helper_process.ts";
import { denoCommand } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { pingPong } from "./delta_chat.ts";
import {
  cpuSeconds,
  inParallel,
  memoryOctets,
  pause,
  percentile,
  type Row,
} from "./measure.ts";

const DELAY_MS = 20;
const PEERS = 20;
const MESSAGES_PER_SECOND = 200;
const SECONDS = 30;
const SENDERS = 16;
const PAYLOAD_OCTETS = 2_300;
const SINK_MESSAGES = 10_000;
/** Without any more of them it is over. */
const SINK_STALL_MS = 30_000;
const DEFERRED_MESSAGES = 20_000;
const FILLERS = 24;

/** The driver has few addresses, so the limits per address are out of the way. */
const CONFIG = `
max_connections = 100000
max_connections_per_ip = 100000

[imap]
max_connections = 100000
max_connections_per_ip = 100000
`;
const FEDERATION = "limits_requests_per_minute = 1000000";
/** Replies to writers wait for nobody. */
const AT_ONCE = "first_attempt_wait = 0";

async function submitting(
  relay: RelayHost,
  name: string,
): Promise<SmtpClient> {
  const address = `${name}@${relay.domain}`;
  const password = `password of ${name}`;
  const trusted = await relay.trusted();
  const imap = await ImapClient.connect(relay.place("imap_tls"), trusted);
  await imap.login(address, password);
  imap.close();
  const place = relay.place("submission_tls");
  return await SmtpClient.submit(place, trusted, address, password);
}

async function idling(
  relay: RelayHost,
  address: string,
): Promise<ImapClient> {
  const imap = await ImapClient.connect(
    relay.place("imap_tls"),
    await relay.trusted(),
  );
  await imap.login(address, `password of ${address}`);
  await imap.expectOk("SELECT INBOX");
  await imap.idle();
  return imap;
}

/** One relay with many domains stands for the healthy peers; the dead one is an address that nobody has. */
export async function measureDeadPeer(): Promise<Row[]> {
  await using network = await Network.make();
  const healthy = Array.from({ length: PEERS - 1 }, (_, n) => `p${n}.example`);
  const [first = "", ...more] = healthy;
  const far = await network.addHost("far", DELAY_MS);
  const near = await RelayHost.start(network, {
    domain: "near.example",
    config: CONFIG,
    federation: FEDERATION,
  });
  const peers = await RelayHost.start(network, {
    domain: first,
    host: far,
    config: CONFIG,
    federation: FEDERATION,
    server: `domains = ${JSON.stringify(more)}`,
  });
  for (const domain of more) {
    await network.setName(domain, { MX: [`10 ${peers.hostname}`] });
  }
  await network.setName("dead.example", { A: ["198.18.0.250"] });

  const senders = await Promise.all(
    Array.from({ length: SENDERS }, (_, n) => submitting(near, `sender${n}`)),
  );
  const toDead = await Promise.all(
    Array.from({ length: SENDERS }, (_, n) => submitting(near, `dead${n}`)),
  );
  const readers = healthy.map((domain) => `reader@${domain}`);
  const writtenAt = new Map<string, number[]>();
  const waitedMs: number[] = [];
  let seen = 0;
  const sessions = await Promise.all(
    readers.map((address) => idling(peers, address)),
  );
  const watching = sessions.map(async (session, index) => {
    for (let count = 0;;) {
      const exists = await session.waitExists();
      const now = performance.now();
      for (; count < exists; count++) {
        const started = writtenAt.get(readers[index]!)?.[count];
        if (started !== undefined) waitedMs.push(now - started);
        seen++;
      }
    }
  });
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  let sent = 0;
  async function write(client: SmtpClient, to: string, n: number) {
    const message = messageOctets({
      from: client.address,
      id: `b11x${n}`,
      payload,
    });
    await client.start([to]);
    const times = writtenAt.get(to) ?? [];
    writtenAt.set(to, times);
    times.push(performance.now());
    await client.wire.write(message);
    await client.expect(250);
  }
  const start = performance.now();
  const total = MESSAGES_PER_SECOND * SECONDS;
  let next = 0;
  const idleDead = [...toDead];
  const dead: Promise<void>[] = [];
  await Promise.all(senders.map(async (client) => {
    while (next < total) {
      const n = next++;
      const wait = start + n * 1000 / MESSAGES_PER_SECOND - performance.now();
      if (wait > 0) await pause(wait);
      const peer = n % PEERS;
      if (peer < readers.length) {
        sent++;
        await write(client, readers[peer]!, n);
        continue;
      }
      // its reply waits for the first attempt, which nobody answers
      const free = idleDead.pop();
      if (!free) continue;
      const writing = write(free, "somebody@dead.example", n);
      dead.push(writing.then(() => void idleDead.push(free)));
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(dead);
  for (let left = 100; left > 0 && seen < sent; left--) await pause(100);
  for (const client of [...senders, ...toDead]) client.close();
  for (const session of sessions) session.close();
  await Promise.allSettled(watching);
  const benchmark = `B11, 1 of ${PEERS} peers dead, ${DELAY_MS} ms each way`;
  return [
    { benchmark, measure: "written", value: sent / seconds, unit: "msg/s" },
    {
      benchmark,
      measure: "end of DATA to EXISTS at the peer, p50",
      value: percentile(waitedMs, 0.5),
      unit: "ms",
    },
    {
      benchmark,
      measure: "end of DATA to EXISTS at the peer, p99",
      value: percentile(waitedMs, 0.99),
      unit: "ms",
      required: "≤ 150",
    },
    {
      benchmark,
      measure: "lost",
      value: sent - seen,
      unit: "messages",
      required: "= 0",
    },
  ];
}

/** Two cores on two relays. */
export async function measureAcross(): Promise<Row[]> {
  await using network = await Network.make();
  const people = await network.addHost("people");
  const relays = await Promise.all(
    ["one.example", "two.example"].map((domain) =>
      RelayHost.start(network, {
        domain,
        config: CONFIG,
        federation: FEDERATION,
      })
    ),
  );
  const cores = await Promise.all(
    relays.map(() => Core.start({ host: people })),
  );
  try {
    const [ann, bob] = await Promise.all(
      ["annette", "bobbert"].map((name, at) =>
        cores[at]!.signUp(relays[at]!, name)
      ),
    );
    if (!ann || !bob) throw new TypeError("Nobody has signed up");
    const bobsChat = await bob.join(ann);
    const annsChat = await chatWith(ann, "bobbert");
    const waitedMs = await pingPong({ ann, annsChat, bob, bobsChat });
    const benchmark = "B11, two cores on two relays";
    return [{
      benchmark,
      measure: "send to received, p50",
      value: percentile(waitedMs, 0.5),
      unit: "ms",
      required: "≤ 350",
    }, {
      benchmark,
      measure: "send to received, p99",
      value: percentile(waitedMs, 0.99),
      unit: "ms",
    }];
  } finally {
    await Promise.all(cores.map((core) => core.dispose()));
  }
}

/** Queues so many messages, each for one recipient. */
export async function fill(
  relay: RelayHost,
  domain: string,
  count: number,
): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: FILLERS }, (_, n) => submitting(relay, `filler${n}`)),
  );
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  await inParallel(clients, FILLERS, async (client) => {
    for (const n of numbers) {
      const id = `fill${n}`;
      const message = messageOctets({ from: client.address, id, payload });
      await client.send([`reader${n % 50}@${domain}`], message);
    }
    client.close();
  });
}

/** How fast what waits leaves, to a peer that only counts. */
export async function measureSink(): Promise<Row[]> {
  await using network = await Network.make();
  const relay = await RelayHost.start(network, {
    domain: "near.example",
    config: CONFIG,
    federation: `${FEDERATION}\n${AT_ONCE}`,
  });
  const host = await network.addHost("sink");
  await network.setName("sink.example", { A: [host.ipv4] });
  const pair = await network.authority.issue(["sink.example"]);
  const [certificate, key] = ["sink.pem", "sink.key"].map((name) =>
    `${network.folder}/${name}`
  ) as [string, string];
  await Deno.writeTextFile(certificate, pair.chainPem);
  await Deno.writeTextFile(key, pair.keyPem);
  const module = "tests/harness/network/sink_main.ts";
  const sink = new HelperProcess(
    host.namespace.command(denoCommand(module, certificate, key)),
  );
  try {
    await relay.command("queue", "hold", "--dest", "sink.example");
    await fill(relay, "sink.example", SINK_MESSAGES);
    const before = Number(await sink.ask("count"));
    const cpuBefore = await cpuSeconds(relay.pid);
    await relay.command("queue", "release", "--dest", "sink.example");
    let first: number | undefined;
    let last = performance.now();
    let count = before;
    while (
      count < SINK_MESSAGES && performance.now() - last < SINK_STALL_MS
    ) {
      await pause(20);
      const now = Number(await sink.ask("count"));
      if (now === count) continue;
      count = now;
      last = performance.now();
      first ??= last;
    }
    const cpu = await cpuSeconds(relay.pid) - cpuBefore;
    const benchmark = "B11, queue to a sink";
    return [{
      benchmark,
      measure: "delivered over /mxdeliv",
      value: (count - before) * 1000 / (last - (first ?? last)),
      unit: "msg/s",
      required: "≥ 500",
    }, {
      benchmark,
      measure: "server CPU per message",
      value: cpu * 1000 / (count - before),
      unit: "ms",
    }, {
      benchmark,
      measure: "lost",
      value: SINK_MESSAGES - count,
      unit: "messages",
      required: "= 0",
    }];
  } finally {
    await sink.dispose();
  }
}

/** What mail costs that waits for a peer that is down. */
export async function measureDeferred(): Promise<Row[]> {
  await using network = await Network.make();
  const relay = await RelayHost.start(network, {
    domain: "near.example",
    config: CONFIG,
    federation: `${FEDERATION}\n${AT_ONCE}`,
  });
  await network.setName("held.example", { A: ["198.18.0.250"] });
  async function restarted(): Promise<{ octets: number; ms: number }> {
    await relay.end("SIGTERM");
    const started = performance.now();
    await relay.run();
    const ms = performance.now() - started;
    await pause(3_000);
    return { octets: await memoryOctets(relay.pid), ms };
  }
  await relay.command("queue", "hold", "--dest", "held.example");
  const before = await restarted();
  await fill(relay, "held.example", DEFERRED_MESSAGES);
  await relay.command("queue", "release", "--dest", "held.example");
  const after = await restarted();
  const benchmark = `B11, ${DEFERRED_MESSAGES} deferred messages`;
  return [{
    benchmark,
    measure: "memory each",
    value: (after.octets - before.octets) / DEFERRED_MESSAGES,
    unit: "octets",
    required: "≤ 1000",
  }, {
    benchmark,
    measure: "start without them",
    value: before.ms,
    unit: "ms",
  }, {
    benchmark,
    measure: "start with them",
    value: after.ms,
    unit: "ms",
  }];
}
