/**
 * Other relays on loopback, which answer as a test says: well, wrongly, late,
 * in part, or not at all.
 *
 * @module
 */
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { SocketWire } from "../../src/net/socket_wire.ts";
import { serverUpgrade } from "../../src/net/tls_upgrade.ts";
import type { IssuedPair } from "../harness/authority.ts";
import { reservePorts } from "../harness/ports.ts";

export interface PeerOptions {
  readonly address?: string;
  readonly port?: number;
  readonly pair?: IssuedPair;
}

export interface Peer extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  /** Connections that were made. */
  readonly accepted: number;
  /** Connections that are open. */
  readonly open: number;
  /** Ends them, and goes on listening. */
  hangUp(): void;
}

export interface PeerRequest {
  readonly line: string;
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Of the connection, from 1. */
  readonly number: number;
  values(name: string): string[];
}

/** What is written, `die` for a reset, `hang` for silence. */
export type PeerAnswer = string | "die" | "hang";

export interface HttpPeer extends Peer {
  readonly requests: PeerRequest[];
}

/** A web server, with TLS if it has a certificate. It may answer before it has the body. */
export async function httpPeer(
  answer: (request: PeerRequest) => PeerAnswer | Promise<PeerAnswer>,
  options: PeerOptions & { readonly answersEarly?: boolean } = {},
): Promise<HttpPeer> {
  const requests: PeerRequest[] = [];
  const serve = async (wire: SocketWire) => {
    if (options.pair) await wire.startTls();
    const input = new Input(wire);
    for (let number = 1;; number++) {
      const request = await readRequest(input, number, options.answersEarly);
      if (!request) return;
      requests.push(request);
      const said = await answer(request);
      if (said === "die") return wire.abort();
      if (said === "hang") return await forever(wire);
      await wire.write(encoder.encode(said));
      if (/^connection: close/im.test(said)) return;
    }
  };
  return Object.assign(await listen(serve, options), { requests });
}

