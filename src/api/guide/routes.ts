/** The guide at `/docs/`. @module */
import type { Context, Hono } from "hono";
import { directionOf } from "../../../web/i18n/languages.ts";
import { type Readers, topicNamed } from "../../../web/guide/topics.ts";
import type { TopicRow } from "../../../web/pages/variables.ts";
import { page } from "../pages/render.ts";
import { type Visit, visitOf } from "../pages/visit.ts";
import type { SiteBackend, SiteEnv } from "../site_backend.ts";
import { type Document, document, documents } from "./guide.ts";

export const GUIDE_PATHS: readonly string[] = [
  "/docs",
  "/docs/",
  "/docs/search.json",
  "/docs/:topic",
];
const SEARCH_PATH = "/docs/search.json";

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
    const topic = topicNamed(context.req.param("topic"));
    if (!topic || !readersOf(visit).includes(topic.readers)) {
      return context.notFound();
    }
    const { facts, words } = visit;
    const found = document(topic, words.language, facts);
    return found ? shown(visit, found) : context.notFound();
  });
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
  return page(visit, "docs_index", {
    UserTopics: rows("users"),
    OperatorTopics: rows("operators"),
    Doc: {
      Title: visit.words.t("docs_title"),
      Html: "",
      Language: visit.words.language,
      Dir: directionOf(visit.words.language),
      InEnglish: false,
      SearchURL: searchUrl(visit),
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
    },
  }, { caching: "no-cache" });
}

function searchUrl({ words }: Visit): string {
  return `${SEARCH_PATH}?lang=${words.language}`;
}

/** All that there is to be found, for a script to look through. */
function searchIndex(visit: Visit): Response {
  const { words, facts } = visit;
  const found = documents(readersOf(visit), words.language, facts);
  return Response.json(
    found.map(({ topic, title, headings, text }) => ({
      href: `/docs/${topic.name}`,
      title,
      headings,
      text,
    })),
    {
      headers: {
        "cache-control": "private, max-age=3600",
        "vary": "accept-language, cookie",
      },
    },
  );
}

function row({ topic, title, summary }: Document): TopicRow {
  return { href: `/docs/${topic.name}`, title, summary };
}
