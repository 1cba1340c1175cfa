/** Answers an authority over HTTP while no server runs. @module */
import { withAcmeChallenges } from "../../api/acme_challenges.ts";
import { Refusal } from "../../base/refusal.ts";
import { listenAddress } from "../../config/network_kinds.ts";
import { bindReason } from "../../net/bind_reason.ts";
import type { HttpChallenges } from "../../tls/acme/solvers.ts";

const DEFAULT = ":80";

/**
 * Listens as long as the work takes.
 *
 * @param listen as `listen.http` has it
 * @throws {Refusal} when the address cannot be had
 */
export async function answeringAt<T>(
  listen: string | undefined,
  challenges: Pick<HttpChallenges, "answer">,
  work: () => Promise<T>,
): Promise<T> {
  const server = bind(addressOf(listen ?? DEFAULT), challenges);
  try {
    return await work();
  } finally {
    await server.shutdown();
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
    if (host !== undefined) return serve(host);
    try {
      return serve("::");
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) throw error;
      return serve("0.0.0.0"); // a machine without IPv6
    }
  } catch (error) {
    throw new Refusal("unavailable", {
      explanation: `Cannot answer the authority at port ${port}: ${
        bindReason(error, port, "--http-listen")
      }`,
    });
  }
}
