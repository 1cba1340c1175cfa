/**
 * `/account`: what people do with their own account in a browser, with or
 * without scripts, whether mail over HTTP is on or not. Each form carries the
 * address and password, so nothing is kept between two of them.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { Refusal } from "../../base/refusal.ts";
import { secretOfText } from "../../base/secret.ts";
import { readText } from "../../http/body.ts";
import { parseForm } from "../../http/form.ts";
import { limited } from "../../http/route_limits.ts";
import { isForeign } from "../foreign.ts";
import { shownRefusal } from "../pages/refusal_text.ts";
import { page } from "../pages/render.ts";
import { type Visit, visitOf } from "../pages/visit.ts";
import { type HttpRefusal, httpRefusalFor } from "../refusals.ts";
import type { SiteBackend, SiteEnv } from "../site_backend.ts";
import type { Admission } from "./admission.ts";
import { faultFor } from "./faults.ts";

const ACCOUNT_PATH = "/account";
const LIMITS = { bodyOctets: 4096, bodyMs: 30_000 };
const MAX_FIELD = 1024;

const FOREIGN: HttpRefusal = {
  status: 403,
  code: "origin_not_allowed",
  text: "This page may not do that here",
};

const WRONG_METHOD = "Method not allowed\n";

interface Site {
  readonly backend: SiteBackend;
  readonly admission: Admission;
}

export function accountPageRoutes(app: Hono<SiteEnv>, site: Site): void {
  app.get(ACCOUNT_PATH, (context) => shown(visitOfContext(context, site)));
  app.post(
    ACCOUNT_PATH,
    limited(LIMITS),
    async (context) => {
      const visit = visitOfContext(context, site);
      try {
        return await changed(visit, site);
      } catch (error) {
        return failed(visit, site, error);
      }
    },
  );
  app.all(
    ACCOUNT_PATH,
    (context) => context.text(WRONG_METHOD, 405, { allow: "GET, HEAD, POST" }),
  );
}

function visitOfContext(context: Context<SiteEnv>, { backend }: Site): Visit {
  return visitOf(context.req.raw, backend, context.env);
}

/** @throws {Refusal | SyntaxError | MultipartForm} */
async function changed(visit: Visit, site: Site): Promise<Response> {
  const { request, peer } = visit;
  const { admission, backend } = site;
  if (isForeign(request, backend)) return refused(visit, FOREIGN);
  if (!admission.backend.isSafe(peer)) {
    throw new Refusal("tls_required");
  }
  const form = parseForm(
    await readText(request, LIMITS.bodyOctets),
    request.headers.get("content-type") ?? "",
  );
  const field = (name: string) => {
    const text = form.get(name) ?? "";
    if (text.length <= MAX_FIELD) return text;
    throw new SyntaxError(`Cannot read ${name}`);
  };
  const address = field("address").trim();
  const login = await admission.backend.login(
    address,
    secretOfText(field("password")),
    peer,
  );
  admission.countChange(login);
  const account = admission.backend.account(login, peer);
  if (field("action") === "delete") {
    if (field("sure") !== "yes") throw new SyntaxError("Not confirmed");
    await account.remove();
    return shown(visit, { Done: "deleted" });
  }
  await account.setPassword(field("new_password"));
  return shown(visit, { Address: address, Done: "changed" });
}

function failed(visit: Visit, { backend }: Site, error: unknown): Response {
  if (error instanceof Refusal) backend.countRefusal(error.code);
  const fault = error instanceof Refusal ? undefined : faultFor(error);
  const refusal = fault
    ? httpRefusalFor(
      new Refusal("too_many_requests", {
        ...(fault.retryAfterSeconds !== undefined &&
          { retryAfterSeconds: fault.retryAfterSeconds }),
      }),
    )
    : httpRefusalFor(error);
  if (refusal.status === 500) throw error;
  return refused(visit, refusal);
}

function refused(visit: Visit, refusal: HttpRefusal): Response {
  const { words, facts } = visit;
  const Problem = shownRefusal(refusal, words, facts.rules);
  const response = shown(visit, { Problem }, refusal.status);
  if (refusal.retryAfterSeconds !== undefined) {
    response.headers.set("retry-after", String(refusal.retryAfterSeconds));
  }
  return response;
}

interface Shown {
  readonly Address?: string;
  readonly Problem?: string;
  readonly Done?: string;
}

function shown(visit: Visit, values: Shown = {}, status = 200): Response {
  const OwnAccount = { Address: "", Problem: "", Done: "", ...values };
  const response = page(visit, "own_account", { OwnAccount }, { status });
  response.headers.set("x-robots-tag", "noindex, nofollow");
  return response;
}
