/** What README, the documents for operators and the guide have people type. @module */
import { LANGUAGES } from "../../web/i18n/languages.ts";
import { REPOSITORY } from "../harness/server_process.ts";

/** Written from the sources, or about what has been. */
const NOT_FOR_TYPING = [
  "<!-- Written by scripts/generate_docs.ts",
  "# Changelog",
];

export interface Typed {
  /** `docs/backup.md:17` */
  readonly place: string;
  readonly line: string;
}

export interface Document {
  readonly path: string;
  readonly text: string;
}

/** README and all that is written by hand in `docs/`, decisions left out. */
export async function guide(): Promise<Document[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${REPOSITORY}/docs`));
  const paths = entries.map(({ name }) => name).filter((name) =>
    name.endsWith(".md")
  ).sort().map((name) => `docs/${name}`);
  const documents = await Promise.all(
    ["README.md", ...paths].map(async (path) => ({
      path,
      text: await Deno.readTextFile(`${REPOSITORY}/${path}`),
    })),
  );
  return documents.filter(({ text }) =>
    !NOT_FOR_TYPING.some((start) => text.startsWith(start))
  );
}

/** Topics of the guide that servers show, by language. */
export async function topics(): Promise<Record<string, Document[]>> {
  const found: Record<string, Document[]> = {};
  for (const language of LANGUAGES) {
    const folder = `docs/guide/${language}`;
    const entries = await Array.fromAsync(
      Deno.readDir(`${REPOSITORY}/${folder}`),
    );
    const paths = entries.map(({ name }) => `${folder}/${name}`).sort();
    found[language] = await Promise.all(paths.map(async (path) => ({
      path,
      text: await Deno.readTextFile(`${REPOSITORY}/${path}`),
    })));
  }
  return found;
}

/** Lines of the blocks of a shell, without comments; here-documents and continued lines as one. */
export function shellLines({ path, text }: Document): Typed[] {
  const found: Typed[] = [];
  let isShell = false;
  let inside = false;
  let open: { readonly place: string; line: string } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trimStart().startsWith("```")) {
      inside = !inside;
      isShell = inside && /^\s*```sh$/.test(line);
      continue;
    }
    if (!isShell) continue;
    const bare = withoutComment(line).trim();
    if (bare === "") continue;
    const whole = open === undefined ? bare : `${open.line} ${bare}`;
    const place = open?.place ?? `${path}:${index + 1}`;
    if (bare.endsWith("\\")) {
      open = { place, line: whole.slice(0, -1).trim() };
    } else {
      open = undefined;
      found.push({ place, line: whole });
    }
  }
  return found;
}

/** `postern …` within sentences and tables; what has "…" is not all of it. */
export function quotedLines({ path, text }: Document): Typed[] {
  const prose = text.replace(/^\s*```[\s\S]*?^\s*```$/gm, "");
  return [...prose.matchAll(/`(postern [^`…]+)`/g)].map(([, line = ""]) => ({
    place: path,
    line: line.replace(/\s+/g, " "),
  }));
}

/** Words of each command of a line that is of ours, without its name. */
export function commandsOf(line: string, name: string): string[][] {
  const own = new RegExp(`^(?:\\S*/)?${name}$`);
  return line.split(/\s(?:\||&&|;)\s|;\s/).flatMap((part) => {
    const all = words(part);
    const at = all.findIndex((word) => own.test(word));
    // before it: sudo, a container's engine, variables; not a file to copy
    const isCalled = all.slice(0, Math.max(at, 0)).every((word) =>
      /^(?:sudo|podman|docker|exec|run|CONTAINER|-\w+|\w+=\S*)$/.test(word)
    );
    return at >= 0 && isCalled ? [withoutRedirection(all.slice(at + 1))] : [];
  });
}

function withoutRedirection(all: readonly string[]): string[] {
  const end = all.findIndex((word) => /^[12]?[<>]/.test(word));
  return end < 0 ? [...all] : all.slice(0, end);
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s+)#.*$/, "");
}

/** Splits at blanks, but not within quotes. */
function words(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) =>
    match[1] ?? match[2] ?? match[3] ?? ""
  );
}
