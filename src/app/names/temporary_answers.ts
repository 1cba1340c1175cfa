/** Answers an authority while no server runs, at what ports can be had. @module */
import { withAcmeChallenges } from "../../api/acme_challenges.ts";
import { Refusal } from "../../base/refusal.ts";
import { listenAddress } from "../../config/network_kinds.ts";
import { bindReason } from "../../net/bind_reason.ts";
import type { Clock } from "../../base/clock.ts";
import type { ListenAddress as Wanted } from "../../config/network_kinds.ts";
import { reverseName } from "../../dns/reverse_name.ts";
import { NativeConnection } from "../../net/native_connection.ts";
import { NativeWire } from "../../net/native_wire.ts";
import { AlpnChallenges } from "../../tls/acme/alpn/alpn_challenges.ts";
import { type ChallengeType, HttpChallenges } from "../../tls/acme/solvers.ts";
import type { OwnSolvers } from "./own_solvers.ts";

const DEFAULT = ":80";
const PATIENCE_MS = 10_000;
/** At the port of HTTPS; one more, which may be the authority, ends the oldest. */
const MOST_OPEN = 200;

export interface TemporaryOptions {
  /** As `listen.http` has it. */
  readonly http: string | undefined;
  /** Where the server listens for HTTPS. */
  readonly https: readonly Wanted[];
  readonly types: readonly ChallengeType[];
}

export class TemporaryAnswers {
  readonly solvers: OwnSolvers;
  readonly #faults = new Map<ChallengeType, string>();

  constructor(clock: Clock) {
    this.solvers = {
      "http-01": new HttpChallenges(() => this.#faults.get("http-01")),
      "tls-alpn-01": new AlpnChallenges({
        clock,
        reverseName,
        obstacle: () => this.#faults.get("tls-alpn-01"),
        watch: () => Promise.resolve(), // nobody else is there
      }),
    };
  }

  /**
   * Listens as long as the work takes. A port that cannot be had is an obstacle
   * for what needs it.
   *
   * @throws {Refusal} when the address cannot be one
   */
  async whileAnswering<T>(
    { http, https, types }: TemporaryOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    const ends: (() => Promise<unknown>)[] = [];
    const at = addressOf(http ?? DEFAULT);
    this.#faults.clear();
    if (types.includes("http-01")) {
      this.#try("http-01", () => {
        const server = bind(at, this.solvers["http-01"]);
        ends.push(() => server.shutdown());
      });
    }
    if (types.includes("tls-alpn-01")) {
      this.#try("tls-alpn-01", () => {
        for (const address of https) {
          ends.push(bindTls(address, this.solvers["tls-alpn-01"]));
        }
      });
      if (https.length === 0) {
        this.#faults.set(
          "tls-alpn-01",
          "there is no port for it (listen.https)",
        );
      }
    }
    try {
      return await work();
    } finally {
      for (const end of ends) await end();
    }
  }

  #try(type: ChallengeType, open: () => void): void {
    try {
      open();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { explanation = "its port cannot be had" } = error.detail;
      this.#faults.set(type, explanation);
    }
  }
}

/** Whoever is no authority is hung up on. */
function bindTls(
  { host, port }: Wanted,
  challenges: Pick<AlpnChallenges, "beginning">,
): () => Promise<void> {
  const listen = (hostname: string) => Deno.listen({ hostname, port });
  let listener: Deno.TcpListener;
  try {
    listener = onEvery(host, listen);
  } catch (error) {
    throw new Refusal("unavailable", {
      explanation: `Cannot answer the authority at port ${port}: ${
        bindReason(error, port, "listen.https")
      }`,
    });
  }
  const serving = serveTls(listener, challenges);
  return async () => {
    listener.close();
    await serving;
  };
}

async function serveTls(
  listener: Deno.TcpListener,
  challenges: Pick<AlpnChallenges, "beginning">,
): Promise<void> {
  const open = new Set<NativeConnection>();
  try {
    for await (const conn of listener) {
      const [oldest] = open;
      if (oldest && open.size >= MOST_OPEN) {
        oldest.abort();
        open.delete(oldest);
      }
      const connection = new NativeConnection(conn);
      open.add(connection);
      void connection.gone.then(() => open.delete(connection));
      void serveOne(connection, challenges);
    }
  } finally {
    for (const connection of open) connection.abort();
  }
}

async function serveOne(
  connection: NativeConnection,
  challenges: Pick<AlpnChallenges, "beginning">,
): Promise<void> {
  const limit = setTimeout(() => connection.abort(), PATIENCE_MS);
  try {
    const wire = new NativeWire(connection);
    const beginning = challenges.beginning();
    for (let got = await wire.read(); got; got = await wire.read()) {
      const taker = beginning.push(got);
      if (taker === undefined) continue;
      if (taker !== "service") await taker(wire);
      break;
    }
    connection.end();
  } catch {
    connection.abort();
  } finally {
    clearTimeout(limit);
  }
}

/** All addresses, unless one is named. */
function onEvery<Server>(
  host: string | undefined,
  open: (hostname: string) => Server,
): Server {
  if (host !== undefined) return open(host);
  try {
    return open("::");
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return open("0.0.0.0"); // a machine without IPv6
  }
}

function addressOf(listen: string): { host?: string; port: number } {
  try {
    return listenAddress.parse(listen);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) {
      throw error;
    }
    throw new Refusal("invalid_value", {
      field: "http_listen",
      explanation: `http_listen: ${error.message}`,
    });
  }
}

function bind(
  { host, port }: { readonly host?: string; readonly port: number },
  challenges: Pick<HttpChallenges, "answer">,
): Deno.HttpServer {
  const handler = withAcmeChallenges(
    (token) => challenges.answer(token),
    () => new Response("Not found\n", { status: 404 }),
  );
  const serve = (hostname: string) =>
    Deno.serve(
      { hostname, port, onListen() {} },
      (request, { remoteAddr }) =>
        handler(request, {
          address: remoteAddr.hostname,
          secure: false,
          limit() {},
          ending: request.signal,
        }),
    );
  try {
    return onEvery(host, serve);
  } catch (error) {
    throw new Refusal("unavailable", {
      explanation: `Cannot answer the authority at port ${port}: ${
        bindReason(error, port, "--http-listen")
      }`,
    });
  }
}
