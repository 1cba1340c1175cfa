/**
 * B13: a backup of a large relay while mail goes on.
 *
 * `BACKUP_MESSAGES` says how many messages there are, in a tenth as many
 * accounts; one in two hundred has a file.
 *
 * @module
 */
import { Server } from "../harness/server.ts";
import { deliverLoaded, latencyRows } from "./latency.ts";
import { memoryOctets, pause, type Row } from "./measure.ts";
import { CONFIG, type Relay } from "./people.ts";
import { fillStore } from "./large_store.ts";

const MESSAGES = Number(Deno.env.get("BACKUP_MESSAGES") ?? 200_000);
const PER_SECOND = 200;
const QUIET_SECONDS = 20;

interface Made {
  readonly path: string;
  readonly bytes: number;
  readonly messages: number;
}

export async function measureBackup(): Promise<Row[]> {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-backup-" });
  let server: Server | undefined;
  try {
    await fillStore(stateDir, {
      accounts: MESSAGES / 10,
      messages: MESSAGES,
      files: MESSAGES / 200,
    });
    server = await Server.start({ stateDir, config: CONFIG });
    return await measureOn(server);
  } finally {
    await server?.dispose();
    await Deno.remove(stateDir, { recursive: true });
  }
}

async function measureOn(server: Server): Promise<Row[]> {
  const relay: Relay = { server, certificate: "" };
  const quiet = await deliverLoaded(
    relay,
    PER_SECOND,
    (next) => next < PER_SECOND * QUIET_SECONDS,
  );
  const first = await timedBackup(relay);
  const second = await timedBackup(relay);
  const began = performance.now();
  await server.command("backup", "verify", second.made.path);
  const verifySeconds = (performance.now() - began) / 1000;
  const row = (measure: string, value: number, unit: string): Row => ({
    benchmark: "B13, backup",
    measure: `${MESSAGES} messages, ${measure}`,
    value,
    unit,
  });
  return [
    ...latencyRows("B13, no backup", quiet.waitedMs, "≤ 2.5", "≤ 50"),
    ...latencyRows("B13, while it is made", first.waitedMs, "≤ 10", "≤ 50"),
    row("first backup", first.seconds, "s"),
    row("next backup", second.seconds, "s"),
    row("size", first.made.bytes / 1e6, "MB"),
    row("delivered meanwhile", first.perSecond, "messages/s"),
    row("memory of the server meanwhile", first.memory / 1e6, "MB"),
    row("verify", verifySeconds, "s"),
  ];
}

async function timedBackup(relay: Relay) {
  let made: Made | undefined;
  let seconds = 0;
  let memory = 0;
  async function make(): Promise<void> {
    const began = performance.now();
    const text = await relay.server.command("backup", "create", "--json");
    seconds = (performance.now() - began) / 1000;
    made = JSON.parse(text).data;
  }
  async function watchMemory(): Promise<void> {
    while (made === undefined) {
      memory = Math.max(memory, await memoryOctets(relay.server.pid));
      await pause(500);
    }
  }
  // it begins with the first message: all of them are sent meanwhile
  let working: Promise<unknown> | undefined;
  const { waitedMs, seen } = await deliverLoaded(relay, PER_SECOND, () => {
    working ??= Promise.all([make(), watchMemory()]);
    return made === undefined;
  });
  await working;
  return { made: made!, seconds, waitedMs, perSecond: seen / seconds, memory };
}
