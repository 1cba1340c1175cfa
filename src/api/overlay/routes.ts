/**
 * Files of the operator's site that the program has no route for, and those of
 * the program under names that stay.
 *
 * @module
 */
import type { Hono } from "hono";
import { stableFile } from "../assets.ts";
import { ownPage } from "../pages/render.ts";
import { visitOf } from "../pages/visit.ts";
import type { SiteBackend, SiteEnv } from "../site_backend.ts";
import { STABLE_ASSETS } from "./built_in.ts";
import { translations, TRANSLATIONS_PATH } from "./translations.ts";

export function overlayRoutes(app: Hono<SiteEnv>, backend: SiteBackend): void {
  const { overlay } = backend;
  if (overlay) {
    app.get("*", async (context, next) => {
      const request = context.req.raw;
      const { pathname } = new URL(request.url);
      const own = overlay.ownPageAt(pathname);
      if (own !== undefined) {
        return ownPage(visitOf(request, backend, context.env), own);
      }
      return await overlay.file(request) ?? await next();
    });
  }
  for (const [stable, name] of Object.entries(STABLE_ASSETS)) {
    app.get(`/${stable}`, (context) => stableFile(name, context.req.raw));
  }
  app.get(
    TRANSLATIONS_PATH,
    (context) => translations(visitOf(context.req.raw, backend, context.env)),
  );
  app.get(
    "/favicon.ico",
    (context) => stableFile(STABLE_ASSETS["logo.svg"], context.req.raw),
  );
  const stable = Object.keys(STABLE_ASSETS).map((name) => `/${name}`);
  for (const path of [...stable, TRANSLATIONS_PATH, "/favicon.ico"]) {
    app.all(path, () => onlyRead());
  }
  if (overlay) {
    app.all("*", async ({ req }, next) => {
      const isThere = overlay.isThere(new URL(req.url).pathname);
      return isThere ? onlyRead() : await next();
    });
  }
}

/** To another method than GET and HEAD (RFC 9110 §15.5.6). */
function onlyRead(): Response {
  return new Response("Method not allowed\n", {
    status: 405,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "allow": "GET, HEAD",
    },
  });
}
