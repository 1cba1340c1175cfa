/**
 * `POST /new`: an account for an app, a script or the form of the page.
 *
 * Delta Chat posts without body or headers, follows no redirect and shows the
 * `reason` of an error. A form is answered by the address of a page that shows
 * the account once, so that reading it again makes no second one.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { loginLink } from "../accounts/login_link.ts";
import { Refusal } from "../base/refusal.ts";
import { readText } from "../http/body.ts";
import { parseForm } from "../http/form.ts";
import { limited } from "../http/route_limits.ts";
import { domain } from "../mail/address.ts";
import { isForeign as isForeignPage } from "./foreign.ts";
import type { OneTimePages } from "./one_time_pages.ts";
import {
  accountPage,
  isSafe,
  messagePage,
  signUpPage,
  tokenOf,
  type TypedFields,
} from "./pages.ts";
import { refusalText } from "./pages/refusal_text.ts";
import { type Visit, visitOf } from "./pages/visit.ts";
import { type HttpRefusal, httpRefusalFor } from "./refusals.ts";
import type { NewAccount, SiteBackend, SiteEnv } from "./site_backend.ts";
import type { ErrorJson, NewAccountJson } from "./types.ts";
import { isListed, preflight, withCors } from "./webmail/cors.ts";

/** The last ones are in QR codes that other relays have printed. */
export const SIGN_UP_PATHS: readonly string[] = [
  "/new",
  "/new_email",
  "/cgi-bin/newemail.py",
];
/** A form is sent at once; a password may take its time to be hashed. */
const LIMITS = { bodyOctets: 4096, bodyMs: 30_000 };
const MAX_FIELD_LENGTH = 1024;
/** Whatever fits into a request. */
const MAX_TOKEN = Infinity;

const FOREIGN_ORIGIN: HttpRefusal = {
  status: 403,
  code: "origin_not_allowed",
  text: "This page may not create accounts here",
};
const SHOWN: HttpRefusal = {
  status: 404,
  code: "not_found",
  text: "There is no such account page: each is shown once, for five minutes",
};
const WRONG_METHOD: HttpRefusal = {
  status: 405,
  code: "method_not_allowed",
  text: "Method not allowed",
};

interface Site {
  readonly backend: SiteBackend;
  readonly pages: OneTimePages;
  /** Of web pages elsewhere that may create accounts. */
  corsOrigins(): readonly string[];
}

export function newAccountRoutes(app: Hono<SiteEnv>, site: Site): void {
  for (const path of SIGN_UP_PATHS) {
    app.post(path, limited(LIMITS), async (context) => {
      const response = await create(context, site);
      withCors(response, context.req.raw, site.corsOrigins());
      return response;
    });
    app.get(path, (context) => lookAt(context, site.backend));
    app.options(
      path,
      (context) =>
        isForeign(context.req.raw, site)
          ? context.body(null, 403, { vary: "Origin" })
          : allowed(context.req.raw, site),
    );
    app.all(path, ({ req: { raw: request } }) => {
      const response = wrongMethod("GET, HEAD, POST, OPTIONS");
      withCors(response, request, site.corsOrigins());
      return response;
    });
  }
  app.get("/new/:key", (context) => show(context, site));
  app.all("/new/:key", () => wrongMethod("GET, HEAD"));
}

/** Of a page that is neither ours nor listed. */
function isForeign(
  request: Request,
  { backend, corsOrigins }: Site,
): boolean {
  const origin = request.headers.get("origin");
  return (origin === null || !isListed(origin, corsOrigins())) &&
    isForeignPage(request, backend);
}

function allowed(request: Request, { corsOrigins }: Site): Response {
  const response = preflight(request, corsOrigins());
  const answer = response.status === 204
    ? response
    : new Response(null, { status: 204 });
  answer.headers.set("allow", "GET, HEAD, POST, OPTIONS");
  withCors(answer, request, corsOrigins());
  return answer;
}

/** Never creates: link previews and scanners look too. */
function lookAt(
  context: Context<SiteEnv>,
  backend: SiteBackend,
): Response {
  const visit = visitOf(context.req.raw, backend, context.env);
  const { links, publicUrl } = visit.facts;
  if (!isBrowser(context) && links.publiclyTrusted) {
    const { token } = tokenOf(visit.url);
    const query = token ? `?token=${encodeURIComponent(token)}` : "";
    return context.redirect(`dcaccount:${publicUrl}/new${query}`, 302);
  }
  return unlisted(signUpPage(visit, "new"));
}

