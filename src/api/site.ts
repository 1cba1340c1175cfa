/**
 * The public site: landing page, account creation, autoconfig.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import type { AdminApi } from "./admin/admin_api.ts";
import type { Clock, Timers } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { MTA_STS_PATH } from "../federation/published/mta_sts_policy.ts";
import type { Serving } from "../federation/exchange/serve/serving.ts";
import type { HttpHandler } from "../http/peer.ts";
import { STATIC_FILES, staticFile } from "./assets.ts";
import { AUTOCONFIG_PATHS, autoconfigXml } from "./autoconfig.ts";
import { browserClientRoutes } from "./browser_client/routes.ts";
import { closedSite } from "./closed/closed_site.ts";
import { downloadPaths, downloadRoutes } from "./downloads.ts";
import { echoRoutes } from "./doctor/echo.ts";
import { exchangerRoutes } from "./exchanger/exchanger.ts";
import { GUIDE_PATHS, guideRoutes } from "./guide/routes.ts";
import { movedToHttps, securityHeaders } from "./headers.ts";
import type { MxdelivBackend } from "./mxdeliv/backend.ts";
import { mxdelivRoutes } from "./mxdeliv/mxdeliv.ts";
import { newAccountRoutes } from "./new_account.ts";
import { OneTimePages } from "./one_time_pages.ts";
import { overlayRoutes } from "./overlay/routes.ts";
import { signUpPage } from "./pages.ts";
import { refusalPage } from "./pages/refusal_page.ts";
import { page } from "./pages/render.ts";
import { INVITE_PREFIX, PAGE_PATHS, pageRoutes } from "./pages/routes.ts";
import { visitOf } from "./pages/visit.ts";
import { isReadablePath } from "./path_check.ts";
import { type HttpRefusal, NO_SUCH_PATH } from "./refusals.ts";
import type { SharingBackend } from "./sharing/backend.ts";
import { EditKeys } from "./sharing/edit_keys.ts";
import { shareRoutes, sharingRoutes } from "./sharing/routes.ts";
import type { SiteBackend, SiteEnv } from "./site_backend.ts";
import type { Admission } from "./webmail/admission.ts";
import { accountPageRoutes } from "./webmail/account_page.ts";
import { webmailRoutes } from "./webmail/routes.ts";

export interface SiteParts {
  readonly backend: SiteBackend;
  /** Absent: there is none. */
  readonly adminApi?: Pick<AdminApi, "answer">;
  /** Contact links. */
  readonly sharing: SharingBackend;
  /** Mail of other servers. */
  readonly mail: MxdelivBackend;
  readonly serving: Serving;
  /** Of mail over HTTP. */
  readonly webmail: Admission;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  readonly random: Random;
}

export function site(parts: SiteParts): HttpHandler {
  const whole = new WeakMap<Request, Response>();
  const app = siteRoutes(parts, (request, response) => {
    if (request.method === "HEAD") whole.set(request, response);
  });
  // Hono drops the body for HEAD, of which the server has yet to tell the fields
  return async (request, exchange) => {
    const response = await app.fetch(request, exchange);
    return whole.get(request) ?? response;
  };
}

