/**
 * `GET /exchanger/pull` and `POST /exchanger/pull/ack`: exchangers fetch the mail
 * that waits here for those whom they carry it to.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { Refusal } from "../../base/refusal.ts";
import type { Exchanger } from "../../federation/exchange/exchanger.ts";
import {
  legacyAnswer,
  pullAnswer,
} from "../../federation/exchange/serve/answer.ts";
import type { Serving } from "../../federation/exchange/serve/serving.ts";
import { readText } from "../../http/body.ts";
import type { SiteEnv } from "../site_backend.ts";
import { bearerToken } from "./bearer.ts";
import {
  ACK_OCTETS,
  BadRequest,
  readAcknowledgement,
  readLegacyAcknowledgement,
  readPull,
} from "./requests.ts";

/** The long wait, and what it takes to claim. */
const PULL_MS = 90_000;
/** For tens of megabytes over a slow line. */
const SEND_MS = 600_000;
const BUSY_SECONDS = 10;

type Site = Context<SiteEnv>;

interface Path {
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly isLegacy: boolean;
  answer(
    context: Site,
    serving: Serving,
    exchanger: Exchanger,
  ): Promise<Response>;
}

const PATHS: readonly Path[] = [
  {
    path: "/exchanger/pull",
    method: "GET",
    isLegacy: false,
    answer: (...request) => pull(...request, false),
  },
  {
    path: "/exchanger/pull/ack",
    method: "POST",
    isLegacy: false,
    answer: acknowledge,
  },
  {
    path: "/pull",
    method: "GET",
    isLegacy: true,
    answer: (...request) => pull(...request, true),
  },
  {
    path: "/pull/ack",
    method: "POST",
    isLegacy: true,
    answer: acknowledgeLegacy,
  },
];

export const EXCHANGER_PATHS: readonly string[] = PATHS.map(({ path }) => path);

export function exchangerRoutes(app: Hono<SiteEnv>, serving: Serving): void {
  for (const { path, method, isLegacy, answer } of PATHS) {
    app.all(path, async (context, next) => {
      // where nobody is served, it is as any other unknown path
      if (!serving.isOn || (isLegacy && !serving.legacyPaths)) {
        return await next();
      }
      if (context.req.method !== method) {
        return failure(405, "method not allowed", { allow: method });
      }
      return await authorized(context, serving, answer);
    });
  }
}

async function authorized(
  context: Site,
  serving: Serving,
  answer: Path["answer"],
): Promise<Response> {
  const { address } = context.env;
  const wait = serving.limits.strangerWait(address);
  if (wait > 0) return tooMany(wait);
  const exchanger = serving.bearer(bearerToken(context.req.raw.headers));
  if (!exchanger) {
    serving.limits.noteWrongToken(address);
    return failure(401, "unauthorized", { "www-authenticate": "Bearer" });
  }
  if (!serving.isFederating) return unavailable();
  try {
    return await answer(context, serving, exchanger);
  } catch (error) {
    if (error instanceof BadRequest) return failure(400, error.message);
    if (!(error instanceof Refusal)) throw error;
    return error.code === "message_too_large"
      ? failure(413, "the body is too large")
      : unavailable();
  }
}

async function pull(
  context: Site,
  serving: Serving,
  exchanger: Exchanger,
  isLegacy: boolean,
): Promise<Response> {
  const { ending } = context.env;
  context.env.limit({ answerMs: PULL_MS, sendMs: SEND_MS });
  const request = readPull(new URL(context.req.url), isLegacy);
  const [domain = ""] = request.domains;
  if (!request.domains.every((one) => serving.mayFetch(exchanger, one))) {
    return failure(403, "this domain is not served to you");
  }
  const leave = serving.limits.enter(exchanger.name, request.waitMs > 0);
  if (typeof leave === "number") return tooMany(leave);
  try {
    const served = await serving.mail.pull(exchanger, request, ending);
    if (ending.aborted) {
      await serving.mail.release(exchanger, served.messages);
      return unavailable();
    }
    const pieces = isLegacy
      ? legacyAnswer(domain, served, (id) => serving.legacyIds.numberOf(id))
      : pullAnswer(domain, served);
    return new Response(ReadableStream.from(pieces), {
      headers: {
        "content-type": "application/json",
        "cache-control": "no-store",
      },
    });
  } finally {
    leave();
  }
}

async function acknowledge(
  context: Site,
  serving: Serving,
  exchanger: Exchanger,
): Promise<Response> {
  const { ids, rejected } = readAcknowledgement(await bodyOf(context));
  const counts = await serving.mail.acknowledge(exchanger, ids, rejected);
  return Response.json({ status: "ok", ...counts });
}

async function acknowledgeLegacy(
  context: Site,
  serving: Serving,
  exchanger: Exchanger,
): Promise<Response> {
  const numbers = readLegacyAcknowledgement(await bodyOf(context));
  const ids = numbers.map((one) => serving.legacyIds.idOf(one));
  const { acked } = await serving.mail.acknowledge(exchanger, ids, []);
  return Response.json({ status: "ok", acked });
}

async function bodyOf(context: Site): Promise<string> {
  context.env.limit({ bodyOctets: ACK_OCTETS });
  try {
    return await readText(context.req.raw, ACK_OCTETS);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadRequest(error.message);
    throw error;
  }
}

function tooMany(seconds: number): Response {
  return failure(429, "too many requests", {
    "retry-after": String(Math.ceil(seconds)),
  });
}

function unavailable(): Response {
  return failure(503, "unavailable", { "retry-after": String(BUSY_SECONDS) });
}

function failure(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error }, { status, headers });
}
