/**
 * `/share/edit`: whoever made a contact link changes or deletes it in a
 * browser, with or without scripts. The key is in no address.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { Refusal } from "../../base/refusal.ts";
import { readText } from "../../http/body.ts";
import { parseForm } from "../../http/form.ts";
import { limited } from "../../http/route_limits.ts";
import type { Share } from "../../sharing/shares.ts";
import { isSlug } from "../../sharing/slug.ts";
import { isForeign } from "../foreign.ts";
import { shownRefusal } from "../pages/refusal_text.ts";
import { page } from "../pages/render.ts";
import { type Visit, visitOf } from "../pages/visit.ts";
import { isSafe } from "../pages.ts";
import { type HttpRefusal, httpRefusalFor } from "../refusals.ts";
import type { SiteEnv } from "../site_backend.ts";
import { FOREIGN_ORIGIN, LIMITS } from "./requests.ts";
import type { SharingSite } from "./site.ts";
import { linkOf } from "./variables.ts";

const PATH = "/share/edit";

const NO_SUCH_LINK: HttpRefusal = {
  status: 404,
  code: "not_found",
  subject: "no_such_link",
  text: "There is no short link with this ending",
};

const NOTHING_TO_CHANGE: HttpRefusal = {
  status: 400,
  code: "bad_request",
  subject: "nothing_to_change",
  text: "Enter a new invite link or a new name",
};

const NOT_CONFIRMED: HttpRefusal = {
  status: 409,
  code: "confirmation_required",
  subject: "confirmation_required",
  text: "This has to be confirmed",
};

type Asked = Context<SiteEnv>;

export function editPageRoutes(app: Hono<SiteEnv>, site: SharingSite): void {
  const { backend, sharing } = site;
  const visiting = (context: Asked) =>
    visitOf(context.req.raw, backend, context.env);
  app.get(PATH, (context) => {
    if (!sharing.isOn()) return context.notFound();
    const slug = slugOf(context.req.query("slug") ?? "");
    return shown(visiting(context), { Slug: isSlug(slug) ? slug : "" });
  });
  app.post(PATH, limited(LIMITS), async (context) => {
    if (!sharing.isOn()) return await context.notFound();
    return await changed(visiting(context), site);
  });
  app.all(
    PATH,
    (context) =>
      sharing.isOn()
        ? context.text("Method not allowed\n", 405, {
          allow: "GET, HEAD, POST",
        })
        : context.notFound(),
  );
}

async function changed(visit: Visit, site: SharingSite): Promise<Response> {
  const { backend, sharing, editKeys } = site;
  const { request, facts, peer } = visit;
  let typed: Values = {};
  try {
    if (isForeign(request, backend)) return refused(FOREIGN_ORIGIN);
    if (!isSafe(facts, peer)) throw new Refusal("tls_required");
    const form = parseForm(
      await readText(request, LIMITS.bodyOctets),
      request.headers.get("content-type") ?? "",
    );
    const field = (name: string) => (form.get(name) ?? "").trim();
    const [url, name, key] = [field("url"), field("name"), field("key")];
    const slug = slugOf(field("slug"));
    typed = { Slug: slug, Key: key, URL: url, Name: name };
    const share = isSlug(slug) ? sharing.shares.shown(slug) : undefined;
    if (!share) return refused(NO_SUCH_LINK);
    editKeys.check(slug, key, peer.address);
    if (form.get("action") === "delete") {
      if (form.get("sure") !== "yes") return refused(NOT_CONFIRMED);
      await sharing.shares.remove(slug);
      return shown(visit, { Done: "deleted" });
    }
    if (url === "" && name === "") return refused(NOTHING_TO_CHANGE);
    return done(
      await sharing.shares.edit(slug, {
        ...(url !== "" && { url }),
        ...(name !== "" && { name }),
      }),
    );
  } catch (error) {
    if (error instanceof Refusal) backend.countRefusal(error.code);
    const refusal = httpRefusalFor(error);
    if (refusal.status === 500) throw error;
    return refused(refusal);
  }

  function done(share: Share): Response {
    const Link = linkOf(facts, share);
    return shown(visit, { Slug: share.slug, Link, Done: "changed" });
  }

  function refused(refusal: HttpRefusal): Response {
    const Problem = shownRefusal(refusal, visit.words);
    const response = shown(visit, { ...typed, Problem }, refusal.status);
    if (refusal.retryAfterSeconds !== undefined) {
      response.headers.set("retry-after", String(refusal.retryAfterSeconds));
    }
    return response;
  }
}

/** Of an ending, or of the whole link. */
function slugOf(text: string): string {
  return text.trim().replace(/^.*\//, "");
}

interface Values {
  readonly Slug?: string;
  readonly Key?: string;
  readonly URL?: string;
  readonly Name?: string;
  readonly Link?: string;
  readonly Problem?: string;
  readonly Done?: string;
}

function shown(visit: Visit, values: Values, status = 200): Response {
  const OwnLink = {
    Slug: "",
    Key: "",
    URL: "",
    Name: "",
    Link: "",
    Problem: "",
    Done: "",
    ...values,
  };
  const response = page(visit, "contact_edit", { OwnLink }, { status });
  response.headers.set("x-robots-tag", "noindex, nofollow");
  return response;
}
