/**
 * Files of the pages, part of the program, under names that change with them.
 * `scripts/bundle.ts` makes them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import * as v from "valibot";
import { takesGzip } from "../http/compression.ts";
import type { Assets } from "../../web/pages/frame.tsx";

const MANIFEST = v.object({
  files: v.record(
    v.string(),
    v.object({ file: v.string(), type: v.string() }),
  ),
});

interface StaticFile {
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
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
      .map(([, { file, type }]) => [`/static/${file}`, readFile(file, type)]),
  );

/** Names of the files that the panel's page loads. */
export interface PanelFiles {
  /** Runs before anything is painted. */
  readonly start: string;
  readonly script: string;
  readonly style: string;
  readonly icon: string;
  readonly qrReader: string;
  /** By language. */
  readonly words: Readonly<Record<string, string>>;
}

const PANEL_FILES: ReadonlyMap<string, StaticFile> = new Map(
  Object.entries(FILES)
    .filter(([name]) => OF_PANEL.test(name) || name === "icon.svg")
    .map(([, { file, type }]) => [file, readFile(file, type)]),
);

export function panelFiles(): PanelFiles {
  return {
    start: fileOf("panel_start.js"),
    script: fileOf("panel.js"),
    style: fileOf("panel.css"),
    icon: fileOf("icon.svg"),
    qrReader: fileOf("qr_reader.js"),
    words: wordsOf("panel"),
  };
}

/** Names of the files that the page of the browser client loads. */
export interface ClientFiles {
  readonly script: string;
  readonly styles: readonly string[];
  readonly icon: string;
  readonly qrReader: string;
  readonly openpgp: string;
  readonly worker: string;
  /** By language. */
  readonly words: Readonly<Record<string, string>>;
}

const CLIENT_FILES: ReadonlyMap<string, StaticFile> = new Map(
  Object.entries(FILES)
    .filter(([name]) => OF_CLIENT.test(name) || SHARED.includes(name))
    .map(([, { file, type }]) => [file, readFile(file, type)]),
);

export function clientFiles(): ClientFiles {
  return {
    script: fileOf("app.js"),
    styles: [fileOf("panel.css"), fileOf("app.css")],
    icon: fileOf("icon.svg"),
    qrReader: fileOf("qr_reader.js"),
    openpgp: fileOf("openpgp.js"),
    worker: fileOf("app_worker.js"),
    words: wordsOf("app"),
  };
}

/** undefined: the browser client has no file of this name. */
export function clientFile(name: string): Response | undefined {
  const file = CLIENT_FILES.get(name);
  return file && fileResponse(file);
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
export function panelFile(name: string): Response | undefined {
  const file = PANEL_FILES.get(name);
  return file && fileResponse(file);
}

/** A file by its name in the sources. @throws {RangeError} if the build has no such file */
export function builtAsset(name: string): StaticFile {
  const file = STATIC_FILES[pathOf(name)];
  if (file) return file;
  throw new RangeError(`No file of the pages is named ${name}`);
}

/** Under a name that stays, and may be another file tomorrow. */
export function stableFile(name: string): Response {
  const response = fileResponse(builtAsset(name));
  response.headers.set("cache-control", "public, max-age=86400");
  return response;
}

function readFile(name: string, type: string): StaticFile {
  const octets = Deno.readFileSync(new URL(name, FOLDER));
  const hash = createHash("sha256").update(octets).digest("hex");
  return { octets, type, etag: `"${hash.slice(0, 16)}"` };
}

/** Compressed where it is taken so (RFC 9110 §12.5.3). */
export function staticFile(path: string, { headers }: Request): Response {
  const file = STATIC_FILES[path];
  if (!file) throw new RangeError(`No static file is named ${path}`);
  if (!takesGzip(headers.get("accept-encoding") ?? "")) {
    return fileResponse(file);
  }
  const response = fileResponse({ ...file, octets: compressedOf(file) });
  response.headers.set("content-encoding", "gzip");
  response.headers.set("vary", "accept-encoding");
  response.headers.set("etag", `W/${file.etag}`);
  return response;
}

const compressed = new Map<StaticFile, Uint8Array<ArrayBuffer>>();

/** Once for all who ask. */
function compressedOf(file: StaticFile): Uint8Array<ArrayBuffer> {
  const known = compressed.get(file);
  if (known) return known;
  const made = new Uint8Array(gzipSync(file.octets, { level: 9 }));
  compressed.set(file, made);
  return made;
}

function fileResponse({ octets, type, etag }: StaticFile): Response {
  return new Response(octets, {
    headers: {
      "content-type": type,
      "etag": etag,
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
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
