import assert from "node:assert/strict";
import { complaintsAboutTopic, outlineOf } from "./topics.ts";

const ENGLISH = `# Title

See [accounts](accounts.md#invitations) and \`postern status\`.

| What | How |
| ---- | --- |
| a long cell with very many words | b |

\`\`\`sh
postern status
\`\`\`
`;

function spanish(from: string, to: string): string {
  const text = ENGLISH.replace("# Title", "# Título")
    .replace("See", "Mira").replace("and", "y")
    .replace("#invitations", "#invitaciones")
    .replace("a long cell with very many words", "una celda larga");
  assert.ok(from === "" || text.includes(from), from);
  return text.replace(from, to);
}

for (
  const [name, from, to, complaints] of [
    ["a faithful translation", "", "", []],
    ["another command", "\npostern status", "\npostern doctor", [
      "blocks: lacks postern status",
      "blocks: has postern doctor too",
    ]],
    ["a link that leads elsewhere", "accounts.md", "relay.md", [
      "links: lacks accounts.md",
      "links: has relay.md too",
    ]],
    ["code within a sentence that is gone", " y `postern status`", "", [
      "codes: lacks postern status",
    ]],
    ["a row more", "| b |", "| b |\n| c | d |", [
      "shape: lacks table 1x2",
      "shape: has table 2x2 too",
    ]],
    [
      "a cell in English",
      "una celda larga",
      "a long cell with very many words",
      [
        "is still in English: a long cell with very many words",
      ],
    ],
  ] as const
) {
  Deno.test(`complaintsAboutTopic() of ${name}`, () => {
    const [english, other] = [ENGLISH, spanish(from, to)].map(outlineOf);
    assert.deepEqual(complaintsAboutTopic(english!, other!), complaints);
  });
}
