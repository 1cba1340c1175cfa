/**
 * Templates of the operator, rendered by nunjucks as Jinja would: values are
 * escaped, files are only those of the tree, and a template that goes round in
 * circles is stopped (`sandbox.ts`). Rendering is done before it returns, so that
 * one language and one budget hold at a time.
 *
 * @module
 */
import nunjucks from "nunjucks";
import { isTextKey, type Words } from "../../../web/i18n/words.ts";
import { JINJA_FILTERS } from "./jinja.ts";
import "./names.ts";
import { unreadable } from "./reading.ts";
import { confine, MAX_TURNS, withinBounds } from "./sandbox.ts";
import { namespace, WITH } from "./scopes.ts";

export const MAX_TEMPLATE_OCTETS = 1024 * 1024;

export interface TemplateText {
  readonly text: string;
  /** Changes with the text. */
  readonly stamp: string;
}

/** By file name; undefined: there is none. */
export type TemplateSource = (name: string) => TemplateText | undefined;

/** What is wrong with a template. */
export class TemplateFault extends Error {
  override readonly name = "TemplateFault";
  constructor(
    readonly file: string,
    readonly line: number | undefined,
    readonly problem: string,
  ) {
    super(`${file}${line === undefined ? "" : ` line ${line}`}: ${problem}`);
  }
}

/** The text of a file. @throws {TemplateFault} it is no text, or not ours to read */
export function readTemplate(name: string, path: string): string {
  let octets: Uint8Array;
  try {
    octets = Deno.readFileSync(path);
  } catch {
    throw new TemplateFault(name, undefined, "cannot be read");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw new TemplateFault(name, undefined, "is not UTF-8");
  }
}

interface Rendering {
  readonly words: Words;
}
let rendering: Rendering | undefined;

export class Templates {
  readonly #source: TemplateSource;
  #environment: nunjucks.Environment;
  /** Of what the environment has read. */
  readonly #stamps = new Map<string, string | undefined>();
  /** Pages that cannot be compiled as they are. */
  readonly #unreadable = new Map<string, TemplateFault>();

  constructor(source: TemplateSource) {
    this.#source = source;
    this.#environment = this.#made();
  }

  /** @throws {TemplateFault} */
  render(name: string, variables: object, words: Words): string {
    const isStale = [...this.#stamps].some(([file, stamp]) =>
      this.#source(file)?.stamp !== stamp
    );
    if (isStale) this.#environment = this.#made();
    rendering = { words };
    try {
      this.#compile(name); // before time counts
      return withinBounds(() =>
        this.#environment.render(name, { ...variables, t: translate })
      );
    } catch (error) {
      throw faultOf(error, name);
    } finally {
      rendering = undefined;
    }
  }

  /** What cannot be read is not read again for every visitor. */
  #compile(name: string): void {
    const known = this.#unreadable.get(name);
    if (known) throw known;
    try {
      this.#environment.getTemplate(name, true);
    } catch (error) {
      const fault = faultOf(error, name);
      // whether there is a change is told by its stamp alone
      if (this.#stamps.get(name) !== undefined) {
        this.#unreadable.set(name, fault);
      }
      throw fault;
    }
  }

  #made(): nunjucks.Environment {
    this.#stamps.clear();
    this.#unreadable.clear();
    const loader = {
      async: false,
      getSource: (name: string) => {
        const found = this.#source(name);
        this.#stamps.set(name, found?.stamp);
        if (!found) return null as unknown as nunjucks.LoaderSource;
        const fault = unreadable(found.text);
        if (fault) throw new TemplateFault(name, fault.line, fault.problem);
        return { src: found.text, path: name, noCache: false };
      },
    };
    const environment = new nunjucks.Environment(
      loader as unknown as nunjucks.ILoader,
      { autoescape: true },
    );
    const tests = environment as unknown as {
      addTest(name: string, test: (value: unknown) => boolean): void;
    };
    for (const [name, filter] of Object.entries(FILTERS)) {
      environment.addFilter(name, filter);
    }
    tests.addTest("sequence", Array.isArray);
    confine(environment);
    environment.addExtension("with", WITH);
    environment.addGlobal("range", range);
    environment.addGlobal("namespace", namespace);
    return environment;
  }
}

function translate(key: unknown, values?: unknown): string {
  const text = String(key);
  if (!rendering || !isTextKey(text)) return text;
  const given = typeof values === "object" && values !== null ? values : {};
  const entries = Object.entries(given).map(([name, value]) =>
    [name, String(value ?? "")] as const
  );
  return rendering.words.t(text, Object.fromEntries(entries));
}

/** As other relays write sizes: steps of 1024, one decimal. */
function formatBytes(value: unknown): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
  let size = Number(value);
  if (!Number.isFinite(size)) return String(value);
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return unit === 0 ? `${size} B` : `${size.toFixed(1)} ${units[unit]}`;
}

const SAFE_IN_SCRIPTS: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

const json = (value: unknown) =>
  safe((JSON.stringify(value) ?? "null").replace(
    /[<>&\u2028\u2029]/g,
    (letter) => SAFE_IN_SCRIPTS[letter]!,
  ));

const FILTERS: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  ...JINJA_FILTERS,
  clean_domain: (value) =>
    String(value ?? "").replace(/^\[(?:IPv6:)?|\]$/g, ""),
  format_bytes: formatBytes,
  safe_html: (value) => safe(String(value ?? "")),
  json,
  tojson: json, // as Jinja calls it
  url: (value) => encodeURIComponent(String(value ?? "")),
  t: (value, values) => translate(value, values),
  date: (value) => {
    const seconds = Number(value);
    return Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12
      ? rendering?.words.date(seconds) ?? ""
      : String(value ?? "");
  },
};

function safe(text: string): unknown {
  return new nunjucks.runtime.SafeString(text);
}

function range(from: unknown, to?: unknown, step: unknown = 1): number[] {
  const [start, end] = to === undefined
    ? [0, Number(from)]
    : [Number(from), Number(to)];
  const by = Number(step);
  const count = Math.ceil((end - start) / by);
  if (!Number.isFinite(count) || count > MAX_TURNS) {
    throw new RangeError(`range() gives ${MAX_TURNS} numbers at most`);
  }
  return Array.from({ length: Math.max(0, count) }, (_, at) => start + at * by);
}

/** nunjucks writes `(info.html) [Line 3, Column 5]` before what is wrong. */
function faultOf(error: unknown, name: string): TemplateFault {
  if (error instanceof TemplateFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const place =
    /^(?:Template render error:)? *\(([^)\n]+)\)(?: \[Line (\d+), Column \d+\])?/gm;
  const places = [...message.matchAll(place)];
  const last = places.findLast(([, , line]) => line !== undefined) ??
    places.at(-1);
  const problem = message.split("\n").map((line) => line.trim())
    .filter((line) => line !== "").at(-1) ?? "cannot be rendered";
  return new TemplateFault(
    last?.[1] ?? name,
    last?.[2] === undefined ? undefined : Number(last[2]),
    problem.replace(/^(?:Template render error|Error): /, "").slice(0, 300),
  );
}
