/**
 * Two relays write to each other over HTTPS and SMTP, and both are killed with
 * `kill -9` again and again: while they take mail from their users, while they
 * send, while they receive, while they try again. What was acknowledged to its
 * writer is in each mailbox in the end, once, or its writer has read why not.
 * `CRASH_ROUNDS` kills and `CRASH_SEED` repeat or extend it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload } from "../harness/message.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { LIMIT_MS } from "../harness/until.ts";
import { CrashingRelay, pause } from "./crashing_relay.ts";
import { MailboxLedger } from "./ledger.ts";
import {
  auditMailbox,
  hashOf,
  type Payload,
  type Person,
  type Random,
  seededRandom,
} from "./load.ts";
import { Writer } from "./writer.ts";

const ROUNDS = Number(Deno.env.get("CRASH_ROUNDS") ?? 100);
const SEED = Number(Deno.env.get("CRASH_SEED") ?? Date.now() % 1_000_000 + 1);
const PAYLOAD_OCTETS = [900, 900, 3_000, 70_000];
/** After so many kills all that is under way has to arrive; then others write. */
const ROUNDS_PER_GENERATION = 20;
const PEOPLE = 2;
/** In which a moment comes that is waited for, while there is mail. */
const MOMENT_LIMIT_MS = 1_500;
/** What its own people do comes for sure, on a busy machine after a while. */
const OWN_MOMENT_LIMIT_MS = 30_000;

type When = (
  here: CrashingRelay,
  there: CrashingRelay,
  random: Random,
) => Promise<unknown>;

/** When a relay is killed. */
const MOMENTS: Readonly<Record<string, When>> = {
  "at any time": (_here, _there, random) => pause(random(800)),
  "while it takes a message": (here) =>
    here.until("half_sent", OWN_MOMENT_LIMIT_MS),
  "once it has taken one": async (here, _there, random) => {
    await here.until("answered", OWN_MOMENT_LIMIT_MS);
    await pause(random(10));
  },
  "while one of the other is on its way": async (_here, there, random) => {
    await there.until("half_sent", OWN_MOMENT_LIMIT_MS);
    await pause(random(60));
  },
  "once the other has taken one of it": async (_here, there, random) => {
    await there.until("arrived", MOMENT_LIMIT_MS);
    await pause(random(5));
  },
  "once it has taken one of the other": async (here, _there, random) => {
    await here.until("arrived", MOMENT_LIMIT_MS);
    await pause(random(3));
  },
  "while the other is away": async (_here, there, random) => {
    await there.until("killed", MOMENT_LIMIT_MS);
    await pause(random(1_200));
  },
};

interface Side {
  readonly here: CrashingRelay;
  readonly there: CrashingRelay;
  readonly random: Random;
}

/** The people of one side. */
interface Group extends Side {
  readonly writers: readonly Writer[];
  readonly readers: readonly Person[];
}

/** Mail from one side comes by one way at a time; what was tried by one is perhaps tried again by the other. */
const WAYS_SHUT = [[25], [80, 443]] as const;

async function shutWay({ here, there }: Side, random: Random): Promise<void> {
  await here.relay.host.barriers({
    from: [there.relay.host],
    ports: WAYS_SHUT[random(2)] ?? [],
    answer: "reset",
  });
}

/** Kills a relay so many times. */
async function killAgain(side: Side, times: number): Promise<void> {
  const { here, there, random } = side;
  const moments = Object.values(MOMENTS);
  for (let kill = 0; kill < times; kill++) {
    await moments[random(moments.length)]?.(here, there, random);
    await here.kill();
    if (random(4) === 0) await shutWay(side, random);
    await pause(random(200));
    await here.run();
    await here.queued(there.domain);
  }
}

