/** Fails on what must not be in the tree: paths of one machine, registry hosts, unfinished work, disabled tests. @module */
import { fail, REPOSITORY, sourceFiles, treeFiles } from "./repository.ts";

interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
}

const EVERYWHERE: readonly Ban[] = [
  {
    pattern: /\/(work|farm|root)\/[a-z]|\/home\/[a-z]+\//,
    why: "a path of one machine",
  },
  {
    pattern:
      /registry\.(npmjs|yarnpkg)|deb\.debian|pypi\.org|crates\.io|jsr\.io/,
    why: "a registry host",
  },
  {
    pattern: /\.\.\/shared/,
    why: "a path outside the tree (only .ci/run may)",
  },
];

const IN_SOURCES: readonly Ban[] = [
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, why: "unfinished" },
  {
    pattern:
      /\bnot yet implemented\b|^ *(\/\/|\*).*\bfor now\b|in a real (server|system)/i,
    why: "sounds unfinished",
  },
  {
    pattern: /@ts-(ignore|nocheck)/,
    why: "silences the compiler",
  },
  {
    pattern:
      /\b(ignore|only): *true|Deno\.test\.(ignore|only)|\b(test|it|describe)\.skip\(|assert\(true\)/,
    why: "a test that does not run or cannot fail",
  },
];

const IN_PRODUCT: readonly Ban[] = [
  {
    pattern: /\bchapter 0\d|\b(chapter|ch\.) ?0?\d+ §/i,
    why: "cite an RFC, not a document outside the tree",
  },
  { pattern: /^export default\b/, why: "default export" },
  { pattern: /^(export )?(const )?enum /, why: "enum" },
  { pattern: /^export (\*|\{[^}]*\}) from/, why: "re-export" },
];

async function search(
  files: readonly string[],
  bans: readonly Ban[],
): Promise<void> {
  for (const file of files) {
    const lines = (await Deno.readTextFile(`${REPOSITORY}/${file}`)).split(
      "\n",
    );
    lines.forEach((line, index) => {
      for (const { pattern, why } of bans) {
        const found = pattern.exec(line)?.[0];
        if (found) fail(`${file}:${index + 1}: "${found}": ${why}`);
      }
    });
  }
}

const texts = (await treeFiles([
  "*.ts",
  "*.tsx",
  "*.md",
  "*.json",
  "*.toml",
  "*.sql",
  "*.css",
  "*.html",
  "Makefile",
  "scripts/deno",
])).filter((file) => file !== "scripts/check_words.ts");
const sources = (await sourceFiles()).filter((file) =>
  file !== "scripts/check_words.ts"
);
await search(texts, EVERYWHERE);
await search(sources, IN_SOURCES);
await search(
  sources.filter((file) => /^(src|web)\//.test(file)),
  IN_PRODUCT,
);
