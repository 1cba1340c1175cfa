/**
 * Contact links: the form, making one, looking at one, changing one's own.
 *
 * The address of a link is the last thing that a path can be: `/{slug}` comes
 * after all other routes.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { limitKey } from "../../base/peer_address.ts";
import { Refusal } from "../../base/refusal.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import { readText } from "../../http/body.ts";
import { parseForm } from "../../http/form.ts";
import { limited } from "../../http/route_limits.ts";
import { parseInvite, webForm } from "../../sharing/invite.ts";
import type { Share } from "../../sharing/shares.ts";
import { isSlug } from "../../sharing/slug.ts";
import { isForeign } from "../foreign.ts";
import { qrImage } from "../pages/qr_image.ts";
import { refusalText, shownRefusal } from "../pages/refusal_text.ts";
import { page } from "../pages/render.ts";
import { type Visit, visitOf } from "../pages/visit.ts";
import { isSafe } from "../pages.ts";
import { type HttpRefusal, httpRefusalFor } from "../refusals.ts";
import type { SiteEnv } from "../site_backend.ts";
import type { ErrorJson } from "../types.ts";
import { editPageRoutes } from "./edit_page.ts";
import { FOREIGN_ORIGIN, LIMITS } from "./requests.ts";
import type { SharingSite } from "./site.ts";
import { contactVariables, linkOf } from "./variables.ts";

const PER_ADDRESS_SECONDS = 600;
const ALL = { burst: 200, perSecond: 200 / 86_400 };
const KEY_FIELD = "x-edit-key";
const QR_PATH = "/qr/:file{[\\w-]+\\.svg}";
const VIEW_CACHING = "private, max-age=60";

interface Buckets {
  readonly made: TokenBuckets;
  readonly all: TokenBuckets;
}

type Asked = Context<SiteEnv>;

export function sharingRoutes(app: Hono<SiteEnv>, site: SharingSite): void {
  const { backend, sharing, clock } = site;
  const buckets: Buckets = {
    made: new TokenBuckets(clock, () => ({
      burst: sharing.perTenMinutes(),
      perSecond: sharing.perTenMinutes() / PER_ADDRESS_SECONDS,
    })),
    all: new TokenBuckets(clock, () => ALL),
  };
  const visiting = (context: Asked) =>
    visitOf(context.req.raw, backend, context.env);
  for (const path of ["/share", "/contact_share.html"]) {
    app.get(
      path,
      (context) =>
        sharing.isOn()
          ? page(visiting(context), "contact_share", {}, {
            caching: "no-cache",
          })
          : context.notFound(),
    );
  }
  app.post(
    "/share",
    limited(LIMITS),
    async (context) =>
      sharing.isOn()
        ? await create(context, site, buckets)
        : await context.notFound(),
  );
  app.all(
    "/share",
    (context) =>
      sharing.isOn()
        ? wrongMethod(context, "GET, HEAD, POST")
        : context.notFound(),
  );
  app.all(
    "/contact_share.html",
    (context) =>
      sharing.isOn() ? wrongMethod(context, "GET, HEAD") : context.notFound(),
  );
  editPageRoutes(app, site);
  app.get(QR_PATH, (context) => {
    const slug = context.req.param("file").slice(0, -".svg".length);
    const share = sharing.isOn() && sharing.shares.shown(slug);
    if (!share) return context.notFound();
    const { facts } = visiting(context);
    return new Response(qrImage(linkOf(facts, share)), {
      headers: {
        "content-type": "image/svg+xml",
        "cache-control": VIEW_CACHING,
      },
    });
  });
  app.all(
    QR_PATH,
    async (context, next) =>
      sharing.isOn() ? wrongMethod(context, "GET, HEAD") : await next(),
  );
}

/** After all other routes. */
export function shareRoutes(app: Hono<SiteEnv>, site: SharingSite): void {
  const { sharing } = site;
  app.all("/:slug", limited(LIMITS), async (context) => {
    const slug = context.req.param("slug");
    const share = sharing.isOn() && isSlug(slug)
      ? sharing.shares.shown(slug)
      : undefined;
    if (!share) return await context.notFound();
    switch (context.req.raw.method) {
      case "GET":
      case "HEAD":
        return look(context, site, share);
      case "POST":
      case "DELETE":
        return await change(context, site, share);
      default:
        return wrongMethod(context, "GET, HEAD, POST, DELETE");
    }
  });
}

function look(
  context: Asked,
  { backend, sharing }: SharingSite,
  share: Share,
): Response {
  const visit = visitOf(context.req.raw, backend, context.env);
  if (context.req.raw.method === "GET") sharing.shares.count(share.slug);
  if (asksJson(context)) {
    return Response.json({
      slug: share.slug,
      name: share.name,
      kind: share.kind,
      openpgp4fpr: share.url,
      invite_link: webForm(share.url),
    }, {
      headers: {
        ...UNLISTED,
        "cache-control": VIEW_CACHING,
        "vary": "accept",
      },
    });
  }
  const shown = page(
    visit,
    "contact_view",
    { Custom: contactVariables(visit, share) },
    { caching: VIEW_CACHING },
  );
  for (const [name, value] of Object.entries(UNLISTED)) {
    shown.headers.set(name, value);
  }
  shown.headers.append("vary", "accept");
  return shown;
}

