/** A relay without pages for people: it answers programs alone, and as programs are answered. @module */
import type { Context, Hono } from "hono";
import { INVITE_PREFIX } from "../pages/routes.ts";
import type { SiteBackend, SiteEnv } from "../site_backend.ts";
import { isForPrograms } from "./program_paths.ts";

/** Before all routes that are not to be there then. */
export function closedSite(
  app: Hono<SiteEnv>,
  backend: SiteBackend,
  notFound: (context: Context<SiteEnv>) => Response,
): void {
  app.use(async (context, next) => {
    const { hostname, pathname } = new URL(context.req.url);
    if (backend.facts(hostname).web.pages) return await next();
    // none of them has a page to show to who would rather have one
    context.req.raw.headers.delete("accept");
    if (!isForPrograms(context.req.method, pathname)) return notFound(context);
    await next();
    // what is wrong with an invitation is said on pages
    if (pathname.startsWith(INVITE_PREFIX) && context.res.status !== 200) {
      await context.res.body?.cancel();
      context.res = undefined;
      context.res = notFound(context);
    }
  });
}
