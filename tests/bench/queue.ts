/** B11: how fast queued mail leaves, and what it costs while it cannot. @module */
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { HelperProcess } from "../harness/network/helper_process.ts";
import { denoCommand } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { claim, note, queueTo, settle } from "../store/queue_world.ts";
import {
  CONFIG,
  FEDERATION,
  PAYLOAD_OCTETS,
  submittingAll,
} from "./federation.ts";
import {
  cpuSeconds,
  inParallel,
  memoryOctets,
  pause,
  type Row,
} from "./measure.ts";

const SINK_MESSAGES = 10_000;
const DEFERRED_MESSAGES = 100_000;
const DEFERRED_DESTINATIONS = 200;
const DEFERRED_AT_ONCE = 500;
const FILLERS = 24;
/** Without any more of them it is over. */
const SINK_STALL_MS = 30_000;
/** Replies to writers wait for nobody. */
const AT_ONCE = "first_attempt_wait = 0";

/** Queues so many messages, each for one recipient. */
async function fill(
  relay: RelayHost,
  domain: string,
  count: number,
): Promise<void> {
  const clients = await submittingAll(
    relay,
    Array.from({ length: FILLERS }, (_, n) => `filler${n}`),
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

/** Puts mail into the queue of a relay that does not run: tried once, and nobody was there. */
async function defer(stateDir: string, count: number): Promise<void> {
  const store = await openSqlite({
    stateDir,
    sync: "off",
    onBug(error) {
      throw error;
    },
  });
  const body = await encryptedPayload(PAYLOAD_OCTETS);
  const numbers = Array.from({ length: count }, (_, n) => n);
  while (numbers.length > 0) {
    await Promise.all(
      numbers.splice(0, DEFERRED_AT_ONCE).map((n) =>
        queueTo(store, [`reader@down${n % DEFERRED_DESTINATIONS}.example`], {
          reversePath: `filler${n % FILLERS}@near.example`,
          messageId: `<deferred${n}@near.example>`,
        }, body)
      ),
    );
  }
  const units = await claim(store, {
    units: DEFERRED_DESTINATIONS,
    perDestination: 1,
  });
  const outcome = { kind: "unreached", note: note("no answer") } as const;
  for (const unit of units) await settle(store, unit, outcome);
  await store.close();
}

/** What mail costs that waits for peers that are down. */
export async function measureDeferred(): Promise<Row[]> {
  await using network = await Network.make();
  const relay = await RelayHost.start(network, {
    domain: "near.example",
    config: CONFIG,
    federation: FEDERATION,
  });
  async function started() {
    const began = performance.now();
    await relay.run();
    const ms = performance.now() - began;
    const cpuMs = await cpuSeconds(relay.pid) * 1000;
    await pause(3_000);
    return { octets: await memoryOctets(relay.pid), ms, cpuMs };
  }
  await relay.end("SIGTERM");
  const before = await started();
  await relay.end("SIGTERM");
  await defer(relay.stateDir, DEFERRED_MESSAGES);
  const after = await started();
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
  }, {
    benchmark,
    measure: "CPU of a start with them / without",
    value: after.cpuMs / before.cpuMs,
    unit: "",
  }];
}
