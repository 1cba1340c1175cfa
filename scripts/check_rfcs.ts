/** Fails when a source cites an RFC section that `docs/rfcs.md` does not list, or lists one twice. @module */
import { fail, REPOSITORY, sourceFiles } from "./repository.ts";

const LIST = "docs/rfcs.md";
const CITATION = /\bRFC (\d+) §([0-9A-Z]+(?:\.[0-9A-Z]+)*)/g;
/** Other ways to write it, which the check would not see. */
const MISWRITTEN =
  /\bRFC-?\d{4,}|\bRFC \d+,? (?:section|sec\.|Section)|\bRFC \d+ § /g;

/** RFC numbers, each with the sections that have a row; "all" stands for every section. */
async function readList(): Promise<Map<string, Set<string>>> {
  const listed = new Map<string, Set<string>>();
  let current: string[] = [];
  for (
    const line of (await Deno.readTextFile(`${REPOSITORY}/${LIST}`)).split("\n")
  ) {
    const heading = /^## RFC ([\d, ]+):/.exec(line)?.[1];
    if (heading) {
      current = heading.split(",").map((rfc) => rfc.trim());
      for (const rfc of current) {
        if (listed.has(rfc)) fail(`${LIST}: RFC ${rfc} has two headings`);
        listed.set(rfc, new Set());
      }
    }
    const cell = /^\| (§[^|]+?|all) +\|/.exec(line)?.[1] ?? "";
    for (const section of cell.split(",").filter((text) => text !== "")) {
      for (const rfc of current) {
        listed.get(rfc)?.add(section.trim().replace(/^§/, ""));
      }
    }
  }
  return listed;
}

/** A section is listed if it, one that holds it, or the whole RFC is. */
function isListed(
  sections: ReadonlySet<string> | undefined,
  section: string,
): boolean {
  if (!sections) return false;
  if (sections.has("all")) return true;
  const parts = section.split(".");
  return parts.some((_, depth) =>
    sections.has(parts.slice(0, depth + 1).join("."))
  );
}

const listed = await readList();
for (const file of await sourceFiles()) {
  if (!/^(src|web|main\.ts)/.test(file)) continue;
  const text = await Deno.readTextFile(`${REPOSITORY}/${file}`);
  text.split("\n").forEach((line, index) => {
    for (const [citation, rfc, section] of line.matchAll(CITATION)) {
      if (!isListed(listed.get(rfc ?? ""), section ?? "")) {
        fail(`${file}:${index + 1}: ${citation} is not in ${LIST}`);
      }
    }
    for (const [text] of line.matchAll(MISWRITTEN)) {
      fail(`${file}:${index + 1}: write "RFC N §x" instead of "${text}"`);
    }
  });
}
