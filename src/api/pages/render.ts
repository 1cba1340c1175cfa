/** Pages as responses. @module */
import { createHash } from "node:crypto";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { LivePen, type PageVariables } from "../../../web/pages/live_pen.tsx";
import { type PageName, PAGES } from "../../../web/pages/pages.ts";
import type { Variables } from "../../../web/pages/variables.ts";
import { builtAsset } from "../assets.ts";
import { CONTENT_SECURITY_POLICY } from "../headers.ts";
import { languageCookie } from "./language.ts";
import { commonVariables, type PageGroup } from "./page_variables.ts";
import type { Visit } from "./visit.ts";

export type PageValues = Partial<Pick<Variables, PageGroup>>;

export interface PageAnswer {
  readonly status?: number;
  /** Of a page that is the same for all: `no-cache`, since it is asked for again each time. */
  readonly caching?: string;
}

export function page(
  visit: Visit,
  name: PageName,
  values: PageValues = {},
  answer: PageAnswer = {},
): Response {
  if (visit.isHidden && name === "invite") return alone(visit, name, values);
  const variables = { ...commonVariables(visit), ...values };
  const own = visit.overlay?.page(`${name}.html`, variables, visit.words);
  if (own?.kind === "text") {
    return html(visit, own.text, {
      ...answer,
      ...(answer.caching === "no-cache" ? { caching: OWN_CACHING } : {}),
      policy: own.policy,
    });
  }
  if (own?.kind === "broken") {
    return html(visit, builtIn(visit, "error", variables), { status: 500 });
  }
  return html(
    visit,
    answer.caching === undefined
      ? builtIn(visit, name, variables)
      : keptPage(visit, name, variables),
    answer,
  );
}

/** Of a site that hides: all in one, since nothing else is there to be loaded. */
function alone(visit: Visit, name: PageName, values: PageValues): Response {
  const style = new TextDecoder().decode(builtAsset("site.css").octets);
  const hash = createHash("sha256").update(style).digest("base64");
  const text = builtIn(visit, name, {
    ...commonVariables(visit),
    ...values,
    Hidden: true,
    WebClientEnabled: false,
    InlineStyle: style,
  });
  const status = values.Invite?.Valid ? 200 : 404;
  const policy = CONTENT_SECURITY_POLICY.replace(
    "style-src 'self'",
    `style-src 'sha256-${hash}'`,
  );
  return html(visit, text, { status, policy });
}

/** Of files of the operator. */
const OWN_CACHING = "no-cache, must-revalidate";
const MOST_KEPT = 128;
const kept = new Map<string, string>();

/** Of pages that are the same for many: made once for what they are made of. */
function keptPage(
  visit: Visit,
  name: PageName,
  variables: PageVariables,
): string {
  const key = `${name} ${JSON.stringify(variables)}`;
  const text = kept.get(key) ?? builtIn(visit, name, variables);
  kept.delete(key);
  kept.set(key, text);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return text;
}

/** A page that the operator alone has. */
export function ownPage(visit: Visit, file: string): Response {
  return ownPageIfAny(visit, file) ?? brokenPage(visit);
}

/** undefined: there is none, or it is broken and what is built in is shown. */
export function ownPageIfAny(
  visit: Visit,
  file: string,
): Response | undefined {
  const own = visit.overlay?.page(file, commonVariables(visit), visit.words);
  if (!own) return undefined;
  return own.kind === "broken" ? brokenPage(visit) : html(visit, own.text, {
    policy: own.policy,
    caching: OWN_CACHING,
  });
}

function brokenPage(visit: Visit): Response {
  const text = builtIn(visit, "error", commonVariables(visit));
  return html(visit, text, { status: 500 });
}

function builtIn(
  { words }: Visit,
  name: PageName,
  variables: PageVariables,
): string {
  const pen = new LivePen(words, variables);
  return "<!DOCTYPE html>\n" + renderToString(h(PAGES[name], { pen }));
}

function html(
  visit: Visit,
  text: string,
  { status = 200, caching = "no-store", policy }: PageAnswer & {
    readonly policy?: string;
  },
): Response {
  const response = new Response(text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": caching,
      "content-language": visit.words.language,
      "vary": "accept-language, cookie",
      ...(policy === undefined ? {} : { "content-security-policy": policy }),
      ...(caching === "no-store" ? {} : { etag: etagOf(text) }),
    },
  });
  const cookie = languageCookie(visit.url, visit.peer.secure);
  if (cookie !== undefined) response.headers.append("set-cookie", cookie);
  return response;
}

/** Weak, since a compressed page has it too (RFC 9110 §8.8.1). */
export function etagOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `W/"${hash}"`;
}
