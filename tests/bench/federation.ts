/** B11: mail between relays, over a long link and beside a dead peer, and of cores. @module */
import { Core } from "../e2e/core.ts";
import { chatWith } from "../e2e/chats.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { pingPong } from "./delta_chat.ts";
import { inParallel, pause, percentile, type Row } from "./measure.ts";

const DELAY_MS = 20;
const PEERS = 20;
const MESSAGES_PER_SECOND = 200;
const SECONDS = 30;
/** The reply to each waits for the first attempt. */
const SENDERS = 48;
const TO_DEAD = 16;
const FIRST_MS = 1000;
export const PAYLOAD_OCTETS = 2_300;

/** The driver has few addresses, so the limits per address are out of the way. */
export const CONFIG = `
max_connections = 100000
max_connections_per_ip = 100000

[imap]
max_connections = 100000
max_connections_per_ip = 100000
`;
export const FEDERATION = "limits_requests_per_minute = 1000000";

async function submitting(
  relay: RelayHost,
  name: string,
  domain = relay.domain,
): Promise<SmtpClient> {
  const address = `${name}@${domain}`;
  const password = `password of ${name}`;
  const trusted = await relay.trusted();
  const imap = await ImapClient.connect(relay.place("imap_tls"), trusted);
  await imap.login(address, password);
  imap.close();
  const place = relay.place("submission_tls");
  return await SmtpClient.submit(place, trusted, address, password);
}

/** Sessions of people who sign up, a few at once: a login that waits for long is refused. */
export async function submittingAll(
  relay: RelayHost,
  names: readonly string[],
): Promise<SmtpClient[]> {
  const clients: SmtpClient[] = [];
  await inParallel(names, 4, async (name) => {
    clients.push(await submitting(relay, name));
  });
  return clients;
}

async function idling(
  relay: RelayHost,
  address: string,
): Promise<ImapClient> {
  const imap = await ImapClient.connect(
    relay.place("imap_tls"),
    await relay.trusted(),
  );
  await imap.login(address, `password of ${address.split("@", 1)}`);
  await imap.expectOk("SELECT INBOX");
  await imap.idle();
  return imap;
}

async function writeToSelf(client: SmtpClient, payload: string): Promise<void> {
  const from = client.address;
  await client.send([from], messageOctets({ from, id: "b11self", payload }));
}

/** As routers know each other: that question takes no long link on the Internet. */
async function meet(one: RelayHost, other: RelayHost): Promise<void> {
  for (const address of [other.host.ipv6, other.host.ipv4]) {
    const { port } = other.endpoint("https");
    const wire = await LineConnection.open(one.host.place(address, port));
    wire.close();
  }
}

/**
 * One relay with many domains stands for the healthy peers; the dead one is an
 * address that nobody has. Everybody has written to themselves before, as people
 * on relays that run have; nothing has gone between the relays, and no connection is open
 * between them: their first second is in it.
 */
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
  await peers.keysMade(healthy.length);
  await meet(near, peers);
  await network.setName("dead.example", { A: ["198.18.0.250"] });

  const numbers = Array.from({ length: SENDERS }, (_, n) => n);
  const senders = await submittingAll(near, numbers.map((n) => `sender${n}`));
  const toDead = await submittingAll(
    near,
    numbers.slice(0, TO_DEAD).map((n) => `dead${n}`),
  );
  const readers = healthy.map((domain) => `reader@${domain}`);
  const writtenAt = new Map<string, number[]>();
  const waitedMs: number[] = [];
  const laterMs: number[] = [];
  let start = 0;
  let seen = 0;
  const opened: [string, ImapClient][] = [];
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  await inParallel(healthy, 4, async (domain) => {
    const reader = await submitting(peers, "reader", domain);
    await writeToSelf(reader, payload);
    reader.close();
    const { address } = reader;
    opened.push([address, await idling(peers, address)]);
  });
  const sessions = opened.map(([, session]) => session);
  async function watch(address: string, session: ImapClient): Promise<void> {
    for (let count = 0;;) {
      const others = await session.waitExists() - 1; // one is its own
      const now = performance.now();
      for (; count < others; count++) {
        const started = writtenAt.get(address)?.[count];
        if (started !== undefined) {
          waitedMs.push(now - started);
          if (started > start + FIRST_MS) laterMs.push(now - started);
        }
        seen++;
      }
    }
  }
  for (const [address, session] of opened) {
    watch(address, session).catch(() => {}); // it ends with its connection
  }
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
  await inParallel(senders, 4, (client) => writeToSelf(client, payload));
  start = performance.now();
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
      measure: "… after the first second, p99",
      value: percentile(laterMs, 0.99),
      unit: "ms",
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
