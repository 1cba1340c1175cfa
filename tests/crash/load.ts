/**
 * What runs against the server until it is killed: submissions to several
 * recipients, APPEND, STORE and EXPUNGE, each entered in the ledger before it
 * is asked and confirmed when it is answered.
 *
 * @module
 */
import type { Place } from "../harness/line_connection.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { messageId, messageOctets, messageText } from "../harness/message.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import type { MailboxLedger, SeenMailbox, SeenMessage } from "./ledger.ts";

export interface Target {
  readonly ports: Readonly<Record<"submissionTls" | "imapTls", Place>>;
  readonly certificate: string;
}

/** A message that was handed over, and of which nobody knows whether it was taken. */
export interface Unanswered {
  readonly id: string;
  readonly recipients: readonly Person[];
  readonly payload: Payload;
}

export interface Person {
  readonly address: string;
  readonly password: string;
  readonly ledger: MailboxLedger;
  unanswered?: Unanswered;
}

export interface Payload {
  readonly text: string;
  readonly hash: string;
}

/** Numbers from a seed, so that a failure can be run again. */
export type Random = (below: number) => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => { // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export async function hashOf(payload: string): Promise<string> {
  const octets = new TextEncoder().encode(payload.trim());
  const digest = await crypto.subtle.digest("SHA-256", octets);
  return new Uint8Array(digest).toHex().slice(0, 16);
}

/** Anything but the broken connection that a kill makes. */
export function isOurs(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return !/closed|reset|refused|broken pipe|peer|eof|end of file|os error/i
    .test(
      `${error.name} ${error.message}`,
    );
}

export interface Work {
  readonly target: Target;
  readonly people: readonly Person[];
  readonly payloads: readonly Payload[];
  readonly random: Random;
  /** Ends the load without a crash, once what is asked is answered. */
  readonly signal?: AbortSignal;
  nextId(): string;
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random(items.length)];
  if (item === undefined) throw new TypeError("Nothing to pick from");
  return item;
}

/** Submits messages to one to three people each, until the connection breaks or it is told to end. */
export async function submitUntilCrash(
  work: Work,
  sender: Person,
): Promise<void> {
  const { target, random } = work;
  const client = await SmtpClient.submit(
    target.ports.submissionTls,
    target.certificate,
    sender.address,
    sender.password,
  );
  try {
    if (sender.unanswered) await submit(client, sender, sender.unanswered);
    while (!work.signal?.aborted) {
      const recipients = [
        ...new Set(
          Array.from(
            { length: 1 + random(3) },
            () => pick(work.people, random),
          ),
        ),
      ];
      const payload = pick(work.payloads, random);
      await submit(client, sender, { id: work.nextId(), recipients, payload });
    }
  } finally {
    client.close();
  }
}

/** As clients do: what had no answer is sent again, and must then be there once. */
async function submit(
  client: SmtpClient,
  sender: Person,
  message: Unanswered,
): Promise<void> {
  const { id, recipients, payload } = message;
  sender.unanswered = message;
  for (const { ledger } of recipients) ledger.expect(id, payload.hash);
  await client.send(
    recipients.map(({ address }) => address),
    messageOctets({ from: sender.address, id, payload: payload.text }),
  );
  for (const { ledger } of recipients) ledger.promise(id);
  delete sender.unanswered;
}

const FLAG_LISTS = [
  "",
  "\\Seen",
  "\\Flagged",
  "\\Flagged \\Seen",
  "\\Answered",
];

/** APPEND, STORE and EXPUNGE in one person's INBOX, until the connection breaks. */
export async function changeUntilCrash(
  work: Work,
  person: Person,
): Promise<void> {
  const client = await logIn(work.target, person);
  try {
    await client.expectOk("SELECT INBOX");
    for (;;) {
      const known = person.ledger.known();
      const choice = work.random(4);
      if (choice === 0 || known.length === 0) {
        await append(work, client, person);
      } else if (choice === 1 && known.length > 30) {
        await expunge(client, person, known.slice(0, 10));
      } else {
        await store(client, person, pick(known, work.random), work.random);
      }
    }
  } finally {
    client.close();
  }
}

async function append(
  work: Work,
  client: ImapClient,
  { address, ledger }: Person,
): Promise<void> {
  const payload = pick(work.payloads, work.random);
  const id = work.nextId();
  const text = messageText({ from: address, id, payload: payload.text });
  ledger.expect(id, payload.hash, "\\Seen");
  const { tagged } = await client.expectOk(
    "APPEND INBOX (\\Seen)",
    new TextEncoder().encode(text),
  );
  const uid = /\[APPENDUID \d+ (\d+)\]/.exec(tagged)?.[1];
  if (uid === undefined) throw new TypeError(`No APPENDUID in ${tagged}`);
  ledger.promise(id, Number(uid));
}

