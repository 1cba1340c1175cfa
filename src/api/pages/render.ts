/** Pages as responses. @module */
import { createHash } from "node:crypto";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { LivePen, type PageVariables } from "../../../web/pages/live_pen.tsx";
import { type PageName, PAGES } from "../../../web/pages/pages.ts";
import type { Variables } from "../../../web/pages/variables.ts";
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
  const variables = { ...commonVariables(visit), ...values };
  const own = visit.overlay?.page(`${name}.html`, variables, visit.words);
  if (own?.kind === "text") {
    return html(visit, own.text, { ...answer, policy: own.policy });
  }
  if (own?.kind === "broken") {
    return html(visit, builtIn(visit, "error", variables), { status: 500 });
  }
  return html(visit, builtIn(visit, name, variables), answer);
}

/** A page that the operator alone has. */
export function ownPage(visit: Visit, file: string): Response {
  const variables = commonVariables(visit);
  const own = visit.overlay?.page(file, variables, visit.words);
  if (own?.kind !== "text") {
    const text = builtIn(visit, "error", variables);
    return html(visit, text, { status: 500 });
  }
  return html(visit, own.text, {
    policy: own.policy,
    caching: "no-cache, must-revalidate",
  });
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

function etagOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `W/"${hash}"`;
}