/** Everything that there is. @param onAnswer told of each, as it is for GET */
export function siteRoutes(
  { backend, sharing, adminApi, mail, serving, webmail, clock, timers, random }:
    SiteParts,
  onAnswer: (request: Request, response: Response) => void = () => {},
): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>();
  app.onError((error) => {
    throw error; // the server answers and reports it; Hono would print it
  });
  app.use(async (context, next) => {
    await next();
    onAnswer(context.req.raw, context.res);
  });
  app.use(securityHeaders(backend));
  app.use(async (context, next) => {
    const { pathname } = new URL(context.req.url);
    // whatever is wrong with an invitation looks the same
    return pathname.startsWith(INVITE_PREFIX) || isReadablePath(pathname)
      ? await next()
      : unreadable(pathname);
  });
  if (adminApi) {
    // before all else, so that no other path can hide it
    app.use(async (context, next) =>
      await adminApi.answer(context.req.raw, context.env) ?? await next()
    );
  }
  app.use(movedToHttps(backend));
  closedSite(app, backend, (context) => notFound(context, backend));
  mxdelivRoutes(app, { backend: mail, clock, timers });
  exchangerRoutes(app, serving);
  webmailRoutes(app, webmail);
  echoRoutes(app, backend.echo);
  browserClientRoutes(app, {
    isOn: (host) => backend.facts(host).web.webClient,
    isOwn: (host) => backend.facts(host).hosts.includes(host),
    isSafe: (peer) => webmail.backend.isSafe(peer),
    title: (host) => backend.facts(host).domain,
  });
  for (const path of AUTOCONFIG_PATHS) {
    app.get(path, (context) => {
      const { hostname } = new URL(context.req.url);
      const { autoconfig, domain, services } = backend.facts(hostname);
      if (!autoconfig) return context.notFound();
      const kind = backend.stealth().mode === "off" ? "chatmail" : "mail";
      return context.body(autoconfigXml(domain, kind, services), 200, {
        "content-type": "application/xml; charset=utf-8",
        "cache-control": "public, max-age=3600",
      });
    });
  }
  app.get(MTA_STS_PATH, (context) => {
    const { hostname } = new URL(context.req.url);
    const policy = backend.mtaStsPolicy(hostname);
    return policy === undefined
      ? context.notFound()
      : context.text(policy, 200, { "cache-control": "no-cache" });
  });
  app.get(
    "/robots.txt",
    (context) => context.text("User-agent: *\nDisallow: /\n"),
  );
  app.get("*", async (context, next) => {
    const wait = backend.pageWait(context.env.address);
    if (wait === 0) return await next();
    return context.text("Too many requests\n", 429, {
      "retry-after": String(wait),
    });
  });
  accountPageRoutes(app, { backend, admission: webmail });
  newAccountRoutes(app, {
    backend,
    pages: new OneTimePages(clock, random),
    corsOrigins: () => webmail.backend.options().corsOrigins,
  });
  for (const path of ["/", "/index.html"]) {
    app.get(
      path,
      (context) =>
        signUpPage(visitOf(context.req.raw, backend, context.env), "index"),
    );
  }
  pageRoutes(app, { backend, clock });
  guideRoutes(app, backend);
  const links = {
    backend,
    sharing,
    clock,
    editKeys: new EditKeys(sharing, clock),
  };
  sharingRoutes(app, links);
  for (const path of Object.keys(STATIC_FILES)) {
    app.get(path, (context) => staticFile(path, context.req.raw));
  }
  const { downloads } = backend;
  if (downloads) {
    const isHidden = () =>
      backend.stealth().mode !== "off" ||
      backend.facts("").web.programPath === "";
    downloadRoutes(app, downloads, { clock, isHidden });
  }
  allowedMethods(app, backend, downloads ? downloadPaths(downloads) : []);
  overlayRoutes(app, backend);
  shareRoutes(app, links);
  app.notFound((context) => notFound(context, backend));
  return app;
}

const WRONG_METHOD: HttpRefusal = {
  status: 405,
  code: "method_not_allowed",
  text: "This page can only be read",
};

/** A known path with another method: 405 with what is allowed (RFC 9110 §15.5.6). */
function allowedMethods(
  app: Hono<SiteEnv>,
  backend: SiteBackend,
  more: readonly string[],
): void {
  const paths = [
    "/",
    "/index.html",
    "/robots.txt",
    MTA_STS_PATH,
    ...PAGE_PATHS,
    ...GUIDE_PATHS,
    ...AUTOCONFIG_PATHS,
    ...more,
  ];
  for (const path of [...paths, ...Object.keys(STATIC_FILES)]) {
    app.all(
      path,
      ({ req: { raw: request }, env }) => {
        const answer = request.headers.get("accept")?.includes("text/html")
          ? refusalPage(visitOf(request, backend, env), WRONG_METHOD)
          : new Response("Method not allowed\n", {
            status: WRONG_METHOD.status,
            headers: { "content-type": "text/plain; charset=utf-8" },
          });
        answer.headers.set("allow", "GET, HEAD");
        return answer;
      },
    );
  }
}

/** Where only programs ask. */
const JSON_PATHS = /^\/(?:new|webimap|websmtp)(?:\/|$)/;

function unreadable(pathname: string): Response {
  if (JSON_PATHS.test(pathname)) {
    const error = "bad request";
    return Response.json({ error, reason: error, code: "bad_request" }, {
      status: 400,
    });
  }
  return new Response("Bad request\n", {
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

function notFound(
  { req: { raw: request }, env }: Context<SiteEnv>,
  backend: SiteBackend,
): Response {
  if (JSON_PATHS.test(new URL(request.url).pathname)) {
    return Response.json(NO_SUCH_PATH, { status: 404 });
  }
  const accept = request.headers.get("accept") ?? "";
  if (!accept.includes("text/html")) {
    return new Response("Not found\n", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }
  return page(visitOf(request, backend, env), "404", {}, { status: 404 });
}
