/** What a whole server measures of itself, and what of it outlives the server. */
import assert from "node:assert/strict";
import { ControlClient } from "../../src/cli/control_client.ts";
import { message } from "../gate/messages.ts";
import { FakeDate, HAS_FAKE_DATES } from "../harness/fake_date.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { happens } from "../harness/until.ts";

const ANN = `ann@${DOMAIN}`;
const WAIT_MS = 60_000;

interface Found {
  readonly step: number;
  readonly series: Readonly<Record<string, [at: number, value: number][]>>;
}

interface Overview {
  readonly running: boolean;
  readonly messages_today: { readonly sent: number };
  readonly accounts: { readonly active_24h: number };
  readonly process: {
    readonly rss_bytes: number;
    readonly open_fds: number | null;
  };
  readonly listeners: readonly unknown[];
  readonly tls: readonly unknown[];
}

async function ask<T>(server: Server, name: string, input: object): Promise<T> {
  const client = await ControlClient.connect({
    server: { stateDir: server.stateDir, runtimeDir: "" },
  });
  assert.ok(client instanceof ControlClient, String(client));
  try {
    return await client.ask(name, input, WAIT_MS) as T;
  } finally {
    client.close();
  }
}

async function pointsOf(server: Server, key: string, step: number) {
  const input = { keys: [key], step };
  const { series } = await ask<Found>(server, "metrics.history", input);
  return series[key] ?? [];
}

/** How many messages a series of messages per minute is about. */
async function sentIn(server: Server, step: number): Promise<number> {
  const points = await pointsOf(server, "messages.sent", step);
  return Math.max(0, ...points.map(([, value]) => value));
}

/** Of UTC, by which is counted. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

async function send(server: Server): Promise<void> {
  const writer = await SmtpClient.submit(
    server.ports.submissionTls,
    await server.certificate(),
    ANN,
    "a password of Ann",
  );
  await writer.exchange(`MAIL FROM:<${ANN}>`, 250);
  await writer.exchange(`RCPT TO:<${ANN}>`, 250);
  await writer.exchange("DATA", 354);
  await writer.exchange(`${message({ from: ANN })}\r\n.`, 250);
  writer.close();
}

Deno.test("what was measured outlives a stop, and refuses what makes no sense", async () => {
  const server = await Server.start();
  const day = today();
  try {
    await send(server);
    await happens(async () => await sentIn(server, 10) > 0);
    const seen = await ask<Overview>(server, "overview", {});
    assert.equal(seen.running, true);
    if (today() === day) assert.equal(seen.messages_today.sent, 1);
    assert.equal(seen.accounts.active_24h, 1);
    assert.ok(seen.process.rss_bytes > 0 && seen.process.open_fds !== null);
    assert.ok(seen.listeners.length > 0 && seen.tls.length > 0);
    await server.end("SIGTERM");
    await server.run();
    assert.ok(await sentIn(server, 60) > 0);
    const again = await ask<Overview>(server, "overview", {});
    if (today() === day) assert.equal(again.messages_today.sent, 1);
    const told = await ask<{ series: { key: string; unit: string }[] }>(
      server,
      "metrics.series",
      {},
    );
    const keys = told.series.map(({ key }) => key);
    assert.ok(keys.includes("process.memory") && keys.includes("queue.length"));
    for (const key of keys) {
      assert.doesNotMatch(key, /@|\bann\b/);
    }
    await assert.rejects(
      ask(server, "metrics.history", { keys: ["messages.of.ann"] }),
      /keys: each must be one of/,
    );
    await assert.rejects(
      ask(server, "metrics.history", { from: 2000, to: 1000 }),
      /from: must be before to/,
    );
  } finally {
    await server.dispose();
  }
});

Deno.test({
  name: "a kill loses no minute that was over, and a date that is set nothing",
  ignore: !HAS_FAKE_DATES,
  async fn() {
    const date = new FakeDate("+0");
    const server = await Server.start({ environment: date.environment });
    try {
      await send(server);
      await happens(async () => await sentIn(server, 10) > 0);
      date.set("+5m"); // the minute is over
      const countOf = async (step: number) =>
        (await pointsOf(server, "process.memory", step)).length;
      await happens(async () => await countOf(60) > 1);
      // and written, before the server looks again
      const looks = await countOf(10);
      await happens(async () => await countOf(10) > looks);
      await server.end("SIGKILL");
      await server.run();
      assert.ok(await sentIn(server, 60) > 0);
      date.set("-2m");
      await happens(async () => await countOf(10) > 0);
      date.set("+6m");
      await happens(async () => await countOf(60) > 2);
      assert.ok(await sentIn(server, 60) > 0);
      const points = await pointsOf(server, "process.memory", 60);
      const times = points.map(([at]) => at);
      assert.deepEqual(times, [...new Set(times)].sort((a, b) => a - b));
    } finally {
      await server.dispose();
      date.dispose();
    }
  },
});
