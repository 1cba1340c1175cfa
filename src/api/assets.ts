/**
 * Files of the pages, part of the program, under names that change with them.
 * `scripts/bundle.ts` makes them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Assets } from "../../web/pages/layout.tsx";

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

/** By path. */
export const STATIC_FILES: Readonly<Record<string, StaticFile>> = Object
  .fromEntries(
    Object.values(FILES).map(({ file, type }) => [
      `/static/${file}`,
      readFile(file, type),
    ]),
  );

function readFile(name: string, type: string): StaticFile {
  const octets = Deno.readFileSync(new URL(name, FOLDER));
  const hash = createHash("sha256").update(octets).digest("hex");
  return { octets, type, etag: `"${hash.slice(0, 16)}"` };
}

export function staticFile(path: string): Response {
  const file = STATIC_FILES[path];
  if (!file) throw new RangeError(`No static file is named ${path}`);
  return new Response(file.octets, {
    headers: {
      "content-type": file.type,
      "etag": file.etag,
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}

/** @throws {RangeError} if the build has no such file */
function pathOf(name: string): string {
  const found = FILES[name];
  if (found) return `/static/${found.file}`;
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
