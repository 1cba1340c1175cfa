/**
 * Makes what browsers load: one script for each module directly in
 * `web/browser/`, the style sheets and pictures of `web/static/`, and the words
 * of scripts in each language, under names that change with their content, each
 * also compressed. `build/web/manifest.json` lists them for the server.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { makeGuide } from "./guide.ts";
import { appIcons } from "./pictures/icons.ts";
import { fail, print, REPOSITORY, run, treeFiles } from "./repository.ts";

const OUTPUT = "build/web";
const ICON = "web/static/icon.svg";
/** What is beside the files that are served as they are. */
const OTHERS: ReadonlySet<string> = new Set(["manifest.json", "guide.json"]);
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
};
/** Scripts that have words, and the catalogues of `web/locales/` that they take them from. */
const CATALOGUES: Readonly<Record<string, readonly string[]>> = {
  panel: ["panel", "people", "conditions", "doctor", "settings"],
  app: ["panel", "app"],
};

/** One file as `manifest.json` has it, by its name in the source. */
interface Listed {
  readonly file: string;
  readonly type: string;
  readonly octets: number;
  readonly gzip_octets: number;
  /** Forms that lie beside it, under its name and theirs. */
  readonly codings: readonly Coding[];
}

type Coding = "br" | "gzip";

interface Manifest {
  /** Digest of all that went in: while it stays, nothing is made anew. */
  readonly sources: string;
  readonly files: Readonly<Record<string, Listed>>;
}

/** Makes the files unless they are there and fresh; gives what there is. */
export async function bundle(): Promise<Manifest["files"]> {
  await makeGuide();
  const inputs = await treeFiles([
    "web/browser",
    "web/static",
    "web/locales",
    "scripts/bundle.ts",
    "scripts/pictures",
    "deno.lock",
  ]);
  const sources = await digestOf(inputs);
  const known = await readManifest();
  if (known?.sources === sources) return known.files;
  await Deno.mkdir(`${REPOSITORY}/${OUTPUT}`, { recursive: true });
  const made = [
    ...await bundleScripts(inputs),
    ...await Promise.all(inputs.filter(isStatic).map(readStatic)),
    ...await joinCatalogues(inputs),
    ...await drawIcons(),
  ];
  const files: Record<string, Listed> = {};
  for (const { name, octets } of made) files[name] = await write(name, octets);
  await Deno.writeTextFile(
    `${REPOSITORY}/${OUTPUT}/manifest.json`,
    JSON.stringify({ sources, files } satisfies Manifest, null, 2),
  );
  await removeOthers(files);
  return files;
}

interface Made {
  readonly name: string;
  readonly octets: Uint8Array;
}

async function bundleScripts(inputs: readonly string[]): Promise<Made[]> {
  const entries = inputs.filter((file) =>
    /^web\/browser\/[^/]+\.tsx?$/.test(file) &&
    !/(?:_test\.tsx?|\.d\.ts)$/.test(file)
  );
  // the first one puts the bundler into Deno's cache, where two at once would be in each other's way
  const [first, ...rest] = entries;
  if (first === undefined) return [];
  return [
    await bundleScript(first),
    ...await Promise.all(rest.map(bundleScript)),
  ];
}

async function bundleScript(entry: string): Promise<Made> {
  const name = entry.replace(/^.*\//, "").replace(/\.tsx?$/, ".js");
  const file = `${OUTPUT}/${name}.new`;
  await run(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--no-check",
    "--platform",
    "browser",
    "--minify",
    "--output",
    file,
    entry,
  ]);
  const octets = await Deno.readFile(`${REPOSITORY}/${file}`);
  await Deno.remove(`${REPOSITORY}/${file}`);
  return { name, octets };
}

function isStatic(file: string): boolean {
  return file.startsWith("web/static/");
}

async function readStatic(file: string): Promise<Made> {
  const octets = await Deno.readFile(`${REPOSITORY}/${file}`);
  return { name: file.slice("web/static/".length), octets };
}

async function drawIcons(): Promise<Made[]> {
  const svg = await Deno.readTextFile(`${REPOSITORY}/${ICON}`);
  return [...appIcons(svg)].map(([name, octets]) => ({ name, octets }));
}

/** One for each script and language: `panel.fa.json`. */
async function joinCatalogues(inputs: readonly string[]): Promise<Made[]> {
  const made = new Map<string, Record<string, string>>();
  for (const [script, areas] of Object.entries(CATALOGUES)) {
    for (const area of areas) {
      for (const file of inputs) {
        const [, language] = /^web\/locales\/(\w+)\/(\w+)\.json$/.exec(file) ??
          [];
        if (!file.endsWith(`/${area}.json`) || !language) continue;
        const text = await Deno.readTextFile(`${REPOSITORY}/${file}`);
        const name = `${script}.${language}.json`;
        made.set(name, { ...made.get(name), ...JSON.parse(text) });
      }
    }
  }
  return [...made].map(([name, words]) => ({
    name,
    octets: new TextEncoder().encode(JSON.stringify(words)),
  }));
}

async function write(name: string, octets: Uint8Array): Promise<Listed> {
  const extension = name.slice(name.lastIndexOf(".") + 1);
  const type = TYPES[extension];
  if (type === undefined) throw new Error(`No type is known for ${name}`);
  const hash = createHash("sha256").update(octets).digest("hex").slice(0, 12);
  const stem = name.slice(0, -extension.length - 1);
  const file = `${stem}.${hash}.${extension}`;
  await Deno.writeFile(`${REPOSITORY}/${OUTPUT}/${file}`, octets);
  const forms = compressedForms(octets);
  for (const [coding, form] of forms) {
    await Deno.writeFile(`${REPOSITORY}/${OUTPUT}/${file}.${coding}`, form);
  }
  return {
    file,
    type,
    octets: octets.length,
    gzip_octets: gzipSync(octets).length,
    codings: forms.map(([coding]) => coding),
  };
}

/** As small as can be, where it is smaller at all: it is done once. */
function compressedForms(octets: Uint8Array): [Coding, Uint8Array][] {
  const forms: [Coding, Uint8Array][] = [
    [
      "br",
      brotliCompressSync(octets, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: octets.length,
        },
      }),
    ],
    ["gzip", gzipSync(octets, { level: 9 })],
  ];
  return forms.filter(([, { length }]) => length < octets.length);
}

/** All that lies in the folder for one of the list. */
export function filesOf({ file, codings }: Listed): readonly string[] {
  return [file, ...codings.map((coding) => `${file}.${coding}`)];
}

async function removeOthers(
  files: Readonly<Record<string, Listed>>,
): Promise<void> {
  const kept = new Set(Object.values(files).flatMap(filesOf));
  for await (const { name } of Deno.readDir(`${REPOSITORY}/${OUTPUT}`)) {
    if (kept.has(name) || OTHERS.has(name)) continue;
    await Deno.remove(`${REPOSITORY}/${OUTPUT}/${name}`);
  }
}

async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file}\n`);
    hash.update(await Deno.readFile(`${REPOSITORY}/${file}`));
  }
  return hash.digest("hex");
}

async function readManifest(): Promise<Manifest | undefined> {
  try {
    return JSON.parse(
      await Deno.readTextFile(`${REPOSITORY}/${OUTPUT}/manifest.json`),
    );
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  try {
    for (
      const [name, { octets, gzip_octets }] of Object.entries(await bundle())
    ) {
      print(`${name}: ${octets} octets, ${gzip_octets} compressed`);
    }
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}