export function response(
  status: number,
  body = "",
  fields: Record<string, string> = {},
): string {
  const lines = Object.entries({
    "Content-Length": String(encoder.encode(body).length),
    ...fields,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join("")}\r\n${body}`;
}

export interface SmtpPeer extends Peer {
  /** Whole messages, with what came before them. */
  readonly messages: {
    readonly from: string;
    readonly to: string[];
    readonly content: string;
  }[];
  /** All that was said, by connection. */
  readonly dialogues: string[][];
}

/** Instead of what a good server says, by the verb, `greeting`, or `content`. */
export type SmtpScript = Readonly<
  Record<string, PeerAnswer | ((line: string, times: number) => PeerAnswer)>
>;

export async function smtpPeer(
  script: SmtpScript = {},
  options: PeerOptions & { readonly implicitTls?: boolean } = {},
): Promise<SmtpPeer> {
  const messages: SmtpPeer["messages"] = [];
  const dialogues: string[][] = [];
  const serve = async (wire: SocketWire) => {
    const said: string[] = [];
    dialogues.push(said);
    if (options.implicitTls) await wire.startTls();
    const input = new Input(wire);
    const times = new Map<string, number>();
    const say = async (verb: string, line: string, usual: string) => {
      const time = (times.get(verb) ?? 0) + 1;
      times.set(verb, time);
      const scripted = script[verb] ?? usual;
      const text = typeof scripted === "string"
        ? scripted
        : scripted(line, time);
      if (text === "die") {
        wire.abort();
        return "";
      }
      if (text === "hang") {
        await forever(wire);
        return "";
      }
      const reply = text === "" ? usual : text;
      await wire.write(encoder.encode(`${reply}\r\n`));
      return reply;
    };
    if (await say("greeting", "", "220 peer ESMTP") === "") return;
    let from = "";
    let to: string[] = [];
    for (;;) {
      const line = await input.line();
      if (line === undefined) return;
      said.push(line);
      const verb = line.split(/[ :]/, 1)[0]!.toUpperCase();
      const tls = options.pair && !wire.secure ? "250-STARTTLS\r\n" : "";
      const usual: Record<string, string> = {
        EHLO: `250-peer\r\n${tls}250-PIPELINING\r\n250 SIZE 1000000`,
        STARTTLS: "220 go",
        DATA: "354 go",
        QUIT: "221 bye",
      };
      const reply = await say(verb, line, usual[verb] ?? "250 2.0.0 ok");
      if (reply === "" || verb === "QUIT") return;
      if (verb === "STARTTLS" && reply.startsWith("220")) {
        if (!options.pair) return await forever(wire);
        await wire.startTls();
      }
      if (verb === "MAIL") [from, to] = [line.slice(5), []];
      if (verb === "RCPT" && reply.startsWith("2")) to.push(line.slice(8));
      if (verb === "DATA" && reply.startsWith("354")) {
        const content = await input.until("\r\n.\r\n");
        if (content === undefined) return;
        const end = await say("content", "", "250 2.0.0 ok");
        if (end.startsWith("2")) messages.push({ from, to, content });
        if (end === "") return;
      }
    }
  };
  return Object.assign(await listen(serve, options), { messages, dialogues });
}

/** Takes connections, and says and reads nothing. */
export function silentPeer(options: PeerOptions = {}): Promise<Peer> {
  return listen(forever, options);
}

/** A port where nobody is, nor comes by chance. */
export function closedPort(): number {
  return reservePorts(1)[0]!;
}

const encoder = new TextEncoder();

async function listen(
  serve: (wire: SocketWire) => Promise<void>,
  { address = "127.0.0.1", port = 0, pair }: PeerOptions,
): Promise<Peer> {
  const open = new Set<Socket>();
  let accepted = 0;
  const context = pair &&
    createSecureContext({ cert: pair.chainPem, key: pair.keyPem });
  const server: Server = createServer((socket) => {
    accepted++;
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => open.delete(socket));
    const wire = new SocketWire(socket, serverUpgrade(() => context!));
    serve(wire).catch(() => {}).finally(() => wire.close());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address() as { port: number };
  return {
    address,
    port: bound.port,
    get accepted() {
      return accepted;
    },
    get open() {
      return open.size;
    },
    hangUp() {
      for (const socket of open) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function forever(wire: SocketWire): Promise<void> {
  await wire.gone;
}

async function readRequest(
  input: Input,
  number: number,
  withoutBody = false,
): Promise<PeerRequest | undefined> {
  const head = await input.until("\r\n\r\n");
  if (head === undefined) return undefined;
  const [line = "", ...lines] = head.split("\r\n");
  const fields = lines.map((text) => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
  }) as [string, string][];
  const values = (name: string) =>
    fields.filter(([field]) => field === name).map(([, value]) => value);
  const octets = withoutBody ? 0 : Number(values("content-length")[0] ?? 0);
  const body = await input.take(octets);
  if (body === undefined) return undefined;
  return { line, fields, body, number, values };
}

/** What a peer reads; one character an octet. */
class Input {
  #text = "";
  readonly #decoder = new TextDecoder("latin1");

  constructor(readonly wire: SocketWire) {}

  line(): Promise<string | undefined> {
    return this.until("\r\n");
  }

  /** Without the end. */
  async until(end: string): Promise<string | undefined> {
    for (;;) {
      const at = this.#text.indexOf(end);
      if (at >= 0) {
        const text = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + end.length);
        return text;
      }
      if (!await this.#more()) return undefined;
    }
  }

  async take(count: number): Promise<string | undefined> {
    while (this.#text.length < count) {
      if (!await this.#more()) return undefined;
    }
    const text = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return text;
  }

  async #more(): Promise<boolean> {
    const octets = await this.wire.read();
    if (octets) this.#text += this.#decoder.decode(octets);
    return octets !== undefined;
  }
}
