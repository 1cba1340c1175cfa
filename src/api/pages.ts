/**
 * The pages of web/ as responses.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { accountLink, loginLink } from "../accounts/login_link.ts";
import { isLoopback } from "../base/peer_address.ts";
import type { HttpPeer } from "../http/peer.ts";
import { domain } from "../mail/address.ts";
import { AccountPage } from "../../web/pages/account.tsx";
import { MessagePage } from "../../web/pages/message.tsx";
import type { SignUpProblem } from "../../web/pages/account_form.tsx";
import { type SignUp, SignUpPage } from "../../web/pages/sign_up.tsx";
import { ASSETS } from "./assets.ts";
import type { HttpRefusal } from "./refusals.ts";
import type {
  NewAccount,
  RegistrationRequest,
  SiteBackend,
  SiteFacts,
} from "./site_backend.ts";
import { contactOf, retentionSentences, ruleSentences } from "./words.ts";
import { qrSvg } from "./qr_svg.ts";

/** What somebody typed, or a link brought along. */
export type TypedFields = Pick<
  RegistrationRequest,
  "token" | "username" | "password"
>;

/** What was typed, and why it was refused. */
export interface RefusedForm {
  readonly typed: TypedFields;
  readonly refusal: HttpRefusal;
}

/** The landing page; after a refusal, with the form as it was sent. */
export function signUpPage(
  request: Request,
  backend: SiteBackend,
  peer: HttpPeer,
  refused?: RefusedForm,
): Response {
  const url = new URL(request.url);
  const facts = backend.facts(url.hostname);
  const contact = contactOf(facts.adminContact);
  const typed = refused?.typed ?? tokenOf(url);
  const page = renderToString(h(SignUpPage, {
    domain: shownDomain(facts.domain),
    assets: ASSETS,
    signUp: signUpBy(facts, peer, typed.token),
    typed,
    chosenNames: facts.rules.chosenNames,
    rules: ruleSentences(facts.rules),
    retention: retentionSentences(facts.retention),
    ...(facts.tunnelLink === undefined
      ? {}
      : { tunnel: { link: facts.tunnelLink, qrSvg: qrSvg(facts.tunnelLink) } }),
    ...(contact ? { contact } : {}),
    ...(refused ? { problem: problemOf(refused.refusal) } : {}),
  }));
  if (refused) return html(page, refused.refusal.status, "no-store");
  return html(page, 200, "no-cache");
}

/** A fresh account. Not to be kept by anything on the way. */
export function accountPage(
  backend: SiteBackend,
  { address, password }: NewAccount,
): Response {
  const { links, services, httpsPort } = backend.facts(domain(address));
  const link = loginLink(address, password, links);
  return html(
    renderToString(h(AccountPage, {
      domain: shownDomain(domain(address)),
      assets: ASSETS,
      address,
      password,
      link,
      qrSvg: qrSvg(link),
      // those on the port of HTTPS need ALPN, which no other app speaks
      services: services.filter(({ port }) => port !== httpsPort),
      ownCertificate: !links.publiclyTrusted,
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

/** Of an invitation link. */
export function tokenOf({ searchParams }: URL): TypedFields {
  const token = (searchParams.get("token") ?? searchParams.get("t"))?.trim();
  return token && token.length <= 128 ? { token } : {};
}

/** Whether credentials may travel on this connection. */
export function isSafe(facts: SiteFacts, { secure, address }: HttpPeer) {
  if (secure) return true;
  return facts.httpsPort === undefined && isLoopback(address);
}

function signUpBy(
  facts: SiteFacts,
  peer: HttpPeer,
  token: string | undefined,
): SignUp {
  const { links, publicUrl, registration, httpsPort } = facts;
  const query = token === undefined
    ? ""
    : `?token=${encodeURIComponent(token)}`;
  const url = `${publicUrl}/new${query}`;
  if (!isSafe(facts, peer)) {
    return httpsPort === undefined
      ? { kind: "no_https" }
      : { kind: "elsewhere", url, ownCertificate: !links.publiclyTrusted };
  }
  const app = links.publiclyTrusted &&
      (registration === "open" || token !== undefined)
    ? { link: accountLink(url), qrSvg: qrSvg(accountLink(url)) }
    : undefined;
  return { kind: registration, ...(app ? { app } : {}) };
}

const FIELDS: Readonly<Record<string, SignUpProblem["field"]>> = {
  username_invalid: "username",
  username_taken: "username",
  password_too_short: "password",
  password_invalid: "password",
  token_invalid: "token",
  token_required: "token",
  closed: "token",
};

function problemOf({ code, text }: HttpRefusal): SignUpProblem {
  const field = FIELDS[code];
  return { text, ...(field ? { field } : {}) };
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
