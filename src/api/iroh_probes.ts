/**
 * What clients of real-time channels ask of a relay before they use it, and what
 * watches over a server asks: under any name, with and without TLS, however often.
 *
 * @module
 */
import type { HttpHandler } from "../http/peer.ts";

const CHALLENGE = /^[A-Za-z0-9._-]{1,63}$/;
/** A client sees by the answer that no portal is in between. */
const CHALLENGES = [
  ["x-tailscale-challenge", "x-tailscale-response"],
  ["x-iroh-challenge", "x-iroh-response"],
] as const;

type Answer = (request: Request) => Response;

const ANSWERS: Readonly<Record<string, Answer>> = {
  "/ping": () =>
    new Response(null, {
      headers: {
        "access-control-allow-origin": "*",
        "cache-control": "no-store",
      },
    }),
  "/generate_204": ({ headers }) => {
    const answer = new Response(null, {
      status: 204,
      headers: { "cache-control": "no-store" },
    });
    for (const [asked, answered] of CHALLENGES) {
      const challenge = headers.get(asked) ?? "";
      if (!CHALLENGE.test(challenge)) continue;
      answer.headers.set(answered, `response ${challenge}`);
    }
    return answer;
  },
  // an upgrade would have been one
  "/relay": () => new Response(null, { status: 400 }),
  "/derp": () => new Response(null, { status: 400 }),
};

const HEALTH_PATH = "/healthz";

/** @param isEnabled Whether real-time channels are served; asked for each request */
export function withIrohProbes(
  isEnabled: () => boolean,
  next: HttpHandler,
): HttpHandler {
  return (request, exchange) => {
    const { pathname } = new URL(request.url);
    const answer = pathname === HEALTH_PATH
      ? health
      : Object.hasOwn(ANSWERS, pathname) && isEnabled()
      ? ANSWERS[pathname]
      : undefined;
    if (!answer) return next(request, exchange);
    return request.method === "GET" || request.method === "HEAD"
      ? answer(request)
      : new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  };
}

function health(): Response {
  return Response.json({ status: "ok" }, {
    headers: { "cache-control": "no-store" },
  });
}
