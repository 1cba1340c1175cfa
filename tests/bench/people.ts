/** Accounts to measure with, and the connections they open. @module */
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { inParallel } from "./measure.ts";

export interface Person {
  readonly address: string;
  readonly password: string;
}

/** A server and its certificate: none, since the driver shall cost less than the server. */
export interface Relay {
  readonly server: Server;
  readonly certificate: string;
}

/** The driver has one address, so the limits per address are out of the way. */
export const CONFIG = `
max_connections = 100000
max_connections_per_ip = 100000

[imap]
max_connections = 100000
max_connections_per_ip = 100000
`;

export async function withRelay<Result>(
  work: (relay: Relay) => Promise<Result>,
): Promise<Result> {
  const server = await Server.start({ config: CONFIG });
  try {
    return await work({ server, certificate: "" });
  } finally {
    await server.dispose();
  }
}

let generation = 0;

/** Names that nobody has yet; passwords as Delta Chat makes them, too long to guess. */
export function newPeople(count: number): Person[] {
  generation++;
  return Array.from({ length: count }, (_, index) => ({
    address: `bench${generation}n${index}@${DOMAIN}`,
    password: crypto.getRandomValues(new Uint8Array(16)).toHex(),
  }));
}

/** As `newPeople`, and signed up. */
export async function signedUp(
  relay: Relay,
  count: number,
): Promise<Person[]> {
  const people = newPeople(count);
  await inParallel(people, 8, async (person) => {
    (await logIn(relay, person)).close();
  });
  return people;
}

export async function logIn(
  { server, certificate }: Relay,
  { address, password }: Person,
): Promise<ImapClient> {
  const client = await ImapClient.connect(server.ports.imapTls, certificate);
  await client.login(address, password);
  return client;
}

export async function idling(
  relay: Relay,
  person: Person,
): Promise<ImapClient> {
  const client = await logIn(relay, person);
  await client.expectOk("SELECT INBOX");
  await client.idle();
  return client;
}

export function submitting(
  { server, certificate }: Relay,
  { address, password }: Person,
): Promise<SmtpClient> {
  return SmtpClient.submit(
    server.ports.submissionTls,
    certificate,
    address,
    password,
  );
}
