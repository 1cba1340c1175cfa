import assert from "node:assert/strict";
import { renderPage } from "./guide.ts";

const FILE = "docs/guide/en/general.md";

Deno.test("renderPage() gives title, summary, contents and what can be searched", () => {
  const page = renderPage(
    `# A *title*

First [line](accounts.md) with \`code <b>\`.

## Two words!

\`\`\`sh
postern status # a < b
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

## Two words!
`,
    FILE,
  );
  assert.equal(page.title, "A title");
  assert.equal(page.summary, "First line with code <b>.");
  assert.deepEqual(page.headings, [
    { id: "two-words", title: "Two words!" },
    { id: "two-words-2", title: "Two words!" },
  ]);
  assert.match(page.html, /<a href="\/docs\/accounts">line<\/a>/);
  assert.match(page.html, /<code dir="ltr">code &lt;b&gt;<\/code>/);
  assert.match(
    page.html,
    /<pre dir="ltr" tabindex="0"><code>postern status # a &lt; b<\/code>/,
  );
  assert.match(page.html, /<div class="table" tabindex="0"><table>/);
  assert.match(page.text, /postern status # a < b/);
  assert.doesNotMatch(page.html, /<h1/);
});

for (
  const [name, markdown] of [
    ["no title", "Text"],
    ["HTML", "# T\n\n<script>alert(1)</script>"],
    ["HTML in a line", "# T\n\na <img src=x> b"],
    ["a picture", "# T\n\n![x](y.png)"],
    ["a link to a topic that is not there", "# T\n\n[x](nothing.md)"],
    ["a link by HTTP", "# T\n\n[x](http://a.example)"],
    ["a script as a link", "# T\n\n[x](javascript:alert)"],
    ["a first paragraph that promises more", "# T\n\nSay so:\n\n```sh\nx\n```"],
    ["code before a paragraph", "# T\n\n```sh\nx\n```\n\nThat is it."],
  ] as const
) {
  Deno.test(`renderPage() refuses ${name}`, () => {
    assert.throws(() => renderPage(markdown, FILE), Error);
  });
}