/** Notices when mail comes. */
async function watch(
  { here, readers }: Group,
  signal: AbortSignal,
): Promise<void> {
  const { address, password } = readers[0]!;
  const { ports, certificate } = here.target;
  let client: ImapClient | undefined;
  const work = async () => {
    client = await here.use(ImapClient.connect(ports.imapTls, certificate));
    await here.use(client.login(address, password));
    await here.use(client.expectOk("SELECT INBOX"));
    await here.use(client.idle());
    for (;;) {
      await Promise.race([here.use(client.waitExists()), aborted(signal)]);
      if (signal.aborted) return;
      here.reached("arrived");
    }
  };
  while (!signal.aborted) {
    await work().catch(() => pause(50)); // what is wrong others notice
    client?.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

interface Supplies {
  readonly payloads: readonly Payload[];
  nextId(): string;
}

function makeReader(address: string): Person {
  const password = `secret of ${address}`;
  return { address, password, ledger: new MailboxLedger(address) };
}

/** New people for both sides. */
async function newGroups(
  sides: readonly Side[],
  generation: number,
  supplies: Supplies,
): Promise<Group[]> {
  const readers = sides.map(({ here }) =>
    Array.from(
      { length: PEOPLE },
      (_, n) => makeReader(`reader${generation}n${n}@${here.domain}`),
    )
  );
  const groups = sides.map((side, i) => ({
    ...side,
    readers: readers[i]!,
    writers: Array.from(
      { length: PEOPLE },
      (_, n) =>
        new Writer(`writer${generation}n${n}@${side.here.domain}`, {
          home: side.here,
          away: side.there,
          readers: { home: readers[i]!, away: readers[1 - i]! },
          random: seededRandom(1 + side.random(1_000_000)),
          ...supplies,
        }),
    ),
  }));
  const signUps = groups.flatMap(({ here, readers }) =>
    readers.map((reader) => auditMailbox(here.target, reader))
  );
  assert.deepEqual((await Promise.all(signUps)).flat(), []);
  return groups;
}

/** Waits until nothing is under way, and compares every mailbox with what was acknowledged. */
async function settle(groups: readonly Group[]): Promise<string[]> {
  const deadline = performance.now() + LIMIT_MS;
  for (const { here, there } of groups) {
    for (;;) {
      const count = await here.queued(there.domain);
      if (count === 0) break;
      if (performance.now() > deadline) {
        return [`${here.domain} has ${count} recipients in its queue`];
      }
      await pause(100);
    }
  }
  const audits = groups.flatMap(({ here, readers, writers }) => [
    ...readers.map((reader) => here.use(auditMailbox(here.target, reader))),
    ...writers.map((writer) => writer.audit()),
  ]);
  return (await Promise.all(audits)).flat();
}

/** Everybody writes, and both relays are killed; then all is settled. */
async function playGeneration(
  groups: readonly Group[],
  rounds: number,
): Promise<string[]> {
  const end = new AbortController();
  const people = groups.flatMap((group) => [
    ...group.writers.map((writer) => writer.write(end.signal)),
    watch(group, end.signal),
  ]);
  try {
    await Promise.all(groups.map((group, i) => {
      const times = Math.floor((rounds + i) / groups.length);
      return killAgain(group, times);
    }));
  } finally {
    end.abort();
    await Promise.all(people);
  }
  const faults = groups.flatMap(({ writers }) =>
    writers.flatMap((writer) => writer.faults)
  );
  return faults.length > 0 ? faults : await settle(groups);
}

networkTest(
  `kill -9 of two relays at ${ROUNDS} random moments loses no mail between them, and doubles none`,
  async () => {
    const random = seededRandom(SEED);
    await using network = await Network.make();
    const relays = await Promise.all(
      ["one.example", "two.example"].map((name) =>
        CrashingRelay.start(network, name)
      ),
    );
    const sides = relays.map((here, i) => ({
      here,
      there: relays[1 - i]!,
      random: seededRandom(1 + random(1_000_000)),
    }));
    for (const side of sides) await shutWay(side, random);
    const payloads = await Promise.all(PAYLOAD_OCTETS.map(async (size) => {
      const text = await encryptedPayload(size);
      return { text, hash: await hashOf(text) };
    }));
    let count = 0;
    let reported = 0;
    const supplies = { payloads, nextId: () => `m${++count}` };
    for (let round = 0; round < ROUNDS; round += ROUNDS_PER_GENERATION) {
      const rounds = Math.min(ROUNDS_PER_GENERATION, ROUNDS - round);
      const groups = await newGroups(sides, round, supplies);
      const faults = await playGeneration(groups, rounds);
      assert.deepEqual(
        faults,
        [],
        `CRASH_SEED=${SEED}, rounds from ${round}: ${
          relays.map(({ relay }) => relay.output.slice(-2000)).join("\n")
        }`,
      );
      for (const { reports } of groups.flatMap(({ writers }) => writers)) {
        reported += reports.promised;
      }
    }
    assert.ok(count >= ROUNDS / 4, `${count} messages in ${ROUNDS} rounds`);
    assert.ok(reported > 0, "nothing was reported");
    for (const { relay } of relays) {
      const { code } = await relay.end("SIGTERM");
      assert.equal(code, 0, relay.output.slice(-2000));
    }
  },
);
