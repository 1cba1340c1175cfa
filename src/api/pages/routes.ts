/**
 * Pages that everybody may read: what this server is, what it keeps, how one
 * is made; invitations; their QR codes; whom to tell of weaknesses.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { accountLink } from "../../accounts/login_link.ts";
import type { Clock } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { signUpVariables } from "../pages.ts";
import { httpRefusalFor } from "../refusals.ts";
import type { Invitation, SiteBackend, SiteEnv } from "../site_backend.ts";
import { qrImage } from "./qr_image.ts";
import { refusalPage } from "./refusal_page.ts";
import { page } from "./render.ts";
import { SECURITY_PATH, securityText } from "./security_text.ts";
import { type Visit, visitOf } from "./visit.ts";

/** Pages that are the same for all who read the same language. */
const PLAIN_PAGES = ["info", "privacy", "security", "deploy"] as const;

export const INVITE_PREFIX = "/inv/";
const NOT_KEPT = { "x-robots-tag": "noindex, nofollow" };
/** One that stays as long as the settings do. */
const IMAGE_CACHING = "private, max-age=60";

export function pageRoutes(
  app: Hono<SiteEnv>,
  { backend, clock }: { readonly backend: SiteBackend; readonly clock: Clock },
): void {
  const visiting = (context: Context<SiteEnv>) =>
    visitOf(context.req.raw, backend, context.env);
  for (const name of PLAIN_PAGES) {
    for (const path of [`/${name}`, `/${name}.html`]) {
      app.get(
        path,
        (context) => page(visiting(context), name, {}, { caching: "no-cache" }),
      );
    }
  }
  for (const path of ["/inv", INVITE_PREFIX, "/inv/:token"]) {
    app.get(path, (context) => invite(visiting(context), backend));
  }
  app.get("/qr/account.svg", (context) => {
    const { AccountLink } = signUpVariables(visiting(context), {});
    return AccountLink === "" ? context.notFound() : image(AccountLink);
  });
  app.get("/qr/inv/:file{.+\\.svg}", async (context) => {
    const visit = visiting(context);
    const token = context.req.param("file").slice(0, -".svg".length);
    const invitation = await looked(visit, backend, token);
    const { links, publicUrl } = visit.facts;
    if (!invitation || "status" in invitation || !links.publiclyTrusted) {
      return await context.notFound();
    }
    const url = `${publicUrl}/new?token=${encodeURIComponent(token)}`;
    return image(accountLink(url));
  });
  // what anybody could have it draw would be seen as coming from us
  app.get(
    "/qr",
    (context) =>
      context.req.query("data") === undefined
        ? context.notFound()
        : context.text("QR codes of any text are not made here\n", 410),
  );
  app.get(SECURITY_PATH, (context) => {
    const text = securityText(visiting(context).facts, clock);
    return text === undefined
      ? context.notFound()
      : context.text(text, 200, { "cache-control": "public, max-age=3600" });
  });
}

/** Opening it uses nothing up. Whatever is wrong with a token looks the same. */
async function invite(
  visit: Visit,
  backend: SiteBackend,
): Promise<Response> {
  const token = tokenIn(visit.url.pathname);
  if (token === "") return invitePage(visit, { status: "none" });
  const invitation = await looked(visit, backend, token);
  if (invitation && "status" in invitation) return invitation;
  return invitePage(
    visit,
    invitation
      ? { status: "active", token, invitation }
      : { status: "invalid" },
  );
}

/** What it is good for, or the answer to who has tried too many. */
async function looked(
  visit: Visit,
  backend: SiteBackend,
  token: string,
): Promise<Invitation | Response | undefined> {
  try {
    return await backend.invitation(token, visit.peer.address);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    backend.countRefusal(error.code);
    return refusalPage(visit, httpRefusalFor(error));
  }
}

type Shown =
  | {
    readonly status: "active";
    readonly token: string;
    readonly invitation: Invitation;
  }
  | { readonly status: "invalid" | "none" };

function invitePage(visit: Visit, shown: Shown): Response {
  const { words } = visit;
  const { status } = shown;
  const invitation = status === "active" ? shown.invitation : undefined;
  const typed = status === "active" ? { token: shown.token } : {};
  const response = page(visit, "invite", {
    ...signUpVariables(visit, typed),
    Invite: {
      Valid: status === "active",
      Status: status,
      ExpiresAt: invitation?.expiresAt === undefined
        ? ""
        : words.date(invitation.expiresAt),
      UsesLeft: invitation && invitation.usesLeft > 1
        ? words.number(invitation.usesLeft)
        : "",
      Note: invitation?.note ?? "",
    },
  }, { status: invitation ? 200 : 404 });
  for (const [name, value] of Object.entries(NOT_KEPT)) {
    response.headers.set(name, value);
  }
  return response;
}

/** Empty if there is none; one that cannot be read is one that does not exist. */
function tokenIn(pathname: string): string {
  const written = pathname.slice(INVITE_PREFIX.length);
  try {
    return decodeURIComponent(written).trim();
  } catch {
    return written;
  }
}

function image(text: string): Response {
  return new Response(qrImage(text), {
    headers: {
      "content-type": "image/svg+xml",
      "cache-control": IMAGE_CACHING,
    },
  });
}

/** Paths that are known, for whoever asks with another method. */
export const PAGE_PATHS: readonly string[] = [
  ...PLAIN_PAGES.flatMap((name) => [`/${name}`, `/${name}.html`]),
  "/inv",
  INVITE_PREFIX,
  "/inv/:token",
  "/qr",
  "/qr/account.svg",
  "/qr/inv/:file{.+\\.svg}",
  SECURITY_PATH,
];
