/** Backups of a real server under load, and what comes back of them. @module */
import assert from "node:assert/strict";
import { MailboxLedger } from "../crash/ledger.ts";
import {
  auditMailbox,
  hashOf,
  isOurs,
  type Payload,
  type Person,
  seededRandom,
  submitUntilCrash,
  type Target,
  type Work,
} from "../crash/load.ts";
import { encryptedPayload } from "../harness/message.ts";
import { DOMAIN, program, Server } from "../harness/server.ts";

const PAYLOAD_OCTETS = [900, 3_000, 70_000];

function makePeople(names: readonly string[]): Person[] {
  return names.map((name) => {
    const address = `${name}@${DOMAIN}`;
    const password = `secret of ${address}`;
    return { address, password, ledger: new MailboxLedger(address) };
  });
}

async function makePayloads(): Promise<Payload[]> {
  return await Promise.all(PAYLOAD_OCTETS.map(async (size) => {
    const text = await encryptedPayload(size);
    return { text, hash: await hashOf(text) };
  }));
}

async function targetOf(server: Server): Promise<Target> {
  return { ports: server.ports, certificate: await server.certificate() };
}

/** Each of them sends to all of them until told to stop, or the server dies. */
async function load(work: Work): Promise<string[]> {
  const ends = await Promise.allSettled(
    work.people.map((person) => submitUntilCrash(work, person)),
  );
  return ends.flatMap((end) =>
    end.status === "rejected" && isOurs(end.reason) ? [String(end.reason)] : []
  );
}

async function audit(target: Target, people: readonly Person[]) {
  const faults = await Promise.all(
    people.map((person) => auditMailbox(target, person)),
  );
  return faults.flat();
}

function command(server: Server, ...args: string[]): Deno.ChildProcess {
  const [name, ...first] = program();
  return new Deno.Command(name, {
    args: [...first, ...args, "--config", server.configFile],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** All but the configuration and the backups, as on a new machine. */
async function emptyState({ stateDir }: Server): Promise<void> {
  for await (const { name } of Deno.readDir(stateDir)) {
    if (name === "postern.toml" || name === "backups") continue;
    await Deno.remove(`${stateDir}/${name}`, { recursive: true });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("a backup under load has all that was promised before it, whenever server and restore are killed", async () => {
  const random = seededRandom(Number(Deno.env.get("CRASH_SEED") ?? 1));
  const server = await Server.start();
  try {
    const payloads = await makePayloads();
    const quiet = makePeople(["ann1", "bob1"]);
    const busy = makePeople(["eve1", "fay1"]);
    let count = 0;
    const nextId = () => `m${++count}`;
    let target = await targetOf(server);
    await audit(target, [...quiet, ...busy]); // signs them up
    const first = new AbortController();
    const begun = load({
      target,
      people: quiet,
      payloads,
      random,
      nextId,
      signal: first.signal,
    });
    await sleep(1500);
    first.abort();
    assert.deepEqual(await begun, []);
    assert.deepEqual(await audit(target, quiet), []);

    // a server that dies while it makes one leaves none, and loses nothing
    for (let round = 0; round < 3; round++) {
      const dying = load({ target, people: busy, payloads, random, nextId });
      const cut = command(server, "backup", "create");
      await sleep(200 + random(600));
      await server.end("SIGKILL");
      await cut.status;
      assert.deepEqual(await dying, []);
      await server.run();
      assert.deepEqual(await audit(target, [...quiet, ...busy]), []);
    }

    const second = new AbortController();
    const going = load({
      target,
      people: busy,
      payloads,
      random,
      nextId,
      signal: second.signal,
    });
    const made = JSON.parse(await server.command("backup", "create", "--json"));
    const { path } = made.data;
    second.abort();
    assert.deepEqual(await going, []);
    await server.command("backup", "verify", path);

    // as one file, which leaves no directory behind
    const before = await namesOf(server);
    const archive = `${server.stateDir}/backups/archive`;
    await server.command("backup", "create", "--output", archive);
    await server.command("backup", "verify", archive);
    assert.deepEqual(await namesOf(server), before);

    // while there is a relay, nothing is brought back
    await assert.rejects(server.command("backup", "restore", path));
    await server.end("SIGKILL");
    await assert.rejects(
      server.command("backup", "restore", path),
      /needs a state directory without a relay/,
    );

    // a restore that dies can be repeated, or was done
    await emptyState(server);
    let restored = false;
    for (let round = 0; round < 6 && !restored; round++) {
      const cut = command(server, "backup", "restore", path);
      await sleep(300 + random(700));
      try {
        cut.kill("SIGKILL");
      } catch {
        // it has ended
      }
      await cut.status;
      restored = await exists(`${server.stateDir}/chat.db`);
    }
    if (!restored) await server.command("backup", "restore", path);
    await server.command("db", "check");
    await server.run();
    target = await targetOf(server);
    assert.deepEqual(await audit(target, quiet), []);
  } finally {
    await server.dispose();
  }
});

async function namesOf(server: Server): Promise<string[]> {
  const list = JSON.parse(await server.command("backup", "list", "--json"));
  return list.data.backups.map((one: { name: string }) => one.name);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
