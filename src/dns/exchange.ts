/**
 * One question to one server: over UDP, and over TCP when the answer does not
 * fit (RFC 7766 §5). Each question has a socket and an id of its own, both hard
 * to guess (RFC 5452 §9).
 *
 * @module
 */
import type { Random } from "../base/random.ts";
import { concat } from "../base/octets.ts";
import {
  decodeResponse,
  type DnsResponse,
  encodeQuery,
  type Question,
} from "./message.ts";
import type { DnsServer } from "./servers.ts";

export interface ExchangeOptions {
  readonly server: DnsServer;
  readonly timeoutMs: number;
  readonly random: Random;
}

const MAX_TCP_OCTETS = 65_535; // RFC 1035 §4.2.2: a length of two octets

/** @throws {Error} when no answer came in time */
export async function ask(
  question: Question,
  options: ExchangeOptions,
): Promise<DnsResponse> {
  const overUdp = await withDeadline(
    options.timeoutMs,
    (signal) => askUdp(question, options, signal),
  );
  if (!overUdp.truncated) return overUdp;
  return await withDeadline(
    options.timeoutMs,
    (signal) => askTcp(question, options, signal),
  );
}

async function withDeadline<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error("No answer in time")),
    timeoutMs,
  );
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function askUdp(
  question: Question,
  { server, random }: ExchangeOptions,
  signal: AbortSignal,
): Promise<DnsResponse> {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: server.address.includes(":") ? "::" : "0.0.0.0",
    port: 0,
  });
  const stop = () => socket.close();
  signal.addEventListener("abort", stop);
  try {
    const id = randomId(random);
    await socket.send(encodeQuery(id, question), {
      transport: "udp",
      hostname: server.address,
      port: server.port,
    });
    for (;;) {
      const [octets, from] = await socket.receive();
      if (!isFrom(from, server)) continue;
      const response = decodeResponse(octets, id, question);
      if (response) return response;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
    if (!signal.aborted) socket.close();
  }
}

function isFrom(from: Deno.Addr, server: DnsServer): boolean {
  return from.transport === "udp" && from.port === server.port &&
    from.hostname === server.address;
}

async function askTcp(
  question: Question,
  { server, random }: ExchangeOptions,
  signal: AbortSignal,
): Promise<DnsResponse> {
  const connection = await Deno.connect({
    hostname: server.address,
    port: server.port,
    signal,
  });
  const stop = () => connection.close();
  signal.addEventListener("abort", stop);
  try {
    const id = randomId(random);
    const query = encodeQuery(id, question);
    const size = new Uint8Array([query.length >> 8, query.length & 0xff]);
    await writeAll(connection, concat([size, query]));
    const head = await readExactly(connection, 2);
    const length = Math.min(head[0]! << 8 | head[1]!, MAX_TCP_OCTETS);
    const octets = await readExactly(connection, length);
    const response = decodeResponse(octets, id, question);
    if (!response) throw new Error("The answer cannot be read");
    // it says nothing of what there is (RFC 2181 §9)
    if (response.truncated) throw new Error("The answer is cut short");
    return response;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
    if (!signal.aborted) connection.close();
  }
}

async function writeAll(
  connection: Deno.TcpConn,
  octets: Uint8Array,
): Promise<void> {
  for (let at = 0; at < octets.length;) {
    at += await connection.write(octets.subarray(at));
  }
}

async function readExactly(
  connection: Deno.TcpConn,
  count: number,
): Promise<Uint8Array> {
  const octets = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const read = await connection.read(octets.subarray(at));
    if (read === null) throw new Error("The server hung up");
    at += read;
  }
  return octets;
}

function randomId(random: Random): number {
  const [high = 0, low = 0] = random(2);
  return high << 8 | low;
}
