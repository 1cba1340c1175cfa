/** A template as people read it: a line for each block, indented. @module */

/** Elements that stand on lines of their own. */
const BLOCKS = new Set(
  ("html head body main header footer nav section article search form details " +
    "ul ol li dl dt dd p h1 h2 h3 pre div title meta link script label input " +
    "button summary").split(" "),
);
/** What is in them is text, whose room means something. */
const WHOLE = new Set(["pre", "title", "p", "li", "dt", "dd", "h1", "h2", "h3"]
  .concat(["label", "button", "summary"]));
const EMPTY = new Set(["meta", "link", "input"]);
/** Statements, tags, values, and text between them. */
const TOKEN =
  /\{%[^%]*%\}|<\/?([a-z0-9]+)[^>]*>|[^<{]+|\{\{(?:[^}]|\}(?!\}))*\}\}|[<{]/g;
const INDENT = "  ";

/** The same for every reader of HTML: room is added between blocks alone. */
export function laidOut(html: string): string {
  const lines: string[] = [];
  let depth = 0;
  let line = "";
  /** Depth of elements whose content stays on their line. */
  let whole = 0;
  function flush(): void {
    if (line.trim() !== "") lines.push(INDENT.repeat(depth) + line.trim());
    line = "";
  }
  for (const [token, tag = ""] of html.matchAll(TOKEN)) {
    const isEnd = token.startsWith("</");
    const isBlock = token.startsWith("<") && BLOCKS.has(tag);
    const isStatement = token.startsWith("{%");
    if (whole > 0 || !isBlock && !isStatement) {
      line += token;
      if (WHOLE.has(tag)) whole += isEnd ? -1 : 1;
      if (whole === 0 && isEnd && isBlock) flush();
      continue;
    }
    if (isStatement && !isAlone(token)) {
      line += token;
      continue;
    }
    flush();
    if (isEnd || /^\{% (?:else|endif|endfor)/.test(token)) {
      depth = Math.max(0, depth - 1);
    }
    line = token;
    if (WHOLE.has(tag) && !isEnd) whole = 1;
    else flush();
    const opens = isBlock && !isEnd && !EMPTY.has(tag) && !WHOLE.has(tag);
    if (opens || /^\{% (?:if|for|else)/.test(token)) depth++;
  }
  flush();
  return lines.join("\n") + "\n";
}

function isAlone(token: string): boolean {
  return /^\{% (?:if|else|endif|for|endfor)/.test(token);
}
