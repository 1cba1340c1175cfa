/**
 * The pages of web/ as responses.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { renderSVG } from "uqr";
import { accountLink, loginLink } from "../accounts/login_link.ts";
import { AccountPage } from "../../web/pages/account.tsx";
import { MessagePage } from "../../web/pages/message.tsx";
import { type SignUp, SignUpPage } from "../../web/pages/sign_up.tsx";
import { ASSETS } from "./assets.ts";
import type { NewAccount, SiteBackend, SiteFacts } from "./site.ts";

/** The landing page; with a problem, the answer to a form that was refused. */
export function signUpPage(
  request: Request,
  backend: SiteBackend,
  refused?: { readonly status: number; readonly text: string },
): Response {
  const facts = backend.facts();
  const page = renderToString(h(SignUpPage, {
    domain: shownDomain(backend.domain),
    assets: ASSETS,
    signUp: signUpBy(facts),
    chosenNames: facts.chosenNames,
    ...(refused ? { problem: refused.text } : {}),
  }));
  if (refused) return html(page, refused.status, "no-store");
  const response = html(page, 200, "no-cache");
  if (request.headers.get("if-none-match") === response.headers.get("etag")) {
    return new Response(null, { status: 304, headers: response.headers });
  }
  return response;
}

/** A fresh account. Not to be kept by anything on the way. */
export function accountPage(
  backend: SiteBackend,
  { address, password }: NewAccount,
): Response {
  const link = loginLink(address, password, backend.facts().links);
  return html(
    renderToString(h(AccountPage, {
      domain: shownDomain(backend.domain),
      assets: ASSETS,
      address,
      password,
      link,
      qrSvg: qrSvg(link),
    })),
    200,
    "no-store",
  );
}

export function messagePage(
  status: number,
  title: string,
  text: string,
): Response {
  return html(
    renderToString(h(MessagePage, { title, text, assets: ASSETS })),
    status,
    "no-store",
  );
}

function signUpBy({ links, publicUrl, registration }: SiteFacts): SignUp {
  if (registration === "closed") return { kind: "closed" };
  if (registration === "token" || !links.publiclyTrusted) {
    return { kind: "form", tokenRequired: registration === "token" };
  }
  const link = accountLink(`${publicUrl}/new`);
  return { kind: "app", link, qrSvg: qrSvg(link) };
}

function qrSvg(text: string): string {
  return renderSVG(text, { ecc: "M", border: 4 });
}

function shownDomain(domain: string): string {
  return domain.replace(/^\[(?:IPv6:)?|\]$/g, "");
}

function html(page: string, status: number, caching: string): Response {
  const text = "<!DOCTYPE html>\n" + page;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": caching,
      ...(caching === "no-cache" ? { etag: `W/"${hash}"` } : {}),
    },
  });
}
