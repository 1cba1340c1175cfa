/** B1: durable submission to mailbox, 4 kB, and every message read back. @module */
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../harness/message.ts";
import { costOf, percentile, type Row } from "./measure.ts";
import {
  logIn,
  type Person,
  type Relay,
  signedUp,
  submitting,
} from "./people.ts";

const SECONDS = 8;
const READERS = 16;
/** Gives messages of about 4 kB. */
const PAYLOAD_OCTETS = 2_300;

export async function measureSubmission(
  relay: Relay,
  sessions: number,
): Promise<Row[]> {
  const [senders, readers] = [
    await signedUp(relay, sessions),
    await signedUp(relay, READERS),
  ];
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const sent = new Set<string>();
  const waitedMs: number[] = [];
  const clients = await Promise.all(
    senders.map((sender) => submitting(relay, sender)),
  );
  const { seconds, serverCpuSeconds } = await costOf(
    relay.server.pid,
    async () => {
      const end = performance.now() + SECONDS * 1000;
      await Promise.all(clients.map(async (client, index) => {
        for (let n = index; performance.now() < end; n++) {
          const reader = readers[n % readers.length];
          if (!reader) return;
          const id = `s${sessions}x${index}x${n}`;
          const message = messageOctets({
            from: client.address,
            id,
            payload,
          });
          const started = performance.now();
          await client.send([reader.address], message);
          waitedMs.push(performance.now() - started);
          sent.add(id);
        }
      }));
    },
  );
  for (const client of clients) client.close();
  const lost = await countLost(relay, readers, sent, payload);
  const name = `B1, ${sessions} sessions`;
  return [
    {
      benchmark: name,
      measure: "submitted, durable and read back",
      value: sent.size / seconds,
      unit: "msg/s",
      required: "≥ 1500",
    },
    {
      benchmark: name,
      measure: "server CPU per message",
      value: serverCpuSeconds * 1000 / sent.size,
      unit: "ms",
      required: "≤ 0.8",
    },
    {
      benchmark: name,
      measure: "MAIL to 250, p99",
      value: percentile(waitedMs, 0.99),
      unit: "ms",
    },
    {
      benchmark: name,
      measure: "lost or changed",
      value: lost,
      unit: "messages",
      required: "= 0",
    },
  ];
}

/** Reads every mailbox back; a message counts as lost when it is not there once, with its payload. */
async function countLost(
  relay: Relay,
  readers: readonly Person[],
  sent: ReadonlySet<string>,
  payload: string,
): Promise<number> {
  const expected = new TextEncoder().encode(payload);
  const found = new Set<string>();
  for (const reader of readers) {
    const client = await logIn(relay, reader);
    await client.expectOk("SELECT INBOX");
    for (let first = 1;; first += 500) {
      const messages = await client.fetch(`${first}:${first + 499}`);
      for (const { octets } of messages) {
        const id = octets && messageId(octets);
        if (id && contains(octets, expected)) found.add(id);
      }
      if (messages.length === 0) break;
    }
    client.close();
  }
  return [...sent].filter((id) => !found.has(id)).length;
}

function contains(octets: Uint8Array, part: Uint8Array): boolean {
  const at = octets.length - part.length;
  const start = octets.indexOf(0x2d, Math.max(0, at - 200));
  for (let from = start; from >= 0 && from <= at; from++) {
    if (part.every((octet, index) => octets[from + index] === octet)) {
      return true;
    }
  }
  return false;
}
