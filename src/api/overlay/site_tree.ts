/**
 * The operator's directory as a whole: written from what is built in, and
 * looked through for what is broken, not shown, or older than the program.
 *
 * @module
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { builtInFiles, builtTemplate } from "./built_in.ts";
import { samples } from "./sample.ts";
import {
  MAX_TEMPLATE_OCTETS,
  readTemplate,
  TemplateFault,
  Templates,
  type TemplateText,
} from "./templates.ts";
import { Tree } from "./tree.ts";

/** Beside the files: what each was when it was exported. */
const ORIGIN_FILE = ".origin.json";
const ORIGIN = v.object({
  version: v.string(),
  files: v.record(v.string(), v.string()),
});
type Origin = v.InferOutput<typeof ORIGIN>;

const MOST_FILES = 5000;
const DEEPEST = 8;
/** What html-migrate and editors keep beside a file, and means to nobody. */
const KEPT_BESIDE = /(?:~|\.(?:bak|orig|swp|tmp))$/i;
/** Looked at in one go. */
const FILES_AT_ONCE = 100;

export interface Exported {
  readonly written: readonly string[];
  /** There already, as they would have been written. */
  readonly same: readonly string[];
  /** There already, and other than they would have been: left alone. */
  readonly kept: readonly string[];
}

/**
 * @param only Which files, as a pattern with `*`
 * @param force Also in place of files that differ
 */
export async function exportSite(
  directory: string,
  { version, only, force }: {
    readonly version: string;
    readonly only?: string;
    readonly force: boolean;
  },
): Promise<Exported> {
  await Deno.mkdir(directory, { recursive: true });
  const pattern = only === undefined ? /^/ : patternOf(only);
  const written: string[] = [];
  const same: string[] = [];
  const kept: string[] = [];
  const origin = { ...(await readOrigin(directory))?.files };
  for (const [name, octets] of builtInFiles()) {
    if (!pattern.test(name)) continue;
    const path = `${directory}/${name}`;
    const there = await Deno.readFile(path).catch(() => undefined);
    if (there && hashOf(there) === hashOf(octets)) {
      same.push(name);
    } else if (there && !force) {
      kept.push(name);
      continue;
    } else {
      await Deno.writeFile(path, octets, { mode: 0o644 });
      written.push(name);
    }
    origin[name] = hashOf(octets);
  }
  await Deno.writeTextFile(
    `${directory}/${ORIGIN_FILE}`,
    `${JSON.stringify({ version, files: origin } satisfies Origin, null, 2)}\n`,
    { mode: 0o644 },
  );
  return { written, same, kept };
}

export interface SiteProblem {
  readonly file: string;
  readonly line?: number;
  readonly problem: string;
  /** A broken page is not shown; with the others visitors see what was meant, or nothing. */
  readonly severity: "error" | "warning";
}

export interface SiteReport {
  readonly templates: number;
  readonly files: number;
  /** Those that are shown in place of one of the program's. */
  readonly overridden: readonly string[];
  readonly problems: readonly SiteProblem[];
  /** As they were exported, while the program has another version now. */
  readonly stale: readonly string[];
  /** Changed here, and in the program too. */
  readonly both_changed: readonly string[];
}

/**
 * Renders every template in every state, and looks at every file.
 *
 * @param pause Awaited before each template and each hundred files: all of them
 * may take a while
 */
export async function checkSite(
  directory: string,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<SiteReport> {
  const names = await filesIn(directory);
  const builtIn = builtInFiles();
  const overridden: string[] = [];
  const tree = new Tree(() => directory, () => 0);
  const templates = new Templates((name) => textIn(tree, name));
  const problems: SiteProblem[] = [];
  let count = 0;
  for (const [at, name] of names.entries()) {
    if (name.endsWith(".html") || at % FILES_AT_ONCE === 0) await pause();
    if (KEPT_BESIDE.test(name)) continue;
    const { unshown, file } = tree.look(name);
    if (file && builtIn.has(name)) overridden.push(name);
    if (unshown !== undefined) {
      problems.push({
        file: name,
        severity: "warning",
        problem: unshown === "outside"
          ? "leads out of the directory, and is not shown"
          : "can be written by everybody, and is not shown: chmod o-w",
      });
    } else if (!file) {
      problems.push({
        file: name,
        severity: "warning",
        problem: "has a name that is never shown",
      });
    } else if (name.endsWith(".html")) {
      count++;
      problems.push(...renderProblems(templates, name));
    }
  }
  return {
    templates: count,
    files: names.length,
    overridden,
    problems,
    ...await comparedWithOrigin(directory),
  };
}

function renderProblems(templates: Templates, name: string): SiteProblem[] {
  const fault = faultIn(templates, name);
  if (!fault) return [];
  const { file, line, problem } = fault;
  return [{
    file,
    ...(line === undefined ? {} : { line }),
    problem,
    severity: "error",
  }];
}

/** Why it cannot be rendered in every state; undefined if it can. */
export function faultIn(
  templates: Templates,
  name: string,
): TemplateFault | undefined {
  for (const { words, variables } of samples()) {
    try {
      templates.render(name, variables, words);
    } catch (error) {
      if (error instanceof TemplateFault) return error;
      throw error;
    }
  }
  return undefined;
}

function textIn(tree: Tree, name: string): TemplateText | undefined {
  const found = tree.find(name);
  if (!found) {
    const text = builtTemplate(name);
    return text === undefined ? undefined : { text, stamp: "built in" };
  }
  if (found.sizeOctets > MAX_TEMPLATE_OCTETS) {
    throw new TemplateFault(name, undefined, "is larger than 1 MiB");
  }
  return { text: readTemplate(name, found.path), stamp: found.stamp };
}

async function comparedWithOrigin(
  directory: string,
): Promise<Pick<SiteReport, "stale" | "both_changed">> {
  const origin = await readOrigin(directory);
  const stale: string[] = [];
  const bothChanged: string[] = [];
  for (const [name, octets] of builtInFiles()) {
    const exported = origin?.files[name];
    if (exported === undefined || exported === hashOf(octets)) continue;
    const there = await Deno.readFile(`${directory}/${name}`)
      .catch(() => undefined);
    if (!there) continue;
    const now = hashOf(there);
    if (now === hashOf(octets)) continue;
    (now === exported ? stale : bothChanged).push(name);
  }
  return { stale, both_changed: bothChanged };
}

/** Relative, sorted. What begins with a dot is nobody's business. */
export async function filesIn(directory: string): Promise<string[]> {
  const found: string[] = [];
  async function walk(below: string, depth: number): Promise<void> {
    for await (const entry of Deno.readDir(`${directory}/${below}`)) {
      if (entry.name.startsWith(".") || found.length >= MOST_FILES) continue;
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (!entry.isDirectory) found.push(name);
      else if (depth < DEEPEST) await walk(name, depth + 1);
    }
  }
  await walk("", 0);
  return found.sort();
}

async function readOrigin(directory: string): Promise<Origin | undefined> {
  try {
    const text = await Deno.readTextFile(`${directory}/${ORIGIN_FILE}`);
    const parsed = v.safeParse(ORIGIN, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // it was not exported by this program
  }
}

function patternOf(glob: string): RegExp {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*")}$`);
}

function hashOf(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}
