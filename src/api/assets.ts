/**
 * Files of the pages, part of the program, under names that change with them.
 * `scripts/bundle.ts` makes them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Coding } from "../http/coding.ts";
import { fileAnswer, readFrom } from "../http/file_answer.ts";
import type { Assets } from "../../web/pages/frame.tsx";

const MANIFEST = v.object({
  files: v.record(
    v.string(),
    v.object({
      file: v.string(),
      type: v.string(),
      codings: v.array(v.picklist(["br", "gzip"])),
    }),
  ),
});
type Listed = v.InferOutput<typeof MANIFEST>["files"][string];

interface StaticFile {
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
  readonly coded: ReadonlyMap<Coding, Uint8Array<ArrayBuffer>>;
}

const FOLDER = new URL("../../build/web/", import.meta.url);
const { files: FILES } = v.parse(MANIFEST, readManifest());

export const ASSETS: Assets = {
  style: pathOf("site.css"),
  script: pathOf("site.js"),
  icon: pathOf("icon.svg"),
};

/** What only the panel loads: it may be where nobody finds it, or not at all. */
const OF_PANEL = /^(?:panel[._]|qr_reader\.)/;

/** What only the browser client loads, below its own path; some of it is the panel's, too. */
const OF_CLIENT = /^(?:app[._]|app_worker\.|openpgp\.)/;
const SHARED = ["panel.css", "qr_reader.js", "icon.svg"];

/** By path. */
export const STATIC_FILES: Readonly<Record<string, StaticFile>> = Object
  .fromEntries(
    Object.entries(FILES).filter(([name]) =>
      !OF_PANEL.test(name) && !OF_CLIENT.test(name)
    )
      .map(([, listed]) => [`/static/${listed.file}`, readFile(listed)]),
  );

/** Names of the files that the panel's page loads. */
export interface PanelFiles {
  /** Runs before anything is painted. */
  readonly start: string;
  readonly script: string;
  readonly style: string;
  readonly icon: string;
  readonly qrReader: string;
  /** Draws graphs. */
  readonly plot: string;
  /** By language. */
  readonly words: Readonly<Record<string, string>>;
}

const PANEL_FILES: ReadonlyMap<string, StaticFile> = new Map(
  Object.entries(FILES)
    .filter(([name]) => OF_PANEL.test(name) || name === "icon.svg")
    .map(([, listed]) => [listed.file, readFile(listed)]),
);

export function panelFiles(): PanelFiles {
  return {
    start: fileOf("panel_start.js"),
    script: fileOf("panel.js"),
    style: fileOf("panel.css"),
    icon: fileOf("icon.svg"),
    qrReader: fileOf("qr_reader.js"),
    plot: fileOf("panel_plot.js"),
    words: wordsOf("panel"),
  };
}

/** Names of the files that the page of the browser client loads. */
export interface ClientFiles {
  readonly script: string;
  readonly styles: readonly string[];
  readonly icon: string;
  readonly pngIcons: {
    readonly small: string;
    readonly large: string;
    /** Filled to its edges: what is outside the middle may be cut. */
    readonly maskable: string;
    readonly apple: string;
  };
  readonly qrReader: string;
  readonly openpgp: string;
  readonly worker: string;
  /** By language. */
  readonly words: Readonly<Record<string, string>>;
}

const CLIENT_FILES: ReadonlyMap<string, StaticFile> = new Map(
  Object.entries(FILES)
    .filter(([name]) => OF_CLIENT.test(name) || SHARED.includes(name))
    .map(([, listed]) => [listed.file, readFile(listed)]),
);

export function clientFiles(): ClientFiles {
  return {
    script: fileOf("app.js"),
    styles: [fileOf("panel.css"), fileOf("app.css")],
    icon: fileOf("icon.svg"),
    pngIcons: {
      small: fileOf("app_icon_192.png"),
      large: fileOf("app_icon_512.png"),
      maskable: fileOf("app_icon_maskable.png"),
      apple: fileOf("app_icon_apple.png"),
    },
    qrReader: fileOf("qr_reader.js"),
    openpgp: fileOf("openpgp.js"),
    worker: fileOf("app_worker.js"),
    words: wordsOf("app"),
  };
}

/** undefined: the browser client has no file of this name. */
export function clientFile(
  name: string,
  request: Request,
): Promise<Response> | undefined {
  const file = CLIENT_FILES.get(name);
  return file && answer(file, request);
}

/** Catalogues of a script, by language. */
function wordsOf(script: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FILES).flatMap(([name, { file }]) => {
      const [, owner, language] = /^(\w+)\.(\w+)\.json$/.exec(name) ?? [];
      return owner === script && language ? [[language, file]] : [];
    }),
  );
}

/** undefined: the panel has no file of this name. */
export function panelFile(
  name: string,
  request: Request,
): Promise<Response> | undefined {
  const file = PANEL_FILES.get(name);
  return file && answer(file, request);
}

/** A file by its name in the sources. @throws {RangeError} if the build has no such file */
export function builtAsset(name: string): StaticFile {
  const file = STATIC_FILES[pathOf(name)];
  if (file) return file;
  throw new RangeError(`No file of the pages is named ${name}`);
}

/** Under a name that stays, and may be another file tomorrow. */
export function stableFile(name: string, request: Request): Promise<Response> {
  return answer(builtAsset(name), request, "public, max-age=86400");
}

/** @throws {RangeError} if there is none at this path */
export function staticFile(path: string, request: Request): Promise<Response> {
  const file = STATIC_FILES[path];
  if (!file) throw new RangeError(`No static file is named ${path}`);
  return answer(file, request);
}

function answer(
  { octets, type, etag, coded }: StaticFile,
  request: Request,
  caching = "public, max-age=31536000, immutable",
): Promise<Response> {
  return fileAnswer(request, {
    sizeOctets: octets.length,
    etag,
    headers: { "content-type": type, "cache-control": caching },
    coded,
    read: readFrom(octets),
  });
}

function readFile({ file, type, codings }: Listed): StaticFile {
  const octets = Deno.readFileSync(new URL(file, FOLDER));
  const hash = createHash("sha256").update(octets).digest("hex");
  const coded = new Map(codings.map((coding) => [
    coding,
    Deno.readFileSync(new URL(`${file}.${coding}`, FOLDER)),
  ]));
  return { octets, type, etag: `"${hash.slice(0, 16)}"`, coded };
}

function pathOf(name: string): string {
  return `/static/${fileOf(name)}`;
}

/** @throws {RangeError} if the build has no such file */
function fileOf(name: string): string {
  const found = FILES[name];
  if (found) return found.file;
  throw new RangeError(`No file of the pages is named ${name}`);
}

function readManifest(): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(new URL("manifest.json", FOLDER)));
  } catch (error) {
    throw new Error("What browsers load is not built: run `make bundle`", {
      cause: error,
    });
  }
}
