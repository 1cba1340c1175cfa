/** The terms under which packages of npm are passed on, each text once. @module */
import type { NpmPackage } from "../executable_content.ts";

const LICENSE = /^(?:licen[cs]e|copying|notice)[^.]*(?:\.(?:txt|md))?$/i;
const RULE = "-".repeat(70);

interface PackageFile {
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
  readonly repository?: string | { readonly url?: string };
}

/** Sections by text: packages that share one are named together. */
export async function packageNotices(
  packages: readonly NpmPackage[],
): Promise<string> {
  const byText = new Map<string, string[]>();
  for (const one of packages) {
    const text = await textsOf(one);
    byText.set(text, [...byText.get(text) ?? [], await titleOf(one)]);
  }
  return [...byText].map(([text, titles]) =>
    `${titles.join("\n")}\n${RULE}\n\n${text}\n`
  ).join("\n\n");
}

async function titleOf(one: NpmPackage): Promise<string> {
  const { license } = await packageFileOf(one);
  return `${one.name} ${one.version} (${license ?? "see below"})`;
}

async function textsOf(one: NpmPackage): Promise<string> {
  const entries = await Array.fromAsync(Deno.readDir(one.localPath));
  const names = entries.filter(({ name, isFile }) =>
    isFile && LICENSE.test(name)
  ).map(({ name }) => name).sort();
  const texts = await Promise.all(
    names.map((name) => Deno.readTextFile(`${one.localPath}/${name}`)),
  );
  if (texts.length > 0) return texts.map(tidied).join("\n\n");
  const { author, repository } = await packageFileOf(one);
  const by = typeof author === "string" ? author : author?.name;
  const at = typeof repository === "string" ? repository : repository?.url;
  return `Its package has no text of it. By ${by ?? "unknown"}, ${at ?? ""}`;
}

/** Line ends and blanks at them say nothing. */
function tidied(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/[ \t\r]+$/gm, "").trim();
}

async function packageFileOf({ localPath }: NpmPackage): Promise<PackageFile> {
  return JSON.parse(await Deno.readTextFile(`${localPath}/package.json`));
}
