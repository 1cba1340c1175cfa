/**
 * A DNS server for tests, over UDP and TCP on one port, of loopback unless told
 * otherwise, that answers from a table which a test may change at any time.
 *
 * @module
 */
import { Buffer } from "node:buffer";
// @ts-types="@types/dns-packet"
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  TRUNCATED_RESPONSE,
} from "dns-packet";

/** Records of one name, as a person writes them. */
export interface ZoneName {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  /** `10 mx.example`; `0 .` is a null MX. */
  readonly MX?: readonly string[];
  readonly TXT?: readonly string[];
  readonly PTR?: readonly string[];
  readonly CNAME?: readonly string[];
  readonly ttl?: number;
  /** In place of an answer. */
  readonly trouble?: "SERVFAIL" | "silence" | "garbage" | "truncated";
}

type Zone = Map<string, ZoneName>;

const SERVFAIL = 2;
const NXDOMAIN = 3;
const UDP_OCTETS = 1232;

export class DnsTestServer {
  readonly zone: Zone = new Map();
  /** Every question that came, `MX a.example`. */
  readonly questions: string[] = [];
  readonly #udp: Deno.DatagramConn;
  readonly #tcp: Deno.TcpListener;
  readonly #serving: Promise<unknown>;

  private constructor(udp: Deno.DatagramConn, tcp: Deno.TcpListener) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.#serving = Promise.all([this.#serveUdp(), this.#serveTcp()]);
  }

  static start(
    zone: Readonly<Record<string, ZoneName>> = {},
    at: { readonly hostname: string; readonly port?: number } = {
      hostname: "127.0.0.1",
    },
  ): DnsTestServer {
    for (;;) {
      const tcp = Deno.listen({ port: 0, ...at });
      const { hostname, port } = tcp.addr;
      try {
        const udp = Deno.listenDatagram({ transport: "udp", hostname, port });
        const server = new DnsTestServer(udp, tcp);
        for (const [name, records] of Object.entries(zone)) {
          server.zone.set(name, records);
        }
        return server;
      } catch (error) {
        tcp.close();
        if (at.port || !(error instanceof Deno.errors.AddrInUse)) throw error;
      }
    }
  }

  get server(): { readonly address: string; readonly port: number } {
    const { hostname, port } = this.#tcp.addr;
    return { address: hostname, port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    await this.#serving;
  }

  async #serveUdp(): Promise<void> {
    try {
      for await (const [octets, from] of this.#udp) {
        const reply = this.#answer(octets);
        if (!reply) continue;
        const cut = reply.length > UDP_OCTETS ? this.#truncated(octets) : reply;
        await this.#udp.send(cut, from);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serveTcp(): Promise<void> {
    for await (const connection of this.#tcp) {
      await this.#serveConnection(connection).catch(() => {});
      connection.close();
    }
  }

  async #serveConnection(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer);
    if (count === null) return;
    const reply = this.#answer(buffer.slice(2, count));
    if (!reply) return;
    const out = new Uint8Array(reply.length + 2);
    out.set([reply.length >> 8, reply.length & 255]);
    out.set(reply, 2);
    for (let at = 0; at < out.length;) {
      at += await connection.write(out.subarray(at));
    }
  }

  #answer(octets: Uint8Array): Uint8Array | undefined {
    const query = decode(Buffer.from(octets));
    const question = query.questions![0]!;
    this.questions.push(`${question.type} ${question.name}`);
    const records = this.zone.get(question.name.toLowerCase());
    switch (records?.trouble) {
      case "silence":
        return undefined;
      case "garbage":
        return octets.subarray(0, 5);
      case "truncated":
        return this.#truncated(octets);
      case "SERVFAIL":
        return encode(reply(query, SERVFAIL, []));
    }
    if (!records) return encode(reply(query, NXDOMAIN, []));
    return encode(reply(
      query,
      0,
      this.#records(question.name.toLowerCase(), question.type),
    ));
  }

  #records(name: string, type: string): Answer[] {
    const found = this.zone.get(name);
    if (!found) return [];
    const ttl = found.ttl ?? 300;
    if (type !== "CNAME" && found.CNAME) {
      return found.CNAME.flatMap((data) => [
        { type: "CNAME", name, ttl, data } as Answer,
        ...this.#records(data, type),
      ]);
    }
    const values = found[type as "A"] ?? [];
    return values.map((value) =>
      ({ type, name, ttl, data: dataOf(type, value) }) as Answer
    );
  }

  #truncated(octets: Uint8Array): Uint8Array {
    const query = decode(Buffer.from(octets));
    const { flags = 0, ...rest } = reply(query, 0, []);
    return encode({ ...rest, flags: flags | TRUNCATED_RESPONSE });
  }
}

function dataOf(type: string, value: string): unknown {
  if (type === "TXT") return value.match(/[^]{1,255}/g) ?? [""]; // RFC 1035 §3.3
  if (type !== "MX") return value;
  const [preference, exchange] = value.split(" ");
  return { preference: Number(preference), exchange };
}

function reply(query: Packet, code: number, answers: Answer[]): Packet {
  return {
    type: "response",
    id: query.id!,
    flags: AUTHORITATIVE_ANSWER | code,
    questions: query.questions!,
    answers,
  };
}
