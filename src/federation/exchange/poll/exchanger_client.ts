/**
 * Requests to an exchanger: each over a connection of its own, to addresses that
 * may be connected to, the answer given in pieces as it comes.
 *
 * @module
 */
import type { Clock, Timers } from "../../../base/clock.ts";
import type { Dns } from "../../../dns/answers.ts";
import { post } from "../../../http/client/post.ts";
import { ResponseReceiver } from "../../../http/client/response_receiver.ts";
import { literalIp, parseDomain } from "../../../mail/address.ts";
import { dial, type DialledWire, dialTls } from "../../../net/dial.ts";
import { findAddresses } from "../../destination.ts";
import type { Exchanger } from "../exchanger.ts";

export interface ClientParts {
  readonly dns: Dns;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly families: () => readonly ("ipv4" | "ipv6")[];
}

export interface ExchangerAnswer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** There was more than is read. */
  readonly cut: boolean;
}

/** Why there is no answer, for people. */
export class ExchangerTrouble extends Error {
  override readonly name = "ExchangerTrouble";
  constructor(message: string, readonly retryAfterSeconds?: number) {
    super(message);
  }
}

export interface FetchOptions {
  /** How long the exchanger may wait before it begins to answer. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** The next octets of the body. */
  take(octets: Uint8Array): Promise<void>;
}

const MAX_ANSWER_OCTETS = 256 * 1024 * 1024;

const CONNECT_MS = 30_000;
const STALL_MS = 60_000;

/** @throws {ExchangerTrouble} */
export async function fetchFrom(
  exchanger: Exchanger,
  url: URL,
  { waitMs, signal, take }: FetchOptions,
  parts: ClientParts,
): Promise<ExchangerAnswer> {
  const wire = await connect(exchanger, url, parts);
  const abort = () => wire.abort();
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const receiver = new ResponseReceiver(MAX_ANSWER_OCTETS);
  try {
    const head = [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
    ]
      .concat(fieldsFor(exchanger).map(([name, value]) => `${name}: ${value}`));
    const octets = new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
    await within(wire, parts.timers, STALL_MS, wire.write(octets));
    let isFirst = true;
    while (!receiver.next()) {
      const patienceMs = isFirst ? waitMs + STALL_MS : STALL_MS;
      const piece = await within(wire, parts.timers, patienceMs, wire.read());
      // from now on it may have been given mail, which it would not give again
      if (isFirst) signal.removeEventListener("abort", abort);
      isFirst = false;
      if (piece) receiver.push(piece);
      else receiver.finish();
      for (const body of receiver.takeBody()) await take(body);
    }
  } finally {
    signal.removeEventListener("abort", abort);
    wire.close();
  }
  const input = receiver.next();
  if (input?.kind !== "response") {
    throw new ExchangerTrouble("its answer is no HTTP");
  }
  const { status, fields, cut } = input.response;
  const retryAfterSeconds = secondsIn(fields.get("retry-after"));
  return {
    status,
    cut,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** Posts JSON, and gives the status. @throws {ExchangerTrouble} */
export async function tell(
  exchanger: Exchanger,
  url: URL,
  json: string,
  parts: ClientParts,
): Promise<number> {
  const wire = await connect(exchanger, url, parts);
  try {
    const octets = new TextEncoder().encode(json);
    const { status } = await post(wire, {
      host: url.host,
      target: url.pathname + url.search,
      fields: [
        ["Content-Type", "application/json"],
        ...fieldsFor(exchanger),
      ],
      sizeOctets: octets.length,
      async *content() {
        yield await Promise.resolve(octets);
      },
    }, { timers: parts.timers, stallMs: STALL_MS, responseMs: STALL_MS });
    return status;
  } catch (error) {
    throw asTrouble(error);
  } finally {
    wire.close();
  }
}

function fieldsFor({ token }: Exchanger): [string, string][] {
  return [
    ["Accept", "application/json"],
    ["Connection", "close"],
    ...(token === undefined
      ? []
      : [["Authorization", `Bearer ${token}`] as [string, string]]),
  ];
}

async function connect(
  exchanger: Exchanger,
  url: URL,
  parts: ClientParts,
): Promise<DialledWire> {
  const { clock, timers } = parts;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isTls = url.protocol === "https:";
  try {
    return await (isTls ? dialTls : dial)({
      addresses: await addressesOf(exchanger, url, parts),
      port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port),
      deadlineMs: CONNECT_MS,
      tls: {
        host,
        certificate: exchanger.tls === "verify" ? "verified" : "any",
        alpn: ["http/1.1"],
      },
      clock,
      timers,
    });
  } catch (error) {
    throw asTrouble(error);
  }
}

async function addressesOf(
  { allowInsecure }: Exchanger,
  { hostname }: URL,
  { dns, families }: ClientParts,
): Promise<readonly string[]> {
  const domain = parseDomain(hostname);
  const ip = literalIp(domain);
  const found = await findAddresses(
    ip === undefined
      ? { name: domain, source: "domain" }
      : { name: ip, source: "literal" },
    {
      dns,
      families: families(),
      guard: { own: new Set(), allowPrivate: allowInsecure },
    },
  );
  if (found.kind === "addresses") return found.addresses;
  throw new ExchangerTrouble(
    found.reason === "not_public"
      ? "it is in a private network: allow_insecure says that it may be"
      : "its name has no address",
  );
}

/** Closes the connection when it takes too long. */
async function within<T>(
  wire: DialledWire,
  timers: Timers,
  ms: number,
  work: Promise<T>,
): Promise<T> {
  let isLate = false;
  const stop = timers.every(ms, () => {
    isLate = true;
    wire.abort();
  });
  try {
    const done = await work;
    if (isLate) throw new ExchangerTrouble("no answer in time");
    return done;
  } catch (error) {
    throw isLate ? new ExchangerTrouble("no answer in time") : asTrouble(error);
  } finally {
    stop();
  }
}

/** What the network, the system and the peer can do is told; what is a bug stays one. */
function asTrouble(error: unknown): unknown {
  const isBug = error instanceof TypeError || error instanceof RangeError ||
    !(error instanceof Error);
  return isBug || error instanceof ExchangerTrouble
    ? error
    : new ExchangerTrouble(error.message);
}

const MAX_RETRY_SECONDS = 600;

function secondsIn(written: string | undefined): number | undefined {
  if (written === undefined || !/^[0-9]{1,9}$/.test(written)) return undefined;
  return Math.min(Number(written), MAX_RETRY_SECONDS);
}
