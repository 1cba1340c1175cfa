/** The guide at `/docs/`. @module */
import type { Context, Hono } from "hono";
import { DEFAULT_LANGUAGE, directionOf } from "../../../web/i18n/languages.ts";
import {
  namesOf,
  type Readers,
  type Topic,
  topicNamed,
} from "../../../web/guide/topics.ts";
import { type Entry, look } from "../../../web/guide/search.ts";
import type { TopicRow } from "../../../web/pages/variables.ts";
import { ownPageIfAny, page } from "../pages/render.ts";
import { type Visit, visitOf } from "../pages/visit.ts";
import type { SiteBackend, SiteEnv } from "../site_backend.ts";
import { type Document, document, documents, searchEntries } from "./guide.ts";

export const GUIDE_PATHS: readonly string[] = [
  "/docs",
  "/docs/",
  "/docs/search.json",
  "/docs/:topic",
];
const SEARCH_PATH = "/docs/search.json";
const MOST_ASKED = 200;
const TOPIC = /^[A-Za-z0-9][\w-]{0,63}$/;

export function guideRoutes(app: Hono<SiteEnv>, backend: SiteBackend): void {
  const visiting = (context: Context<SiteEnv>) =>
    visitOf(context.req.raw, backend, context.env);
  app.get(
    "/docs",
    (context) =>
      readersOf(visiting(context)).length === 0
        ? context.notFound()
        : context.redirect("/docs/", 308),
  );
  for (const path of ["/docs/", "/docs_index.html"]) {
    app.get(path, (context) => {
      const visit = visiting(context);
      return readersOf(visit).length === 0 ? context.notFound() : index(visit);
    });
  }
  app.get(SEARCH_PATH, (context) => {
    const visit = visiting(context);
    return readersOf(visit).length === 0
      ? context.notFound()
      : searchIndex(visit);
  });
  app.get("/docs/:topic", (context) => {
    const visit = visiting(context);
    const name = context.req.param("topic");
    const topic = topicNamed(name);
    const own = ownDocument(visit, name, topic);
    if (own) return own;
    if (!topic || !readersOf(visit).includes(topic.readers)) {
      return context.notFound();
    }
    const { facts, words } = visit;
    const found = document(topic, words.language, facts);
    return found ? shown(visit, found) : context.notFound();
  });
}

/** The operator's, as other relays have them: `docs/<language>/<topic>.html`, else in English. */
function ownDocument(
  visit: Visit,
  asked: string,
  topic: Topic | undefined,
): Response | undefined {
  const { overlay, words, facts } = visit;
  if (!overlay || !facts.web.docs || !TOPIC.test(asked)) return undefined;
  const names = new Set([asked, ...topic ? namesOf(topic) : []]);
  for (const language of new Set([words.language, DEFAULT_LANGUAGE])) {
    for (const name of names) {
      const file = `docs/${language}/${name}.html`;
      if (overlay.has(file)) return ownPageIfAny(visit, file);
    }
  }
  return undefined;
}

/** For whom this server shows what there is. */
function readersOf({ facts: { web } }: Visit): readonly Readers[] {
  if (!web.docs) return [];
  return web.operatorDocs ? ["users", "operators"] : ["users"];
}

function index(visit: Visit): Response {
  const readers = readersOf(visit);
  const rows = (of: Readers) =>
    readers.includes(of)
      ? documents([of], visit.words.language, visit.facts).map(row)
      : [];
  const asked = (visit.url.searchParams.get("q") ?? "").trim()
    .slice(0, MOST_ASKED);
  const found = asked === ""
    ? []
    : look(entries(visit), asked, visit.words.language);
  return page(visit, "docs_index", {
    Found: found.map(({ href, title, text }) => ({
      href,
      title,
      summary: text,
    })),
    UserTopics: rows("users"),
    OperatorTopics: rows("operators"),
    Doc: {
      Title: visit.words.t("docs_title"),
      Html: "",
      Language: visit.words.language,
      Dir: directionOf(visit.words.language),
      InEnglish: false,
      SearchURL: searchUrl(visit),
      Asked: asked,
      Found: found.length > 0 ? visit.words.number(found.length) : "",
    },
  }, { caching: "no-cache" });
}

function shown(visit: Visit, found: Document): Response {
  return page(visit, "docs_page", {
    Headings: found.headings.map(({ id, title }) => ({
      href: `#${id}`,
      title,
      summary: "",
    })),
    Doc: {
      Title: found.title,
      Html: found.html,
      Language: found.language,
      Dir: directionOf(found.language),
      InEnglish: found.language !== visit.words.language,
      SearchURL: searchUrl(visit),
      Asked: "",
      Found: "",
    },
  }, { caching: "no-cache" });
}

function searchUrl({ words }: Visit): string {
  return `${SEARCH_PATH}?lang=${words.language}`;
}

/** All that there is to be found, for a script to look through. */
function searchIndex(visit: Visit): Response {
  return Response.json(entries(visit), {
    headers: {
      "cache-control": "private, max-age=3600",
      "vary": "accept-language, cookie",
    },
  });
}

function entries(visit: Visit): readonly Entry[] {
  const { words, facts } = visit;
  return searchEntries(readersOf(visit), words.language, facts);
}

function row({ topic, title, summary }: Document): TopicRow {
  return { href: `/docs/${topic.name}`, title, summary };
}
