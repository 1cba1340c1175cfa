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
import { downloadPaths, downloadRoutes } from "./downloads.ts";
import { echoRoutes } from "./doctor/echo.ts";
import { exchangerRoutes } from "./exchanger/exchanger.ts";
import { GUIDE_PATHS, guideRoutes } from "./guide/routes.ts";
import { securityHeaders } from "./headers.ts";
import type { MxdelivBackend } from "./mxdeliv/backend.ts";
import { mxdelivRoutes } from "./mxdeliv/mxdeliv.ts";
import { newAccountRoutes } from "./new_account.ts";
import { OneTimePages } from "./one_time_pages.ts";
import { overlayRoutes } from "./overlay/routes.ts";
import { signUpPage } from "./pages.ts";
import { page } from "./pages/render.ts";
import { PAGE_PATHS, pageRoutes } from "./pages/routes.ts";
import { visitOf } from "./pages/visit.ts";
import { NO_SUCH_PATH } from "./refusals.ts";
import type { SharingBackend } from "./sharing/backend.ts";
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
  const app = siteRoutes(parts);
  return (request, exchange) => app.fetch(request, exchange);
}

/** Everything that there is. */
export function siteRoutes(
  { backend, sharing, adminApi, mail, serving, webmail, clock, timers, random }:
    SiteParts,
): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>();
  app.onError((error) => {
    throw error; // the server answers and reports it; Hono would print it
  });
  app.use(securityHeaders(backend));
  if (adminApi) {
    // before all else, so that no other path can hide it
    app.use(async (context, next) =>
      await adminApi.answer(context.req.raw, context.env) ?? await next()
    );
  }
  mxdelivRoutes(app, { backend: mail, clock, timers });
  exchangerRoutes(app, serving);
  webmailRoutes(app, webmail);
  echoRoutes(app, backend.echo);
  browserClientRoutes(app, {
    isOn: (host) => backend.facts(host).web.webClient,
    isSafe: (host, peer) => webmail.backend.isSafe(host, peer),
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
  sharingRoutes(app, { backend, sharing, clock });
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
  allowedMethods(app, downloads ? downloadPaths(downloads) : []);
  overlayRoutes(app, backend);
  shareRoutes(app, { backend, sharing, clock });
  app.notFound((context) => notFound(context, backend));
  return app;
}

/** A known path with another method: 405 with what is allowed (RFC 9110 §15.5.6). */
function allowedMethods(
  app: Hono<SiteEnv>,
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
      (context) =>
        context.text("Method not allowed\n", 405, { allow: "GET, HEAD" }),
    );
  }
}

/** Where only programs ask. */
const JSON_PATHS = /^\/(?:new|webimap|websmtp)\//;

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
