/**
 * `POST /new`: an account for an app, a script or the form of the page.
 *
 * Delta Chat posts without body or headers, follows no redirect and shows the
 * `reason` of an error.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { loginLink } from "../accounts/login_link.ts";
import { isLoopback } from "../base/peer_address.ts";
import { Refusal } from "../base/refusal.ts";
import { readText } from "../http/body.ts";
import { accountPage, signUpPage } from "./pages.ts";
import { type HttpRefusal, httpRefusalFor } from "./refusals.ts";
import type {
  NewAccount,
  RegistrationRequest,
  SiteBackend,
  SiteEnv,
} from "./site.ts";
import type { ErrorJson, NewAccountJson } from "./types.ts";

/** The last ones are in QR codes that other relays have printed. */
const PATHS = ["/new", "/new_email", "/cgi-bin/newemail.py"];
const MAX_BODY_OCTETS = 4096;
const MAX_FIELD_LENGTH = 1024;

const FOREIGN_ORIGIN: HttpRefusal = {
  status: 403,
  code: "origin_not_allowed",
  text: "This page may not create accounts here",
};

export function newAccountRoutes(
  app: Hono<SiteEnv>,
  backend: SiteBackend,
): void {
  for (const path of PATHS) {
    app.post(path, (context) => create(context, backend));
    app.get(path, (context) => lookAt(context, backend));
    app.options(
      path,
      (context) =>
        isForeign(context.req.raw, backend)
          ? context.body(null, 403)
          : context.body(null, 204, { allow: "GET, HEAD, POST, OPTIONS" }),
    );
    app.all(path, (context) =>
      context.json(
        errorJson({
          status: 405,
          code: "method_not_allowed",
          text: "Method not allowed",
        }),
        405,
        { allow: "GET, HEAD, POST, OPTIONS" },
      ));
  }
}

/** Never creates: link previews and scanners look too. */
function lookAt(
  context: Context<SiteEnv>,
  backend: SiteBackend,
): Response {
  const { links, publicUrl } = backend.facts();
  const accept = context.req.header("accept") ?? "";
  if (!accept.includes("text/html") && links.publiclyTrusted) {
    return context.redirect(`dcaccount:${publicUrl}/new`, 302);
  }
  const page = signUpPage(context.req.raw, backend);
  page.headers.set("x-robots-tag", "noindex, nofollow");
  return page;
}

async function create(
  context: Context<SiteEnv>,
  backend: SiteBackend,
): Promise<Response> {
  const request = context.req.raw;
  const page = (context.req.header("accept") ?? "").includes("text/html");
  try {
    if (isForeign(request, backend)) return refuse(FOREIGN_ORIGIN);
    if (!context.env.secure && !isLoopback(context.env.address)) {
      throw new Refusal("tls_required");
    }
    const fields = await readFields(request);
    const account = await backend.register({
      ...fields,
      peerAddress: context.env.address,
    });
    return page
      ? accountPage(backend, account)
      : json(200, accountJson(account, backend));
  } catch (error) {
    const refusal = httpRefusalFor(error);
    if (refusal.status === 500) throw error;
    const wait = error instanceof Refusal
      ? error.detail.retryAfterSeconds
      : undefined;
    return refuse(refusal, wait);
  }

  function refuse(refusal: HttpRefusal, wait?: number): Response {
    const response = page
      ? signUpPage(request, backend, refusal)
      : json(refusal.status, errorJson(refusal));
    if (refusal.status === 429 || refusal.status === 503) {
      response.headers.set("retry-after", String(wait ?? 60));
    }
    return response;
  }
}

type Fields = Omit<RegistrationRequest, "peerAddress">;

/** From the query, else from a JSON or form body. */
async function readFields(request: Request): Promise<Fields> {
  const query = new URL(request.url).searchParams;
  const text = await readText(request, MAX_BODY_OCTETS);
  const type = request.headers.get("content-type") ?? "";
  const body = type.includes("json")
    ? parseJson(text)
    : new Map(new URLSearchParams(type.includes("form") ? text : ""));
  const token = query.get("token") ?? query.get("t") ?? body.get("token");
  return {
    ...field("token", token),
    ...field("username", body.get("username")),
    ...field("password", body.get("password"), (text) => text),
  };
}

function parseJson(text: string): ReadonlyMap<string, unknown> {
  if (text.trim() === "") return new Map();
  const value: unknown = JSON.parse(text); // throws SyntaxError: 400
  if (typeof value !== "object" || value === null) {
    throw new SyntaxError("Cannot read the body: it is not an object");
  }
  return new Map(Object.entries(value));
}

/** Empty fields of a form count as absent; anything but text is unreadable. */
function field(
  name: keyof Fields,
  value: unknown,
  clean = (text: string) => text.trim(),
): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== "string" || value.length > MAX_FIELD_LENGTH) {
    throw new SyntaxError(`Cannot read ${name}`);
  }
  const cleaned = clean(value);
  return cleaned === "" ? {} : { [name]: cleaned };
}

/**
 * A browser tells which page asks; apps and scripts do not. Since our pages send
 * no referrer, their forms have the origin "null", and it is Sec-Fetch-Site that
 * tells them from a stranger's.
 */
function isForeign(request: Request, backend: SiteBackend): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = request.headers.get("origin");
  if (origin === null) return false;
  const asked = new URL(request.url).host;
  const from = URL.parse(origin)?.host;
  return from === undefined ||
    (from !== asked && !backend.facts().hosts.includes(from));
}

function accountJson(
  { address, password }: NewAccount,
  backend: SiteBackend,
): NewAccountJson {
  return {
    email: address,
    password,
    dclogin_url: loginLink(address, password, backend.facts().links),
  };
}

function errorJson({ text, code }: HttpRefusal): ErrorJson {
  return { error: text, reason: text, code };
}

function json(status: number, value: NewAccountJson | ErrorJson): Response {
  return Response.json(value, {
    status,
    headers: { "cache-control": "no-store" },
  });
}
