/** Files of the operator's site, whole and from its directory alone. @module */
import { getMimeType } from "hono/utils/mime";

const MAX_PATH = 1024;
const INDEX = "index.html";
/** A name of a file or directory: no dot before it, nothing that is none in a path. */
// deno-lint-ignore no-control-regex
const SEGMENT = /^[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*$/;
const WELL_KNOWN = ".well-known";
const UNKNOWN_TYPE = "application/octet-stream";

/**
 * @param directory empty: there is none
 * @param path of the URL, with its escapes
 * @returns undefined if there is no such file, or it leads out of the directory
 */
export async function decoyFile(
  directory: string,
  path: string,
): Promise<Response | undefined> {
  const segments = directory === "" ? undefined : segmentsOf(path);
  if (!segments) return undefined;
  let file: Deno.FsFile | undefined;
  try {
    const root = await Deno.realPath(directory);
    const asked = await Deno.realPath([root, ...segments].join("/"));
    if (asked !== root && !asked.startsWith(`${root}/`)) return undefined;
    const { isDirectory } = await Deno.stat(asked);
    const name = isDirectory ? `${asked}/${INDEX}` : asked;
    file = await Deno.open(name);
    const { isFile, size, mtime } = await file.stat();
    if (!isFile) {
      file.close();
      return undefined;
    }
    return new Response(file.readable, {
      headers: {
        "content-type": getMimeType(name) ?? UNKNOWN_TYPE,
        "content-length": String(size),
        ...(mtime ? validators(mtime, size) : {}),
      },
    });
  } catch {
    file?.close();
    return undefined; // not there, or not ours to read
  }
}

function validators(mtime: Date, size: number): Record<string, string> {
  const changed = Math.floor(mtime.getTime() / 1000);
  return {
    etag: `"${changed.toString(16)}-${size.toString(16)}"`,
    "last-modified": mtime.toUTCString(),
  };
}

function segmentsOf(path: string): readonly string[] | undefined {
  if (path.length > MAX_PATH) return undefined;
  try {
    const segments = decodeURIComponent(path).slice(1).split("/");
    if (segments.at(-1) === "") segments.pop(); // of a directory
    const areNames = segments.every((segment, at) =>
      SEGMENT.test(segment) || (at === 0 && segment === WELL_KNOWN)
    );
    return areNames ? segments : undefined;
  } catch {
    return undefined; // its escapes are no UTF-8
  }
}
