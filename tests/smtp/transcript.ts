/**
 * Plays SMTP dialogues, as they would stand in an RFC, and compares all that the
 * server says: over loopback in lockstep, then through a session in memory, all
 * client lines at once and cut into chunks of 1, 7 and 65,536 octets.
 *
 * Lines begin with `C: ` or `S: `; a server line `S: (close)` is the end of the
 * connection. `\r`, `\n`, `\0` and `\xNN` in client lines stand for octets.
 *
 * @module
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { SocketWire } from "../../src/net/socket_wire.ts";
import { serverUpgrade } from "../../src/net/tls_upgrade.ts";
import type { SmtpService } from "../../src/smtp/server/backend.ts";
import {
  SmtpServer,
  type SmtpServerOptions,
} from "../../src/smtp/server/server.ts";
import { SmtpSession } from "../../src/smtp/server/session.ts";
import { MemoryBackend } from "./memory_backend.ts";

export interface TranscriptOptions {
  readonly service?: SmtpService;
  /** TLS counts as active, without its octets. */
  readonly secure?: boolean;
  readonly requireTls?: boolean;
  /** The dialogue makes sense only when the client waits for each reply. */
  readonly lockstep?: boolean;
  readonly backend?: () => MemoryBackend;
  /** Looks at the backend after the dialogue. */
  readonly check?: (backend: MemoryBackend) => void;
}

interface Turn {
  readonly by: "C" | "S";
  readonly text: string;
}

const CLOSE = "(close)";

export function transcript(
  name: string,
  options: TranscriptOptions,
  script: string,
): void {
  const turns = parseScript(script);
  Deno.test(name, () => playInLockstep(turns, options));
  if (options.lockstep) return;
  for (const chunk of [1, 7, 65_536]) {
    Deno.test(`${name} (chunks of ${chunk})`, async () => {
      await playInChunks(turns, options, chunk);
    });
  }
}

/** A server with settings that make tests short; sleeps end at once. */
export function testServer(
  backend: MemoryBackend,
  changes: Partial<SmtpServerOptions> = {},
): SmtpServer {
  return new SmtpServer({
    backend,
    clock: { now: () => 0, monotonic: () => 0 },
    timers: { sleep: () => Promise.resolve(), every: () => () => {} },
    policy: testPolicy(true),
    timeouts: {
      commandMs: 300_000,
      contentMs: 180_000,
      loginMs: 60_000,
      handshakeMs: 30_000,
      sessionMs: 3_600_000,
    },
    connections: {
      mx: { total: 10, perAddress: 5 },
      submission: { total: 10, perAddress: 5 },
    },
    maxPerAccount: 3,
    ...changes,
  });
}

export function testPolicy(requireTls: boolean) {
  return {
    requireTls,
    maxLineOctets: 4096,
    maxErrors: 20,
    maxFailedLogins: 3,
  };
}

export interface TestConnection {
  /** TLS counts as active, without its octets. */
  readonly secure: boolean;
  readonly peerAddress?: string;
  /** What STARTTLS serves. */
  readonly context?: SecureContext;
}

/** A socket of which the server believes what it is told. */
export class TestWire extends SocketWire {
  override readonly peerAddress: string;
  readonly #secure: boolean;

  constructor(
    socket: Socket,
    { secure, peerAddress, context }: TestConnection,
  ) {
    super(socket, serverUpgrade(() => context ?? createSecureContext()));
    this.peerAddress = peerAddress ?? "127.0.0.1";
    this.#secure = secure;
  }

  override get secure(): boolean {
    return this.#secure || super.secure;
  }
}

/** A client's end of a connection to the server, over loopback. */
export async function connectTo(
  server: SmtpServer,
  service: SmtpService,
  connection: TestConnection,
): Promise<Peer> {
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    server.serve(new TestWire(socket, connection), service);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const socket = connect((listener.address() as AddressInfo).port, "127.0.0.1");
  const peer = new Peer(socket);
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve).once("close", resolve); // or refused at once
  });
  listener.close();
  return peer;
}

/** Reads lines; `(close)` when the server has closed. */
export class Peer {
  #text = "";
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (octets: Uint8Array) => {
      this.#text += new TextDecoder().decode(octets);
      this.#wake?.();
    });
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
    socket.on("error", end);
  }

  async line(): Promise<string> {
    while (true) {
      const end = this.#text.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      if (this.#ended) return this.#text === "" ? CLOSE : this.#text;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  async close(): Promise<void> {
    if (this.socket.closed) return;
    const closed = once(this.socket, "close");
    this.socket.destroy();
    await closed;
  }
}

async function playInLockstep(
  turns: readonly Turn[],
  options: TranscriptOptions,
): Promise<void> {
  const backend = options.backend?.() ?? new MemoryBackend();
  const { service = "submission", secure = true } = options;
  const server = testServer(backend, {
    policy: testPolicy(options.requireTls ?? true),
  });
  const peer = await connectTo(server, service, { secure });
  for (const { by, text } of turns) {
    if (by === "C") peer.send(Uint8Array.from(octetsOf(text)));
    else assert.equal(await peer.line(), text);
  }
  await peer.close();
  await server.shutdown(1);
  options.check?.(backend);
}

async function playInChunks(
  turns: readonly Turn[],
  options: TranscriptOptions,
  chunk: number,
): Promise<void> {
  const backend = options.backend?.() ?? new MemoryBackend();
  const { service = "submission", secure = true } = options;
  let said = "";
  const session = new SmtpSession({
    backend,
    service,
    secure,
    peerAddress: "127.0.0.1",
    policy: testPolicy(options.requireTls ?? true),
    timers: { sleep: () => Promise.resolve(), every: () => () => {} },
    wire: {
      send: (text) => void (said += text),
      startTls: (text) => void (said += text),
      pendingOctets: () => 0,
      admit: () => true,
      sessionEnds: () => {},
    },
  });
  said += session.greeting;
  const client = turns.filter(({ by }) => by === "C");
  const octets = Uint8Array.from(client.flatMap(({ text }) => octetsOf(text)));
  for (let at = 0; at < octets.length; at += chunk) {
    const effect = await session.receive(octets.slice(at, at + chunk));
    if (effect !== "close") continue;
    said += `${CLOSE}\r\n`;
    break;
  }
  await session.abandon();
  const expected = turns.filter(({ by }) => by === "S");
  assert.equal(said, expected.map(({ text }) => `${text}\r\n`).join(""));
  options.check?.(backend);
}

function parseScript(script: string): Turn[] {
  const lines = script.split("\n").map((line) => line.trimStart());
  return lines.filter((line) => line !== "").map((line) => {
    const by = line.slice(0, 1);
    if ((by !== "C" && by !== "S") || line.slice(1, 3) !== ": ") {
      throw new SyntaxError(`Cannot read transcript line: ${line}`);
    }
    return { by, text: line.slice(3) };
  });
}

/** The octets of a client line; CRLF follows unless it has its own line ends. */
function octetsOf(text: string): number[] {
  const named: Record<string, string> = { r: "\r", n: "\n", "0": "\0" };
  const own = /\\[rn]/.test(text);
  const raw = text.replace(
    /\\(?:x([0-9a-f]{2})|([rn0]))/g,
    (_whole, hex: string | undefined, name: string) =>
      hex ? String.fromCharCode(parseInt(hex, 16)) : named[name] ?? "",
  );
  return [...(own ? raw : `${raw}\r\n`)].map((char) => char.charCodeAt(0));
}
