/**
 * Files of the operator's own site: only those inside its directory, whatever
 * links and names there are, and none that was not meant to be seen.
 *
 * @module
 */

const MAX_PATH = 1024;
/** A look at a file counts for so long. */
const FRESH_MS = 1000;
const MOST_LOOKS = 2000;
/** A name: no dot before it, nothing that is none in a path. */
// deno-lint-ignore no-control-regex
const SEGMENT = /^[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*$/;
/** What editors and programs leave behind, keys, databases, configurations. */
const UNSEEN =
  /(?:~|\.(?:bak|tmp|swp|swo|orig|db|db-.*|sqlite.*|pem|key|toml))$/i;
const WRITABLE_BY_ALL = 0o002;

export interface TreeFile {
  /** Its real place. */
  readonly path: string;
  readonly sizeOctets: number;
  /** Changes with the file. */
  readonly stamp: string;
  readonly changedAt: Date | undefined;
}

/** Why a file is not shown. */
export type Unshown = "writable_by_all" | "outside";

export interface Look {
  readonly file?: TreeFile;
  readonly unshown?: Unshown;
}

export class Tree {
  readonly #directory: () => string;
  readonly #now: () => number;
  readonly #looks = new Map<string, { readonly at: number; look: Look }>();

  /** @param directory Empty: there is none. @param now Milliseconds since some start. */
  constructor(directory: () => string, now: () => number) {
    this.#directory = directory;
    this.#now = now;
  }

  get isThere(): boolean {
    return this.#directory() !== "";
  }

  /** @param path Relative, as `info.html` or `img/logo.png`. */
  find(path: string): TreeFile | undefined {
    return this.look(path).file;
  }

  /** As `find`, and why there is none that could have been one. */
  look(path: string): Look {
    const directory = this.#directory();
    if (directory === "" || !isShown(path)) return {};
    const key = `${directory}\0${path}`;
    const known = this.#looks.get(key);
    const now = this.#now();
    if (known && now - known.at < FRESH_MS) return known.look;
    const look = lookAt(directory, path);
    this.#looks.delete(key);
    this.#looks.set(key, { at: now, look });
    const [oldest] = this.#looks.keys();
    if (this.#looks.size > MOST_LOOKS && oldest !== undefined) {
      this.#looks.delete(oldest);
    }
    return look;
  }
}

function lookAt(directory: string, path: string): Look {
  try {
    const root = Deno.realPathSync(directory);
    const place = Deno.realPathSync(`${root}/${path}`);
    if (!place.startsWith(`${root}/`)) return { unshown: "outside" };
    // a link may lead to what is not shown under its own name
    if (!isShown(place.slice(root.length + 1))) return { unshown: "outside" };
    const { isFile, size, mtime, mode } = Deno.statSync(place);
    if (!isFile) return {};
    if (((mode ?? 0) & WRITABLE_BY_ALL) !== 0) {
      return { unshown: "writable_by_all" };
    }
    const changed = mtime?.getTime() ?? 0;
    return {
      file: {
        path: place,
        sizeOctets: size,
        stamp: `${changed.toString(16)}-${size.toString(16)}`,
        changedAt: mtime ?? undefined,
      },
    };
  } catch {
    return {}; // not there, or not ours to read
  }
}

/** Whether a file of this name may be seen at all. */
function isShown(path: string): boolean {
  return path.length <= MAX_PATH && !UNSEEN.test(path) &&
    path.split("/").every((segment) => SEGMENT.test(segment));
}

/** Of an URL, decoded once; undefined if it can name no file. */
export function pathIn(pathname: string): string | undefined {
  if (pathname.length > MAX_PATH) return undefined;
  try {
    return decodeURIComponent(pathname).slice(1);
  } catch {
    return undefined; // its escapes are no UTF-8
  }
}
