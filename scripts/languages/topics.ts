/**
 * A topic of the guide beside its English original: the same code, links,
 * headings and tables, and no paragraph that was left in English.
 *
 * @module
 */
import { Marked, type Token, type Tokens } from "marked";

export interface Outline {
  /** Levels of headings, and of tables how many rows: `##`, `table 4x2`. */
  readonly shape: readonly string[];
  /** Blocks that people type, as they are. */
  readonly blocks: readonly string[];
  /** Code within sentences, sorted. */
  readonly codes: readonly string[];
  /** Where links lead, without headings, which have other names. */
  readonly links: readonly string[];
  /** Sentences without code and addresses, a line each. */
  readonly prose: readonly string[];
}

/** Letters from which on two equal paragraphs are one that nobody translated. */
const SAME_LETTERS = 25;

export function outlineOf(markdown: string): Outline {
  const shape: string[] = [];
  const blocks: string[] = [];
  const codes: string[] = [];
  const links: string[] = [];
  const prose: string[] = [];
  const marked = new Marked({ gfm: true });
  const tokens = marked.lexer(markdown);
  marked.walkTokens(tokens, (token: Token) => {
    switch (token.type) {
      case "heading":
        shape.push("#".repeat(token.depth));
        break;
      case "list":
        shape.push(`list of ${token.items.length}`);
        break;
      case "table":
        shape.push(`table ${token.rows.length}x${token.header.length}`);
        for (const cell of [token.header, ...token.rows].flat()) {
          prose.push(plain(cell.tokens));
        }
        break;
      case "code":
        // what stands in pages of HTML is translated
        if (token.lang !== "html") blocks.push(token.text);
        break;
      case "codespan":
        codes.push(token.text);
        break;
      case "link":
        links.push(token.href.replace(/#.*$/, ""));
        break;
    }
    if (hasWords(token)) prose.push(plain(token.tokens));
  });
  return { shape, blocks, codes: codes.sort(), links: links.sort(), prose };
}

/** What of a translation is not as in English, a line each. */
export function complaintsAboutTopic(
  english: Outline,
  other: Outline,
): readonly string[] {
  const complaints: string[] = [];
  for (const part of ["shape", "blocks", "codes", "links"] as const) {
    const less = without(english[part], other[part]);
    const more = without(other[part], english[part]);
    for (const one of less) complaints.push(`${part}: lacks ${one}`);
    for (const one of more) complaints.push(`${part}: has ${one} too`);
  }
  if (
    complaints.length === 0 &&
    english.shape.join(", ") !== other.shape.join(", ")
  ) {
    complaints.push("shape: is in another order");
  }
  const originals = new Set(english.prose);
  for (const text of other.prose) {
    if (originals.has(text) && lettersOf(text) >= SAME_LETTERS) {
      complaints.push(`is still in English: ${text}`);
    }
  }
  return complaints;
}

function hasWords(
  token: Token,
): token is Tokens.Paragraph | Tokens.Heading | Tokens.Text {
  return ["paragraph", "heading"].includes(token.type) ||
    token.type === "text" && "tokens" in token;
}

function plain(tokens: readonly Token[] | undefined): string {
  const text = (tokens ?? []).map((token) => {
    if (token.type === "codespan") return "`";
    if ("tokens" in token && token.tokens) return plain(token.tokens);
    return "text" in token ? String(token.text) : "";
  }).join("");
  return text.replace(/\s+/g, " ").trim();
}

function lettersOf(text: string): number {
  return text.match(/[a-z]/gi)?.length ?? 0;
}

/** Of a list, what another has less often. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
