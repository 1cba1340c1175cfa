/**
 * What the SMTP layer alone costs: sessions in memory, with a backend that
 * forgets, so without sockets, TLS, gate and store.
 *
 * @module
 */
import type { SmtpBackend } from "../../src/smtp/server/backend.ts";
import { SmtpSession } from "../../src/smtp/server/session.ts";
import type { Row } from "./measure.ts";

const CHUNK_OCTETS = 65_536;
const LINE = `${"A".repeat(76)}\r\n`;
const ENVELOPE =
  "MAIL FROM:<ann@relay.example> BODY=8BITMIME\r\nRCPT TO:<bob@relay.example>\r\nDATA\r\n";

const backend: SmtpBackend = {
  hostname: "relay.example",
  limits: () => ({ maxMessageOctets: 1 << 30, maxRecipients: 1000 }),
  login: (address) =>
    Promise.resolve({ address, onInactive: () => () => {}, countTraffic() {} }),
  begin: () =>
    Promise.resolve({
      addRecipient: () => Promise.resolve(),
      write: () => Promise.resolve(),
      finish: () => Promise.resolve(),
      discard: () => Promise.resolve(),
    }),
  countRefusal() {},
  countCut() {},
  countError() {},
  reportBug: (error) => {
    throw error;
  },
};

async function openSession(): Promise<SmtpSession> {
  const session = new SmtpSession({
    backend,
    service: "submission",
    secure: true,
    peerAddress: "127.0.0.1",
    policy: {
      requireTls: true,
      maxLineOctets: 4096,
      maxErrors: 20,
      maxFailedLogins: 3,
    },
    timers: { sleep: () => Promise.resolve(), every: () => () => {} },
    wire: {
      send: () => undefined,
      startTls() {},
      pendingOctets: () => 0,
      admit: () => true,
      sessionEnds: () => {},
    },
  });
  await session.receive(octets("EHLO x\r\nAUTH PLAIN AGEAYg==\r\n"));
  return session;
}

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Milliseconds for one message of so many octets. */
async function send(sizeOctets: number, count: number): Promise<number> {
  const session = await openSession();
  const envelope = octets(ENVELOPE);
  const content = octets(LINE.repeat(Math.ceil(sizeOctets / LINE.length)));
  const end = octets(".\r\n");
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    await session.receive(envelope.slice());
    for (let at = 0; at < content.length; at += CHUNK_OCTETS) {
      await session.receive(content.subarray(at, at + CHUNK_OCTETS));
    }
    await session.receive(end.slice());
  }
  return (performance.now() - start) / count;
}

/** "SMTP": no part of B1 to B10, since it needs no relay. */
export async function measureSmtp(): Promise<Row[]> {
  const benchmark = "SMTP";
  await send(4000, 2000);
  const small = await send(4000, 20_000);
  const large = await send(20_000_000, 20);
  return [
    {
      benchmark,
      measure: "a message of 4 kB, without sockets",
      value: Math.round(small * 1000),
      unit: "µs",
      required: "≤ 150",
    },
    {
      benchmark,
      measure: "20 MB in chunks of 65536 octets",
      value: Math.round(20_000 / large),
      unit: "MB/s",
      required: "≥ 140",
    },
  ];
}
