/** B7: eight messages of 20 MB at once, in and out, and small mail meanwhile. @module */
import type { ImapClient } from "../harness/imap_client.ts";
import type { SmtpClient } from "../harness/smtp_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import {
  costOf,
  memoryOctets,
  pause,
  peakMemory,
  percentile,
  type Row,
} from "./measure.ts";
import {
  idling,
  logIn,
  type Person,
  type Relay,
  signedUp,
  submitting,
} from "./people.ts";

const STREAMS = 8;
/** Gives a message of 20 MB. */
const PAYLOAD_OCTETS = 14_770_000;
const BENCHMARK = "B7, 8 × 20 MB";

/** Small messages between two people until it is stopped; gives the times to EXISTS. */
class SmallMail {
  readonly waitedMs: number[] = [];
  #stopped = false;
  readonly #ended: Promise<void>;
  constructor(
    readonly client: SmtpClient,
    readonly reader: ImapClient,
    readonly to: string,
    readonly message: (id: string) => Uint8Array,
  ) {
    this.#ended = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const seen = this.reader.waitExists().then(() => performance.now());
      await this.client.start([this.to]);
      const writtenAt = performance.now();
      const id = `small${this.waitedMs.length}`;
      await this.client.wire.write(this.message(id));
      await this.client.expect(250);
      this.waitedMs.push(await seen - writtenAt);
      await pause(20);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
    this.client.close();
    this.reader.close();
  }
}

async function startSmallMail(relay: Relay): Promise<SmallMail> {
  const [sender, reader] = await signedUp(relay, 2) as [Person, Person];
  const payload = await encryptedPayload(2_300);
  return new SmallMail(
    await submitting(relay, sender),
    await idling(relay, reader),
    reader.address,
    (id) => messageOctets({ from: sender.address, id, payload }),
  );
}

interface Phase {
  readonly seconds: number;
  /** How far memory rose above what it was before. */
  readonly grownOctets: number;
}

async function measurePhase(
  pid: number,
  work: () => Promise<unknown>,
): Promise<Phase> {
  const before = await memoryOctets(pid);
  let seconds = 0;
  const peak = await peakMemory(pid, async () => {
    ({ seconds } = await costOf(pid, work));
  });
  return { seconds, grownOctets: peak - before };
}

function phaseRows(
  name: string,
  { seconds, grownOctets }: Phase,
  megabytes: number,
): Row[] {
  return [
    {
      benchmark: BENCHMARK,
      measure: name,
      value: megabytes / seconds,
      unit: "MB/s",
      required: "≥ 70",
    },
    {
      benchmark: BENCHMARK,
      measure: `memory per stream during ${name}, at the peak`,
      value: grownOctets / 1e6 / STREAMS,
      unit: "MB",
      required: "≤ 4",
    },
  ];
}

export async function measureLarge(relay: Relay): Promise<Row[]> {
  const people = await signedUp(relay, STREAMS);
  const payload = await encryptedPayload(PAYLOAD_OCTETS);
  const clients = await Promise.all(
    people.map((person) => submitting(relay, person)),
  );
  const messages = people.map(({ address }, index) =>
    messageOctets({ from: address, id: `large${index}`, payload })
  );
  const megabytes = messages.reduce((sum, { length }) => sum + length, 0) / 1e6;
  const { pid } = relay.server;
  const small = await startSmallMail(relay);
  const submission = await measurePhase(
    pid,
    () =>
      Promise.all(
        clients.map((client, index) =>
          client.send([client.address], messages[index] ?? new Uint8Array())
        ),
      ),
  );
  const readers = await Promise.all(
    people.map((person) => logIn(relay, person)),
  );
  const retrieval = await measurePhase(
    pid,
    () =>
      Promise.all(readers.map(async (reader) => {
        await reader.expectOk("SELECT INBOX");
        const [fetched] = await reader.fetch("1:*");
        if ((fetched?.octets?.length ?? 0) < payload.length) {
          throw new Error("A large message came back short");
        }
        reader.close();
      })),
  );
  await small.stop();
  for (const client of clients) client.close();
  return [
    ...phaseRows("submission", submission, megabytes),
    ...phaseRows("FETCH", retrieval, megabytes),
    {
      benchmark: BENCHMARK,
      measure: "small mail meanwhile, end of DATA to EXISTS, p99",
      value: percentile(small.waitedMs, 0.99),
      unit: "ms",
      required: "≤ 50",
    },
  ];
}
