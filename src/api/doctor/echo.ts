/**
 * Relays that ask whether they can be reached from here, and what those see
 * that we ask: a number, while we ask.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import {
  array,
  boolean,
  integer,
  maxLength,
  minLength,
  number,
  object,
  optional,
  pipe,
  regex,
  safeParse,
  string,
} from "valibot";
import { Refusal } from "../../base/refusal.ts";
import { readText } from "../../http/body.ts";
import {
  ECHO_PATH,
  ECHO_PREFIX,
  MAX_ECHO_PORTS,
  NONCE,
} from "../../http/echo/port_echo.ts";
import { limited } from "../../http/route_limits.ts";
import type { SiteEnv } from "../site_backend.ts";
import type { EchoBackend } from "./backend.ts";

const QUESTION = object({
  nonce: pipe(string(), regex(NONCE)),
  /** Come as an authority, too. */
  challenge: optional(boolean(), false),
  ports: pipe(
    array(pipe(number(), integer())),
    minLength(1),
    maxLength(MAX_ECHO_PORTS),
  ),
});
const LIMITS = { bodyOctets: 1024, bodyMs: 10_000, answerMs: 30_000 };
const RETRY_SECONDS = 60;

export function echoRoutes(app: Hono<SiteEnv>, echo: EchoBackend): void {
  app.get(`${ECHO_PREFIX}:nonce`, (context) => {
    const nonce = context.req.param("nonce");
    return NONCE.test(nonce) && echo.isAsking(nonce)
      ? context.text(nonce, 200, { "cache-control": "no-store" })
      : context.notFound();
  });
  app.post(ECHO_PATH, limited(LIMITS), async (context) => {
    if (!echo.isOn) return context.notFound();
    return await answer(context, echo);
  });
}

async function answer(
  context: Context<SiteEnv>,
  echo: EchoBackend,
): Promise<Response> {
  const { address } = context.env;
  const { success, output } = safeParse(QUESTION, await json(context));
  if (!success || !output.ports.every((port) => echo.isPort(port))) {
    return context.json({ error: "a nonce and ports of relays" }, 400);
  }
  try {
    const found = await echo.look(address, output.nonce, output.ports);
    if (!found) {
      return context.json({ error: "nothing connects to this address" }, 403);
    }
    const challenge = output.challenge
      ? { challenge: await echo.challenge(address, output.nonce) ?? null }
      : {};
    return context.json({
      address,
      ports: Object.fromEntries(found),
      ...challenge,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { retryAfterSeconds = RETRY_SECONDS } = error.detail;
    return context.json({ error: error.message }, 429, {
      "retry-after": String(retryAfterSeconds),
    });
  }
}

async function json({ req }: Context<SiteEnv>): Promise<unknown> {
  try {
    return JSON.parse(await readText(req.raw, LIMITS.bodyOctets));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
