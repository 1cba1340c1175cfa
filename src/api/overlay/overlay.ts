/**
 * The operator's own pages and files, before those of the program: each file
 * of its own, looked at anew whenever it changes. A template that cannot be
 * rendered is told of, and the page of the program shown in its place.
 *
 * @module
 */
import { getMimeType } from "hono/utils/mime";
import { openFileAnswer } from "../../http/open_file.ts";
import type { Words } from "../../../web/i18n/words.ts";
import { builtTemplate } from "./built_in.ts";
import {
  MAX_TEMPLATE_OCTETS,
  readTemplate,
  TemplateFault,
  Templates,
  type TemplateText,
} from "./templates.ts";
import { pathIn, Tree, type TreeFile } from "./tree.ts";

export interface OverlayOptions {
  /** Of the files; empty: there are none. */
  directory(): string;
  /** A page that is broken is that of the program; else visitors are told. */
  fallsBack(): boolean;
  /** Content-Security-Policy of the operator's pages; empty: the built-in one. */
  contentSecurityPolicy(): string;
  /** Milliseconds since some start. */
  now(): number;
  /** What is broken now, by file; told when it changes. */
  onFaults(faults: ReadonlyMap<string, TemplateFault>): void;
}

export type OwnPage =
  | { readonly kind: "text"; readonly text: string; readonly policy: string }
  | { readonly kind: "broken" };

const UNKNOWN_TYPE = "application/octet-stream";
/** What people of Delta Chat have to give away. */
const MORE_TYPES: ReadonlyMap<string, string> = new Map([
  ["xdc", "application/x-webxdc"],
  ["apk", "application/vnd.android.package-archive"],
]);
const CACHING = "no-cache, must-revalidate";
const SLOW_MS = 100;
const REST_MS = 60_000;
/** Operators' pages have code of their own between the lines. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export class Overlay {
  readonly #options: OverlayOptions;
  readonly #tree: Tree;
  readonly #templates: Templates;
  readonly #faults = new Map<string, TemplateFault>();
  readonly #resting = new Map<
    string,
    { readonly stamp: string; readonly until: number }
  >();
  /** Of texts that were read, by place and stamp. */
  readonly #texts = new Map<string, TemplateText>();

  constructor(options: OverlayOptions) {
    this.#options = options;
    this.#tree = new Tree(() => options.directory(), () => options.now());
    this.#templates = new Templates((name) => this.#textOf(name));
  }

  /** Whether the operator has a file of this name. */
  has(file: string): boolean {
    return this.#tree.find(file) !== undefined;
  }

  /** The operator's version of a page; undefined: there is none, or it is broken and not shown. */
  page(file: string, variables: object, words: Words): OwnPage | undefined {
    if (!this.#tree.isThere || !this.has(file)) {
      this.#mend(file);
      return undefined;
    }
    if (this.#isResting(file)) {
      return this.#options.fallsBack() ? undefined : { kind: "broken" };
    }
    const startedAt = this.#options.now();
    try {
      const text = this.#templates.render(file, variables, words);
      this.#mend(file);
      const policy = this.#options.contentSecurityPolicy() || POLICY;
      return { kind: "text", text, policy };
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      this.#break(file, error);
      this.#rest(file, startedAt);
      return this.#options.fallsBack() ? undefined : { kind: "broken" };
    }
  }

  /** One that took long to fail is not tried again soon: all else waits meanwhile. */
  #rest(file: string, startedAt: number): void {
    const now = this.#options.now();
    const stamp = this.#tree.find(file)?.stamp;
    if (now - startedAt < SLOW_MS || stamp === undefined) return;
    this.#resting.set(file, { stamp, until: now + REST_MS });
  }

  #isResting(file: string): boolean {
    const resting = this.#resting.get(file);
    if (!resting) return false;
    const isSame = this.#tree.find(file)?.stamp === resting.stamp;
    if (isSame && this.#options.now() < resting.until) return true;
    this.#resting.delete(file);
    return false;
  }

  /** Files that could not be rendered when they were last. */
  get broken(): readonly string[] {
    return [...this.#faults.keys()];
  }

  /** Looks whether a page can be rendered, as if somebody had asked for it. */
  tryPage(
    file: string,
    faultIn: (templates: Templates, file: string) => TemplateFault | undefined,
  ): void {
    const isThere = this.#tree.isThere && this.has(file);
    const fault = isThere ? faultIn(this.#templates, file) : undefined;
    if (fault) this.#break(file, fault);
    else this.#mend(file);
  }

  /** A page of the operator that the program has none of; undefined: there is no such file. */
  ownPageAt(pathname: string): string | undefined {
    const path = this.#tree.isThere ? pathIn(pathname) : undefined;
    // those that have a route are asked for by it, with what belongs to them
    const isOwn = path !== undefined && path.endsWith(".html") &&
      builtTemplate(path) === undefined;
    return isOwn && this.has(path) ? path : undefined;
  }

  /** Whether this path is one of the operator's pages or files. */
  isThere(pathname: string): boolean {
    const path = this.#tree.isThere ? pathIn(pathname) : undefined;
    if (path === undefined) return false;
    return this.ownPageAt(pathname) !== undefined ||
      !path.endsWith(".html") && this.has(path);
  }

  /** A file that is no template; undefined: there is none. */
  async file(request: Request): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    const path = this.#tree.isThere ? pathIn(pathname) : undefined;
    if (path === undefined || path.endsWith(".html")) return undefined;
    const found = this.#tree.find(path);
    return found && await sent(request, found, path);
  }

  /** Also that of the program, so that a page can include it. */
  #textOf(name: string): TemplateText | undefined {
    const found = this.#tree.find(name);
    if (!found) {
      const text = builtTemplate(name);
      return text === undefined ? undefined : { text, stamp: "built in" };
    }
    const key = `${found.path}\0${found.stamp}`;
    const known = this.#texts.get(found.path);
    if (known?.stamp === key) return known;
    if (found.sizeOctets > MAX_TEMPLATE_OCTETS) {
      throw new TemplateFault(name, undefined, "is larger than 1 MiB");
    }
    const read = { text: readTemplate(name, found.path), stamp: key };
    this.#texts.set(found.path, read);
    return read;
  }

  #break(file: string, fault: TemplateFault): void {
    if (this.#faults.get(file)?.message === fault.message) return;
    this.#faults.set(file, fault);
    this.#options.onFaults(this.#faults);
  }

  #mend(file: string): void {
    if (this.#faults.delete(file)) this.#options.onFaults(this.#faults);
  }
}

function typeOf(name: string): string {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return MORE_TYPES.get(ending) ?? getMimeType(name) ?? UNKNOWN_TYPE;
}

async function sent(
  request: Request,
  { path, sizeOctets, stamp, changedAt }: TreeFile,
  name: string,
): Promise<Response | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    return undefined; // gone since it was looked at, or not ours to read
  }
  return await openFileAnswer(request, file, {
    sizeOctets,
    etag: `"${stamp}"`,
    headers: {
      "content-type": typeOf(name),
      "cache-control": CACHING,
      ...(changedAt ? { "last-modified": changedAt.toUTCString() } : {}),
    },
  });
}
