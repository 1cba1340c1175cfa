/**
 * The guide, as `scripts/guide.ts` has rendered it: read when it is first
 * looked at, filled in with what only this server knows when it is shown.
 *
 * @module
 */
import * as v from "valibot";
import {
  EXAMPLE_DOMAIN,
  type Readers,
  type Topic,
  TOPICS,
} from "../../../web/guide/topics.ts";
import {
  DEFAULT_LANGUAGE,
  type Language,
} from "../../../web/i18n/languages.ts";
import type { Entry } from "../../../web/guide/search.ts";
import { renamed } from "../../base/program_name.ts";
import type { SiteFacts } from "../site_backend.ts";

const PAGE = v.object({
  title: v.string(),
  summary: v.string(),
  html: v.string(),
  text: v.string(),
  headings: v.array(v.object({ id: v.string(), title: v.string() })),
});
const BUILT = v.object({
  pages: v.record(v.string(), v.record(v.string(), PAGE)),
});

type Pages = v.InferOutput<typeof BUILT>["pages"];

export interface Document {
  readonly topic: Topic;
  readonly title: string;
  readonly summary: string;
  readonly html: string;
  readonly text: string;
  readonly headings: readonly { readonly id: string; readonly title: string }[];
  /** That it is written in. */
  readonly language: Language;
}

let pages: Pages | undefined;

function built(): Pages {
  return pages ??= v.parse(
    BUILT,
    JSON.parse(Deno.readTextFileSync(
      new URL("../../../build/web/guide.json", import.meta.url),
    )),
  ).pages;
}

/** In the language, else in English; undefined if nobody has written it. */
export function document(
  topic: Topic,
  wanted: Language,
  facts: SiteFacts,
): Document | undefined {
  for (const language of [wanted, DEFAULT_LANGUAGE]) {
    const page = built()[language]?.[topic.name];
    if (!page) continue;
    const plain = (text: string) => here(text, topic, facts);
    return {
      topic,
      language,
      title: plain(page.title),
      summary: plain(page.summary),
      // names of ours have no characters that mean something in HTML
      html: plain(page.html),
      text: plain(page.text),
      headings: page.headings.map(({ id, title }) => ({
        id,
        title: plain(title),
      })),
    };
  }
  return undefined;
}

/** All that there are for these readers, in their order. */
export function documents(
  readers: readonly Readers[],
  language: Language,
  facts: SiteFacts,
): Document[] {
  return TOPICS.filter((topic) => readers.includes(topic.readers))
    .flatMap((topic) => document(topic, language, facts) ?? []);
}

/** Of names and languages; with what the search makes of each, some 25 MB. */
const MOST_SEARCHED = 64;
const searched = new Map<string, readonly Entry[]>();

/** What is searched: the same objects each time, of which the search remembers what it has made. */
export function searchEntries(
  readers: readonly Readers[],
  language: Language,
  facts: SiteFacts,
): readonly Entry[] {
  const { domain, publicUrl, web } = facts;
  const of = [readers, language, domain, publicUrl, web.programName].join(" ");
  const known = searched.get(of);
  if (known) return known;
  const made = documents(readers, language, facts).map((
    { topic, title, headings, text },
  ) => ({ href: `/docs/${topic.name}`, title, headings, text }));
  if (searched.size >= MOST_SEARCHED) searched.clear();
  searched.set(of, made);
  return made;
}

const EXAMPLE_SITE = `https://${EXAMPLE_DOMAIN}`;
/** Not where it is part of another name, nor where one is installed. */
const EXAMPLE = /(?<![\w.-])(?<!--domain )chat\.example(?![\w-]|\.\w)/g;

/** A text about the server that shows it, unless it is about another one. */
function here(
  text: string,
  { ofAnother }: Topic,
  { domain, publicUrl, web }: SiteFacts,
): string {
  const ours = renamed(text, web.programName);
  return ofAnother
    ? ours
    : ours.replaceAll(EXAMPLE_SITE, publicUrl).replace(EXAMPLE, () => domain);
}
