/**
 * Renders the guide, `docs/guide/<language>/<topic>.md`, into
 * `build/web/guide.json`, which is part of the program. How it is written is in
 * `docs/guide/README.md`; what does not keep to it fails the build.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Marked, type Tokens } from "marked";
import { TOPICS } from "../web/guide/topics.ts";
import { LANGUAGES } from "../web/i18n/languages.ts";
import { REPOSITORY, treeFiles } from "./repository.ts";

const FOLDER = "docs/guide";
/** A document for people who have the sources, too. */
const SHARED: Readonly<Record<string, string>> = {
  "docs/admin-api.md": "api",
};
const OUTPUT = `${REPOSITORY}/build/web/guide.json`;

export interface GuideHeading {
  readonly id: string;
  readonly title: string;
}

export interface GuidePage {
  readonly title: string;
  /** The first paragraph, without markup. */
  readonly summary: string;
  readonly html: string;
  /** All of it, without markup, for searching. */
  readonly text: string;
  readonly headings: readonly GuideHeading[];
}

export type GuidePages = Readonly<
  Record<string, Readonly<Record<string, GuidePage>>>
>;

interface Built {
  /** Digest of all that went in. */
  readonly sources: string;
  readonly pages: GuidePages;
}

/** Makes it unless it is there and fresh. */
export async function makeGuide(): Promise<void> {
  const shared = Object.keys(SHARED);
  const files = (await treeFiles([FOLDER, ...shared])).filter((file) =>
    /^docs\/guide\/[a-z]{2}\/[a-z-]+\.md$/.test(file) || shared.includes(file)
  );
  const sources = await digestOf([
    ...files,
    "scripts/guide.ts",
    "web/guide/topics.ts",
  ]);
  if ((await readBuilt())?.sources === sources) return;
  const pages: Record<string, Record<string, GuidePage>> = {};
  for (const file of files) {
    const [language, topic] = placeOf(file);
    checkPlace(file, language, topic);
    const text = await Deno.readTextFile(`${REPOSITORY}/${file}`);
    (pages[language] ??= {})[topic] = renderPage(text, file);
  }
  checkAnchors(pages);
  await Deno.mkdir(`${REPOSITORY}/build/web`, { recursive: true });
  await Deno.writeTextFile(
    OUTPUT,
    JSON.stringify({ sources, pages } satisfies Built),
  );
}

/** @throws {Error} what of it cannot be shown */
export function renderPage(markdown: string, file: string): GuidePage {
  const headings: GuideHeading[] = [];
  let title = "";
  let summary = "";
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const plain = plainText(text);
        if (depth === 1) {
          title = plain;
          return "";
        }
        const id = idOf(plain, headings);
        headings.push({ id, title: plain });
        const inner = this.parser.parseInline(tokens);
        return `<h${depth} id="${id}">${inner}</h${depth}>\n`;
      },
      paragraph({ tokens, text }: Tokens.Paragraph) {
        summary ||= plainText(text);
        return `<p>${this.parser.parseInline(tokens)}</p>\n`;
      },
      code({ text }: Tokens.Code) {
        if (summary === "") {
          throw new Error(`${file}: begins with code, not with a paragraph`);
        }
        return `<pre dir="ltr" tabindex="0"><code>${
          escaped(text)
        }</code></pre>\n`;
      },
      codespan({ text }: Tokens.Codespan) {
        return `<code dir="ltr">${escaped(text)}</code>`;
      },
      link({ href, tokens }: Tokens.Link) {
        const inner = this.parser.parseInline(tokens);
        // to documents that are not part of the guide
        if (SHARED[file] !== undefined && href.endsWith(".md")) return inner;
        const more = /^https?:/.test(href) ? ' rel="noreferrer"' : "";
        return `<a href="${escaped(linked(href, file))}"${more}>${inner}</a>`;
      },
      image() {
        throw new Error(`${file}: pictures are not shown`);
      },
      html({ text }: Tokens.HTML | Tokens.Tag) {
        throw new Error(`${file}: has HTML: ${text.slice(0, 40)}`);
      },
    },
    hooks: {
      postprocess: (html: string) =>
        html.replaceAll("<table>", '<div class="table" tabindex="0"><table>')
          .replaceAll("</table>", "</table></div>"),
    },
  });
  const html = marked.parse(markdown, { async: false });
  if (title === "") throw new Error(`${file}: begins with no heading`);
  if (summary.endsWith(":")) {
    throw new Error(`${file}: its first paragraph, shown alone, ends with ":"`);
  }
  return { title, summary, html, text: textOf(html), headings };
}

function placeOf(file: string): [language: string, topic: string] {
  const shared = SHARED[file];
  if (shared !== undefined) return ["en", shared];
  const [, , language = "", name = ""] = file.split("/");
  return [language, name.slice(0, -".md".length)];
}

/** @throws {Error} if a link leads to a heading that is not there */
function checkAnchors(pages: GuidePages): void {
  for (const [language, topics] of Object.entries(pages)) {
    for (const [name, { html }] of Object.entries(topics)) {
      for (
        const [, topic = "", id] of html.matchAll(
          /href="(?:\/docs\/([a-z-]+))?#([^"]+)"/g,
        )
      ) {
        const target = topics[topic || name] ?? pages.en?.[topic];
        if (target?.html.includes(`id="${id}"`)) continue;
        throw new Error(`${language}/${name}: there is no heading #${id}`);
      }
    }
  }
}

function checkPlace(file: string, language: string, topic: string): void {
  if (!LANGUAGES.some((one) => one === language)) {
    throw new Error(`${file}: there is no language ${language}`);
  }
  if (!TOPICS.some(({ name }) => name === topic)) {
    throw new Error(`${file}: web/guide/topics.ts does not know ${topic}`);
  }
}

/** To another topic by its file, to a heading, or elsewhere. */
function linked(href: string, file: string): string {
  const topic = /^([a-z-]+)\.md(#.*)?$/.exec(href);
  if (topic) {
    if (!TOPICS.some(({ name }) => name === topic[1])) {
      throw new Error(`${file}: there is no topic ${topic[1]}`);
    }
    return `/docs/${topic[1]}${topic[2] ?? ""}`;
  }
  if (/^(?:https:\/\/|#|\/)/.test(href)) return href;
  throw new Error(`${file}: a link to ${href} leads nowhere`);
}

function idOf(title: string, others: readonly GuideHeading[]): string {
  // as other renderers do, so that links work there too
  const base = title.toLowerCase().replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .replace(/\s/g, "-");
  let id = base;
  for (let next = 2; others.some((one) => one.id === id); next++) {
    id = `${base}-${next}`;
  }
  return id;
}

function plainText(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*_]/g, "").replace(/\s+/g, " ").trim();
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, " ").replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&")
    .replace(/\s+/g, " ").trim();
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

async function readBuilt(): Promise<Built | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(OUTPUT));
  } catch {
    return undefined;
  }
}

async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file}\n`);
    hash.update(await Deno.readFile(`${REPOSITORY}/${file}`));
  }
  return hash.digest("hex");
}
