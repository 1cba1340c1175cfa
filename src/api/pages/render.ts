/** Pages as responses. @module */
import { createHash } from "node:crypto";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { LivePen } from "../../../web/pages/live_pen.tsx";
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
  { status = 200, caching = "no-store" }: PageAnswer = {},
): Response {
  const variables = { ...commonVariables(visit), ...values };
  const pen = new LivePen(visit.words, variables);
  const text = "<!DOCTYPE html>\n" + renderToString(h(PAGES[name], { pen }));
  const response = new Response(text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": caching,
      "content-language": visit.words.language,
      "vary": "accept-language, cookie",
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