async function store(
  client: ImapClient,
  { ledger }: Person,
  { id, uid }: { readonly id: string; readonly uid: number },
  random: Random,
): Promise<void> {
  const flags = pick(FLAG_LISTS, random);
  ledger.asksFlags(id, flags);
  await client.expectOk(`UID STORE ${uid} FLAGS (${flags})`);
  ledger.promiseFlags(id, flags);
}

async function expunge(
  client: ImapClient,
  { ledger }: Person,
  messages: readonly { readonly id: string; readonly uid: number }[],
): Promise<void> {
  const uids = messages.map(({ uid }) => uid).join(",");
  for (const { id } of messages) ledger.asksExpunge(id);
  for (const { id } of messages) ledger.asksFlags(id, "\\Deleted");
  await client.expectOk(`UID STORE ${uids} FLAGS (\\Deleted)`);
  await client.expectOk(`UID EXPUNGE ${uids}`);
  for (const { id } of messages) ledger.promiseExpunge(id);
}

async function logIn(target: Target, person: Person): Promise<ImapClient> {
  const client = await ImapClient.connect(
    target.ports.imapTls,
    target.certificate,
  );
  await client.login(person.address, person.password);
  return client;
}

/** Compares one INBOX and its quota with the ledger; gives what is wrong. */
export async function auditMailbox(
  target: Target,
  person: Person,
): Promise<string[]> {
  const client = await logIn(target, person);
  try {
    const seen = await readMailbox(client, person.ledger);
    return [
      ...person.ledger.compare(seen),
      ...await auditQuota(client, person.address),
    ];
  } finally {
    client.close();
  }
}

async function readMailbox(
  client: ImapClient,
  ledger: MailboxLedger,
): Promise<SeenMailbox> {
  const { untagged } = await client.expectOk("SELECT INBOX");
  const all = untagged.map(({ text }) => text).join("\n");
  const { untagged: fetched } = await client.expectOk(
    "UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])",
  );
  const messages: SeenMessage[] = fetched.map(({ text, literals }) => ({
    uid: Number(/\bUID (\d+)/.exec(text)?.[1]),
    flags: (/FLAGS \(([^)]*)\)/.exec(text)?.[1] ?? "").split(" ").filter((
      flag,
    ) => flag !== "" && flag !== "\\Recent"),
    id: messageId(literals[0] ?? new Uint8Array()),
  }));
  const bodies = await readBodies(client, ledger.unchecked(messages));
  return {
    uidValidity: Number(/UIDVALIDITY (\d+)/.exec(all)?.[1]),
    uidNext: Number(/UIDNEXT (\d+)/.exec(all)?.[1]),
    messages: messages.map((message) => {
      const payloadHash = bodies.get(message.uid);
      return payloadHash === undefined ? message : { ...message, payloadHash };
    }),
  };
}

async function readBodies(
  client: ImapClient,
  uids: readonly number[],
): Promise<Map<number, string>> {
  const hashes = new Map<number, string>();
  if (uids.length === 0) return hashes;
  for (const { uid, octets } of await client.fetch(uids.join(","))) {
    const text = new TextDecoder("latin1").decode(octets);
    const armored =
      /-----BEGIN PGP MESSAGE-----[^]*-----END PGP MESSAGE-----/.exec(text)
        ?.[0] ?? "";
    hashes.set(uid, await hashOf(armored));
  }
  return hashes;
}

/** The quota a client is shown must be the sum of what it can fetch, in units of 1024 octets. */
async function auditQuota(
  client: ImapClient,
  address: string,
): Promise<string[]> {
  const { untagged } = await client.expectOk("GETQUOTAROOT INBOX");
  const shown = Number(
    /STORAGE (\d+)/.exec(untagged.map(({ text }) => text).join("\n"))?.[1],
  );
  const { untagged: sizes } = await client.expectOk(
    "UID FETCH 1:* (RFC822.SIZE)",
  );
  const sum = sizes.reduce(
    (total, { text }) =>
      total + Number(/RFC822\.SIZE (\d+)/.exec(text)?.[1] ?? 0),
    0,
  );
  const fits = shown === Math.floor(sum / 1024) ||
    shown === Math.ceil(sum / 1024);
  return fits ? [] : [
    `${address}: quota shows ${shown} KiB, messages have ${sum} octets`,
  ];
}
