/**
 * What strangers see of a relay that shall not be found: nothing, or an ordinary
 * site. Everything that a table does not let through is answered by it, so that a
 * new route is hidden until somebody says otherwise.
 *
 * @module
 */
import { readBody } from "../../http/body.ts";
import type { HttpExchange, HttpHandler } from "../../http/peer.ts";
import type { FixedAnswers } from "../../http/server/fixed_answers.ts";
import type { UpgradeRoute } from "../../http/server/upgrade.ts";
import { PAGE_HEADERS } from "../headers.ts";
import type { SiteBackend, SiteStealth } from "../site_backend.ts";
import { type Front, frontOf } from "./front.ts";
import { isInvited, knock } from "./gate.ts";
import { type KeptRoute, keptRoute, type Known } from "./kept_routes.ts";

/** Of every body that nobody asked for, wherever it is sent. */
const BODY_OCTETS = 4096;
const BODY_MS = 30_000;
const NO_BODY = new Uint8Array();
/** What the site says where it has nothing, or has it elsewhere. */
const UNKNOWN: ReadonlySet<number> = new Set([308, 404, 405]);

export interface StealthParts extends Known {
  readonly backend: Pick<SiteBackend, "facts" | "stealth">;
}

/** @param site all that there is */
export function withStealth(
  parts: StealthParts,
  site: HttpHandler,
): HttpHandler {
  return async (request, exchange) => {
    const stealth = parts.backend.stealth();
    if (stealth.mode === "off") return await site(request, exchange);
    const invitation = knock(request, stealth.gateKey, exchange);
    if (invitation) return invitation;
    if (isInvited(request, stealth.gateKey)) {
      return await site(request, exchange);
    }
    const visit = { parts, stealth, front: frontOf(stealth), site };
    return await answer(visit, request, exchange);
  };
}

interface Visit {
  readonly parts: StealthParts;
  readonly stealth: SiteStealth;
  readonly front: Front;
  readonly site: HttpHandler;
}

async function answer(
  visit: Visit,
  request: Request,
  exchange: HttpExchange,
): Promise<Response> {
  const { parts, site } = visit;
  const route = keptRoute(request, parts);
  if (await route?.isKnown?.(request, parts, exchange)) {
    return plainly(await site(request, exchange));
  }
  // that of every path alike, so that not even the connection tells them apart
  const body = isRead(request) ? NO_BODY : await smallBody(request, exchange);
  if (route && !route.knownOnly && body) {
    const response = await site(asProgram(request, body), exchange);
    if (isShown(visit, route, response)) return plainly(response);
    await response.body?.cancel();
  }
  return await shown(visit, request, exchange);
}

function isShown(
  { parts, stealth }: Visit,
  route: KeptRoute,
  response: Response,
): boolean {
  return stealth.mode === "minimal"
    ? !UNKNOWN.has(response.status)
    : route.isShown(response, parts);
}

/** As a program asks: pages are for those who were invited. */
function asProgram(
  { method, headers, url }: Request,
  body: Uint8Array<ArrayBuffer>,
): Request {
  const fields = new Headers(headers);
  fields.delete("accept");
  return new Request(url, {
    method,
    headers: fields,
    body: body.length > 0 ? body : null,
  });
}

/** undefined if it is larger than any that is asked for, or none. */
async function smallBody(
  request: Request,
  exchange: HttpExchange,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  exchange.limit({ bodyOctets: BODY_OCTETS, bodyMs: BODY_MS });
  try {
    return new Uint8Array(await readBody(request, BODY_OCTETS));
  } catch {
    return undefined; // or the peer has left
  }
}

/** What everybody sees. In clear, the way to HTTPS as on other sites. */
async function shown(
  { parts, front }: Visit,
  request: Request,
  { secure }: HttpExchange,
): Promise<Response> {
  const url = new URL(request.url);
  const { movedTo } = parts.backend.facts(url.hostname);
  if (!secure && movedTo !== undefined && isRead(request)) {
    return front.moved(movedTo + url.pathname + url.search);
  }
  return await front.answer(request.method, url.pathname);
}

/** Without what other answers of the site do not have. */
function plainly(response: Response): Response {
  for (const name of PAGE_HEADERS) response.headers.delete(name);
  return response;
}

/** A refusal to speak another protocol is what any other path gets. */
export function stealthyUpgrade(
  parts: StealthParts,
  route: UpgradeRoute,
): UpgradeRoute {
  return {
    ...route,
    async accept(request, peer) {
      const answer = await route.accept(request, peer);
      const stealth = parts.backend.stealth();
      if (typeof answer === "function" || stealth.mode === "off") return answer;
      await answer.body?.cancel();
      const { pathname } = new URL(request.url);
      return await frontOf(stealth).answer(request.method, pathname);
    },
  };
}

/** To what reaches no handler. */
export function stealthyAnswers(
  { backend }: Pick<StealthParts, "backend">,
  usual: FixedAnswers,
): FixedAnswers {
  return {
    plain(status, fields) {
      const stealth = backend.stealth();
      return stealth.mode === "off"
        ? usual.plain(status, fields)
        : frontOf(stealth).fault(status);
    },
    allowed() {
      const stealth = backend.stealth();
      return stealth.mode === "off"
        ? usual.allowed()
        : frontOf(stealth).fault(405);
    },
  };
}

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}
