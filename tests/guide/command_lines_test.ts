/** What README, documents and guide have people type is understood by the program. */
import assert from "node:assert/strict";
import { readCommandLine } from "../../src/cli/program.ts";
import { CHECKS } from "../../src/ops/doctor/checks.ts";
import { loadConfig } from "../../src/config/load.ts";
import { REPOSITORY } from "../harness/server_process.ts";
import {
  commandsOf,
  type Document,
  guide,
  quotedLines,
  shellLines,
  topics,
  type Typed,
} from "./documents.ts";

const DOCUMENTS = await guide();
const TOPICS = await topics();
/** With the guide in every language. */
const ALL = [...DOCUMENTS, ...Object.values(TOPICS).flat()];

function complaints(lines: readonly Typed[]): string[] {
  return lines.flatMap(({ place, line }) =>
    commandsOf(line, "postern").flatMap((args) => {
      try {
        readCommandLine(args, () => {});
        return [];
      } catch (error) {
        return [`${place}: ${line}: ${(error as Error).message}`];
      }
    })
  );
}

Deno.test("lines of shell blocks are command lines that there are", () => {
  const lines = ALL.flatMap(shellLines);
  const ours = lines.filter(({ line }) => commandsOf(line, "postern").length);
  assert.ok(ours.length > 400, `${ours.length} lines`);
  assert.deepEqual(complaints(lines), []);
});

Deno.test("command lines in sentences are, too", () => {
  const lines = ALL.flatMap(quotedLines);
  assert.ok(lines.length > 60, `${lines.length} lines`);
  assert.deepEqual(complaints(lines), []);
});

Deno.test("the guide has people type the same in every language", () => {
  const english = typedByTopic(TOPICS.en ?? []);
  assert.ok(Object.keys(english).length > 10);
  for (const [language, documents] of Object.entries(TOPICS)) {
    assert.deepEqual(typedByTopic(documents), english, language);
  }
});

/** All that stands in blocks and sentences, by the name of the file. */
function typedByTopic(
  documents: readonly Document[],
): Record<string, readonly string[]> {
  return Object.fromEntries(documents.map((document) => [
    document.path.split("/").at(-1),
    [...shellLines(document), ...quotedLines(document)].map(({ line }) => line),
  ]));
}

Deno.test("a line that is none is noticed", () => {
  const text = [
    "```sh",
    "sudo ./postern acounts list   # a comment",
    "postern backup create --output - | ssh host postern nothing",
    "scp build/postern root@host:",
    "postern status --detials > file",
    "postern queue \\",
    "  list --state \\",
    "  held",
    "```",
    "and `postern move\nnowhere`, not `postern settings set …`",
  ].join("\n");
  const document = { path: "a.md", text };
  const found = complaints([
    ...shellLines(document),
    ...quotedLines(document),
  ]);
  assert.deepEqual(found.map((one) => one.split(":").slice(0, 2).join(":")), [
    "a.md:2",
    "a.md:5",
    "a.md: postern move nowhere",
  ]);
});

Deno.test("what stands there for the file of configuration is understood", () => {
  const blocks = ALL.flatMap(({ path, text }) =>
    [...text.matchAll(/^```toml\n([^]*?)^```$/gm)].map(([, toml = ""]) => ({
      path,
      toml,
    }))
  );
  assert.ok(blocks.length > 3);
  for (const { path, toml } of blocks) {
    const server = toml.includes("[server]")
      ? ""
      : '[server]\ndomain = "chat.example"\n';
    loadConfig({ path, text: `${server}${toml}` }); // throws with line and key
  }
});

Deno.test("targets of make in the documents are there", async () => {
  const makefile = await Deno.readTextFile(`${REPOSITORY}/Makefile`);
  const named = ALL.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:^|`)make ([a-z][a-z0-9-]*)/gm)].map((match) => ({
      path,
      target: match[1] ?? "",
    }))
  );
  assert.ok(named.length > 5);
  const phony = /^\.PHONY: (.*)$/m.exec(makefile)?.[1]?.split(" ") ?? [];
  assert.deepEqual(
    named.filter(({ target }) => !phony.includes(target)),
    [],
  );
});

Deno.test("links of the documents lead to files and headings that are there", async () => {
  const broken: string[] = [];
  for (const { path, text } of DOCUMENTS) {
    for (const [, to = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(to)) continue;
      const [file = "", heading] = to.split("#");
      const target = file === "" ? path : new URL(file, `file:///${path}`)
        .pathname.slice(1);
      const found = await Deno.stat(`${REPOSITORY}/${target}`).catch(() => {});
      const isThere = found !== undefined &&
        (heading === undefined || (await headings(target)).has(heading));
      if (!isThere) broken.push(`${path}: ${to}`);
    }
  }
  assert.deepEqual(broken, []);
});

/** Of a document, as links name them. */
async function headings(path: string): Promise<Set<string>> {
  const text = await Deno.readTextFile(`${REPOSITORY}/${path}`);
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim()
        .replaceAll(" ", "-")
    ),
  );
}

Deno.test("recipes name checks of the doctor, and each check has its recipe", async () => {
  const known = new Set([
    "server", // whether it answers at all
    ...CHECKS.flatMap(({ ids }) => [...ids]),
  ]);
  const path = "docs/troubleshooting.md";
  const text = await Deno.readTextFile(`${REPOSITORY}/${path}`);
  const rows = text.split("\n").filter((line) =>
    line.startsWith("|") && !/^\| ?-|\| Check +\|$/.test(line)
  );
  const ends = rows.map((row) => /\| `([^`|]+)` +\|$/.exec(row)?.[1]);
  assert.ok(ends.length > 30);
  assert.deepEqual(
    ends.filter((end) =>
      end === undefined ||
      !(known.has(end) || /^(?:postern|journalctl) /.test(end))
    ),
    [],
  );
  const named = new Set(
    text.split("\n").flatMap((line) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, word]) => word)
    ),
  );
  assert.deepEqual([...known].filter((id) => !named.has(id)), []);
  const asked = ALL.flatMap((document) =>
    [...document.text.matchAll(/--only ([\w,-]+)/g)].flatMap(([, ids = ""]) =>
      ids.split(",").map((id) => ({ path: document.path, id }))
    )
  );
  assert.ok(asked.length > 10);
  assert.deepEqual(asked.filter(({ id }) => !known.has(id)), []);
});