/** The account that a form has made, once. */
function show(
  context: Context<SiteEnv, "/new/:key">,
  { backend, pages }: Site,
): Response {
  // what only asks for the header shows nobody anything
  const account = context.req.raw.method === "HEAD"
    ? undefined
    : pages.take(context.req.param("key"));
  const visit = visitOf(context.req.raw, backend, context.env);
  if (account) {
    // of the domain that it was made in, whatever name the page is asked by
    const facts = backend.facts(domain(account.address));
    return unlisted(accountPage({ ...visit, facts }, account));
  }
  if (!isBrowser(context)) return json(SHOWN.status, errorJson(SHOWN));
  return unlisted(messagePage(visit, {
    status: SHOWN.status,
    title: visit.words.t("shown_title"),
    text: visit.words.t("shown_text"),
  }));
}

async function create(
  context: Context<SiteEnv>,
  site: Site,
): Promise<Response> {
  const { backend, pages } = site;
  const request = context.req.raw;
  const visit = visitOf(request, backend, context.env);
  const { facts } = visit;
  let typed: TypedFields = {};
  try {
    if (isForeign(request, site)) return refuse(FOREIGN_ORIGIN);
    if (!isSafe(facts, context.env)) throw new Refusal("tls_required");
    typed = await readFields(request);
    const account = await backend.register({
      ...typed,
      peerAddress: context.env.address,
      domain: facts.domain,
    });
    if (!isBrowser(context)) return json(200, accountJson(account, backend));
    context.header("cache-control", "no-store");
    return context.redirect(`/new/${pages.keep(account)}`, 303);
  } catch (error) {
    if (error instanceof Refusal) backend.countRefusal(error.code);
    const refusal = httpRefusalFor(error);
    if (refusal.status === 500) throw error;
    return refuse(refusal);
  }

  function refuse(refusal: HttpRefusal): Response {
    const response = isBrowser(context)
      ? signUpPage(visit, "new", { typed, refusal })
      : json(refusal.status, errorJson(refusal, visit));
    if (refusal.retryAfterSeconds !== undefined) {
      response.headers.set("retry-after", String(refusal.retryAfterSeconds));
    }
    return response;
  }
}

function wrongMethod(allowed: string): Response {
  const response = json(WRONG_METHOD.status, errorJson(WRONG_METHOD));
  response.headers.set("allow", allowed);
  return response;
}

function isBrowser(context: Context<SiteEnv>): boolean {
  return (context.req.header("accept") ?? "").includes("text/html");
}

function unlisted(page: Response): Response {
  page.headers.set("x-robots-tag", "noindex, nofollow");
  return page;
}

/** From the query, else from a JSON or form body. */
async function readFields(request: Request): Promise<TypedFields> {
  const query = new URL(request.url).searchParams;
  const text = await readText(request, LIMITS.bodyOctets);
  const type = request.headers.get("content-type")?.toLowerCase() ?? "";
  const body = type.includes("json")
    ? parseJson(text)
    : parseForm(type.includes("form") ? text : "", type);
  const token = query.get("token") ?? query.get("t") ?? body.get("token");
  return {
    // one that is too long is one that nobody has
    ...field("token", token, { most: MAX_TOKEN }),
    ...field("username", body.get("username")),
    ...field("password", body.get("password"), { clean: (text) => text }),
  };
}

function parseJson(text: string): ReadonlyMap<string, unknown> {
  if (text.trim() === "") return new Map();
  const value: unknown = JSON.parse(text); // throws SyntaxError: 400
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("Cannot read the body: it is not an object");
  }
  return new Map(Object.entries(value));
}

/** Empty fields of a form count as absent; anything but text is unreadable. */
function field(
  name: keyof TypedFields,
  value: unknown,
  { clean = (text: string) => text.trim(), most = MAX_FIELD_LENGTH } = {},
): TypedFields {
  if (value === undefined || value === null) return {};
  if (typeof value !== "string" || value.length > most) {
    throw new SyntaxError(`Cannot read ${name}`);
  }
  const cleaned = clean(value);
  return cleaned === "" ? {} : { [name]: cleaned };
}

function accountJson(
  { address, password }: NewAccount,
  backend: SiteBackend,
): NewAccountJson {
  return {
    email: address,
    password,
    dclogin_url: loginLink(
      address,
      password,
      backend.facts(domain(address)).links,
    ),
  };
}

/** In the language that is asked for: Delta Chat shows it to people. */
function errorJson(refusal: HttpRefusal, visit?: Visit): ErrorJson {
  const text = visit
    ? refusalText(refusal, visit.words, visit.facts.rules)
    : refusal.text;
  return { error: text, reason: text, code: refusal.code };
}

function json(status: number, value: NewAccountJson | ErrorJson): Response {
  return Response.json(value, {
    status,
    headers: { "cache-control": "no-store" },
  });
}