const UNLISTED = { "x-robots-tag": "noindex, nofollow" };

async function create(
  context: Asked,
  { backend, sharing }: SharingSite,
  buckets: Buckets,
): Promise<Response> {
  const request = context.req.raw;
  const visit = visitOf(request, backend, context.env);
  let typed: ReadonlyMap<string, string> = new Map();
  try {
    if (isForeign(request, backend)) return refuse(FOREIGN_ORIGIN);
    if (!isSafe(visit.facts, context.env)) throw new Refusal("tls_required");
    typed = await readFields(request);
    parseInvite(typed.get("url") ?? ""); // who has mistyped it may try again
    takePlace(buckets, context.env.address);
    const { share, editKey } = await sharing.shares.create({
      url: typed.get("url") ?? "",
      slug: typed.get("slug") ?? "",
      name: typed.get("name") ?? "",
    });
    if (asksJson(context)) {
      return Response.json({
        slug: share.slug,
        url: share.url,
        link: linkOf(visit.facts, share),
        edit_key: editKey,
        name: share.name,
        created_at: share.createdAt,
      }, { status: 201, headers: { "cache-control": "no-store" } });
    }
    return page(visit, "contact_share_success", {
      Custom: contactVariables(visit, share, editKey),
    });
  } catch (error) {
    if (error instanceof Refusal) backend.countRefusal(error.code);
    const refusal = httpRefusalFor(error);
    if (refusal.status === 500) throw error;
    return refuse(refusal);
  }

  function refuse(refusal: HttpRefusal): Response {
    if (asksJson(context)) return refusedJson(visit, refusal);
    const response = page(visit, "contact_share", {
      Share: {
        URL: typed.get("url") ?? "",
        Name: typed.get("name") ?? "",
        Slug: typed.get("slug") ?? "",
        Problem: shownRefusal(refusal, visit.words),
      },
    }, { status: refusal.status });
    return waiting(response, refusal);
  }
}

/** By whoever has the key. */
async function change(
  context: Asked,
  { backend, sharing, editKeys }: SharingSite,
  { slug }: Share,
): Promise<Response> {
  const request = context.req.raw;
  const visit = visitOf(request, backend, context.env);
  try {
    if (isForeign(request, backend)) {
      return refusedJson(visit, FOREIGN_ORIGIN);
    }
    if (!isSafe(visit.facts, context.env)) throw new Refusal("tls_required");
    const key = request.headers.get(KEY_FIELD) ?? "";
    editKeys.check(slug, key, context.env.address);
    if (request.method === "DELETE") {
      await sharing.shares.remove(slug);
      return new Response(null, { status: 204 });
    }
    const fields = await readFields(request);
    const share = await sharing.shares.edit(slug, {
      ...field(fields, "url"),
      ...field(fields, "name"),
    });
    return Response.json({
      slug: share.slug,
      url: share.url,
      name: share.name,
      kind: share.kind,
      created_at: share.createdAt,
    }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof Refusal) backend.countRefusal(error.code);
    const refusal = httpRefusalFor(error);
    if (refusal.status === 500) throw error;
    return refusedJson(visit, refusal);
  }
}

/** @throws {Refusal} `too_many_requests` */
function takePlace({ made, all }: Buckets, address: string): void {
  const key = limitKey(address);
  const wait = Math.max(made.wait(key), all.wait(""));
  if (wait > 0) {
    throw new Refusal("too_many_requests", { retryAfterSeconds: wait });
  }
  made.take(key);
  all.take("");
}

/** Of a form, or of JSON. @throws {SyntaxError | MultipartForm} @throws {Refusal} `message_too_large` */
async function readFields(
  request: Request,
): Promise<ReadonlyMap<string, string>> {
  const text = await readText(request, LIMITS.bodyOctets);
  const type = request.headers.get("content-type")?.toLowerCase() ?? "";
  if (!type.includes("json")) return parseForm(text, type);
  const value: unknown = JSON.parse(text); // throws SyntaxError: 400
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("Cannot read the body: it is not an object");
  }
  const fields = new Map<string, string>();
  for (const name of ["url", "slug", "name"] as const) {
    const given = (value as Readonly<Record<string, unknown>>)[name];
    if (given === undefined || given === null) continue;
    if (typeof given !== "string") throw new SyntaxError(`Cannot read ${name}`);
    fields.set(name, given);
  }
  return fields;
}

function field(
  fields: ReadonlyMap<string, string>,
  name: "url" | "name",
): { readonly [N in "url" | "name"]?: string } {
  const value = fields.get(name);
  return value === undefined ? {} : { [name]: value };
}

function asksJson(context: Asked): boolean {
  const accept = context.req.header("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

function refusedJson(visit: Visit, refusal: HttpRefusal): Response {
  const text = refusalText(refusal, visit.words);
  const json: ErrorJson = { error: text, reason: text, code: refusal.code };
  return waiting(
    Response.json(json, {
      status: refusal.status,
      headers: { "cache-control": "no-store" },
    }),
    refusal,
  );
}

function waiting(response: Response, refusal: HttpRefusal): Response {
  if (refusal.retryAfterSeconds !== undefined) {
    response.headers.set("retry-after", String(refusal.retryAfterSeconds));
  }
  return response;
}

function wrongMethod(context: Asked, allow: string): Response {
  return context.text("Method not allowed\n", 405, { allow });
}
