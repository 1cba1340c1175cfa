/**
 * The server is killed with `kill -9` at random moments under load and started
 * again: what it had acknowledged is there, once, and nothing is reused.
 * `CRASH_ROUNDS` and `CRASH_SEED` repeat or extend it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DOMAIN, Server } from "../harness/server.ts";
import { encryptedPayload } from "../harness/message.ts";
import { MailboxLedger } from "./ledger.ts";
import {
  auditMailbox,
  changeUntilCrash,
  hashOf,
  isOurs,
  type Payload,
  type Person,
  seededRandom,
  submitUntilCrash,
  type Target,
  type Work,
} from "./load.ts";

const ROUNDS = Number(Deno.env.get("CRASH_ROUNDS") ?? 200);
const SEED = Number(Deno.env.get("CRASH_SEED") ?? Date.now() % 1_000_000 + 1);
const PAYLOAD_OCTETS = [900, 2_000, 3_000, 3_000, 70_000];
/** New people now and then keep mailboxes small and sign-ups under test too. */
const ROUNDS_PER_GENERATION = 20;
/** In the others the first message has been handed over: on a busy machine people take long to log in. */
const EARLY_EVERY = 4;

function makePeople(generation: number): Person[] {
  return Array.from({ length: 4 }, (_, index) => {
    const address = `person${generation}n${index}@${DOMAIN}`;
    return {
      address,
      password: `secret of ${address}`,
      ledger: new MailboxLedger(address),
    };
  });
}

async function makePayloads(): Promise<Payload[]> {
  return await Promise.all(PAYLOAD_OCTETS.map(async (size) => {
    const text = await encryptedPayload(size);
    return { text, hash: await hashOf(text) };
  }));
}

/** Load, a kill after a random time, a restart, and everybody's mailbox compared. */
async function playRound(
  server: Server,
  given: Work,
  isEarly: boolean,
): Promise<string[]> {
  const { random } = given;
  const begun = Promise.withResolvers<void>();
  const nextId = () => {
    begun.resolve();
    return given.nextId();
  };
  const work = { ...given, nextId };
  const [first, second, third, fourth] = work.people;
  assert.ok(first && second && third && fourth);
  const load = Promise.allSettled([
    submitUntilCrash(work, first),
    submitUntilCrash(work, second),
    submitUntilCrash(work, third),
    changeUntilCrash(work, fourth),
    changeUntilCrash(work, first),
  ]);
  if (!isEarly) await Promise.race([begun.promise, load]);
  await new Promise((resolve) => setTimeout(resolve, 20 + random(180)));
  await server.end("SIGKILL");
  const bugs = (await load).flatMap((end) =>
    end.status === "rejected" && isOurs(end.reason) ? [String(end.reason)] : []
  );
  await server.run();
  const audits = await Promise.all(
    work.people.map((person) => auditMailbox(work.target, person)),
  );
  return [...bugs, ...audits.flat()];
}

Deno.test({
  name:
    `kill -9 at ${ROUNDS} random moments loses nothing that was acknowledged`,
  async fn() {
    const random = seededRandom(SEED);
    const server = await Server.start();
    try {
      const target: Target = {
        ports: server.ports,
        certificate: await server.certificate(),
      };
      const payloads = await makePayloads();
      let count = 0;
      const nextId = () => `m${++count}`;
      let people: Person[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        if (round % ROUNDS_PER_GENERATION === 0) {
          people = makePeople(round / ROUNDS_PER_GENERATION);
          for (const person of people) await auditMailbox(target, person);
        }
        const faults = await playRound(
          server,
          { target, people, payloads, random, nextId },
          round % EARLY_EVERY === EARLY_EVERY - 1,
        );
        assert.deepEqual(
          faults,
          [],
          `CRASH_SEED=${SEED}, round ${round}: ${server.output.slice(-2000)}`,
        );
      }
      assert.ok(count >= ROUNDS / 2, `${count} messages in ${ROUNDS} rounds`);
      const status = await server.end("SIGTERM");
      assert.equal(status.code, 0, server.output.slice(-2000));
    } finally {
      await server.dispose();
    }
  },
});
