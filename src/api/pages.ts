/**
 * Signing up as pages of web/.
 *
 * @module
 */
import { accountLink, loginLink } from "../accounts/login_link.ts";
import { isLoopback } from "../base/peer_address.ts";
import type { HttpPeer } from "../http/peer.ts";
import type { SignUpVariables, Variables } from "../../web/pages/variables.ts";
import { qrImage, secretQrImage } from "./pages/qr_image.ts";
import { shownRefusal } from "./pages/refusal_text.ts";
import { page } from "./pages/render.ts";
import { ruleSentences } from "./pages/sentences.ts";
import type { Visit } from "./pages/visit.ts";
import type { HttpRefusal } from "./refusals.ts";
import type {
  NewAccount,
  RegistrationRequest,
  SiteFacts,
} from "./site_backend.ts";

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

/** The landing page, or `/new`; after a refusal, with the form as it was sent. */
export function signUpPage(
  visit: Visit,
  name: "index" | "new",
  refused?: RefusedForm,
): Response {
  const typed = refused?.typed ?? tokenOf(visit.url);
  return page(
    visit,
    name,
    signUpVariables(visit, typed, refused?.refusal),
    refused ? { status: refused.refusal.status } : { caching: "no-cache" },
  );
}

/** What a page needs that has ways to an account on it. */
export function signUpVariables(
  { facts, peer, words }: Visit,
  typed: TypedFields,
  refusal?: HttpRefusal,
): Pick<Variables, "SignUp" | "AccountLink" | "AccountQR"> {
  const { links, publicUrl, registration } = facts;
  const { token } = typed;
  const query = token === undefined
    ? ""
    : `?token=${encodeURIComponent(token)}`;
  const url = `${publicUrl}/new${query}`;
  const hasLink = links.publiclyTrusted && isSafe(facts, peer) &&
    (registration === "open" || token !== undefined);
  const field = refusal && FIELDS[refusal.code];
  const rules = ruleSentences(facts.rules, words);
  const tokenFolded = registration === "open" && token === undefined &&
    field !== "token";
  const signUp: SignUpVariables = {
    Kind: kindOf(facts, peer),
    URL: url,
    ChosenNames: facts.rules.chosenNames,
    NameRule: rules.name,
    PasswordRule: rules.password,
    Token: token ?? "",
    Username: typed.username ?? "",
    Password: typed.password ?? "",
    Problem: refusal ? shownRefusal(refusal, words, facts.rules) : "",
    TokenInvalid: String(field === "token"),
    UsernameInvalid: String(field === "username"),
    PasswordInvalid: String(field === "password"),
    TokenFolded: tokenFolded,
    Unfolded: typed.username !== undefined || typed.password !== undefined ||
      field === "username" || field === "password",
  };
  return {
    SignUp: signUp,
    AccountLink: hasLink ? accountLink(url) : "",
    AccountQR: hasLink ? qrImage(accountLink(url)) : "",
  };
}

/** A fresh account. Not to be kept by anything on the way. */
export function accountPage(
  visit: Visit,
  { address, password }: NewAccount,
): Response {
  const link = loginLink(address, password, visit.facts.links);
  return page(visit, "account", {
    Account: {
      Address: address,
      Password: password,
      Link: link,
      QR: secretQrImage(link),
    },
  });
}

export function messagePage(
  visit: Visit,
  { status, title, text }: {
    readonly status: number;
    readonly title: string;
    readonly text: string;
  },
): Response {
  return page(visit, "message", { Message: { Title: title, Text: text } }, {
    status,
  });
}

/** Of an invitation link. */
export function tokenOf({ searchParams }: URL): TypedFields {
  const token = (searchParams.get("token") ?? searchParams.get("t"))?.trim();
  return token && token.length <= 128 ? { token } : {};
}

/** Whether credentials may travel on this connection: over TLS, or without leaving this machine. */
export function isSafe(
  facts: Pick<SiteFacts, "allowsInsecure">,
  { secure, address, forwarded }: HttpPeer,
): boolean {
  return secure || facts.allowsInsecure || isLoopback(address) && !forwarded;
}

function kindOf(facts: SiteFacts, peer: HttpPeer): string {
  if (isSafe(facts, peer)) return facts.registration;
  return facts.httpsPort === undefined ? "no_https" : "elsewhere";
}

const FIELDS: Readonly<Record<string, "token" | "username" | "password">> = {
  username_invalid: "username",
  username_taken: "username",
  password_too_short: "password",
  password_invalid: "password",
  token_invalid: "token",
  token_required: "token",
  closed: "token",
};
