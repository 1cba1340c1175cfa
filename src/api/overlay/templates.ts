/**
 * Templates of the operator, rendered by nunjucks as Jinja would: values are
 * escaped, files are only those of the tree, and a template that goes round in
 * circles is stopped. Rendering is done before it returns, so that one language
 * and one budget hold at a time.
 *
 * @module
 */
import nunjucks from "nunjucks";
import { isTextKey, type Words } from "../../../web/i18n/words.ts";

export const MAX_TEMPLATE_OCTETS = 1024 * 1024;
const MAX_TURNS = 10_000;
const MAX_INCLUDES = 200;

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

interface Rendering {
  readonly words: Words;
  turnsLeft: number;
  includesLeft: number;
}
let rendering: Rendering | undefined;

export class Templates {
  readonly #source: TemplateSource;
  #environment: nunjucks.Environment;
  /** Of what the environment has read. */
  readonly #stamps = new Map<string, string | undefined>();

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
    rendering = {
      words,
      turnsLeft: MAX_TURNS,
      includesLeft: MAX_INCLUDES,
    };
    try {
      return this.#environment.render(name, { ...variables, t: translate });
    } catch (error) {
      throw faultOf(error, name);
    } finally {
      rendering = undefined;
    }
  }

  #made(): nunjucks.Environment {
    this.#stamps.clear();
    const loader = {
      async: false,
      getSource: (name: string) => {
        const found = this.#source(name);
        this.#stamps.set(name, found?.stamp);
        if (!found) return null as unknown as nunjucks.LoaderSource;
        return { src: found.text, path: name, noCache: false };
      },
    };
    const environment = new nunjucks.Environment(
      loader as unknown as nunjucks.ILoader,
      { autoescape: true },
    );
    counted(environment);
    for (const [name, filter] of Object.entries(FILTERS)) {
      environment.addFilter(name, filter);
    }
    environment.addGlobal("range", range);
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

const FILTERS: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  clean_domain: (value) =>
    String(value ?? "").replace(/^\[(?:IPv6:)?|\]$/g, ""),
  format_bytes: formatBytes,
  safe_html: (value) => safe(String(value ?? "")),
  json: (value) =>
    safe((JSON.stringify(value) ?? "null").replace(
      /[<>&\u2028\u2029]/g,
      (letter) => SAFE_IN_SCRIPTS[letter]!,
    )),
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

function counted(environment: nunjucks.Environment): void {
  const { getTemplate } = environment;
  environment.getTemplate = function (...args: unknown[]) {
    if (rendering && --rendering.includesLeft < 0) {
      throw new RangeError(`More than ${MAX_INCLUDES} files are included`);
    }
    return Reflect.apply(getTemplate, environment, args);
  } as typeof getTemplate;
}

/** What leads from a value to the language that runs the templates. */
const BARRED: ReadonlySet<string> = new Set([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);

/** Of nunjucks, what templates are compiled to calls of. */
interface Runtime {
  memberLookup(object: unknown, name: unknown, ...slice: unknown[]): unknown;
  contextOrFrameLookup(context: unknown, frame: unknown, name: string): unknown;
  fromIterator(items: unknown): unknown;
}

function prepareRuntime(): void {
  nunjucks.installJinjaCompat();
  const runtime = nunjucks.runtime as unknown as Runtime;
  const { memberLookup, contextOrFrameLookup, fromIterator } = runtime;
  runtime.memberLookup = function (object, name, ...slice) {
    return BARRED.has(String(name))
      ? undefined
      : Reflect.apply(memberLookup, this, [object, name, ...slice]);
  };
  runtime.contextOrFrameLookup = (context, frame, name) =>
    BARRED.has(name) ? undefined : contextOrFrameLookup(context, frame, name);
  runtime.fromIterator = (items) => {
    const turns = Array.isArray(items)
      ? items.length
      : Object.keys(items ?? {}).length;
    if (rendering && (rendering.turnsLeft -= Math.max(1, turns)) < 0) {
      throw new RangeError(`Loops have more than ${MAX_TURNS} turns`);
    }
    return fromIterator(items);
  };
}
prepareRuntime();

/** nunjucks writes `(info.html) [Line 3, Column 5]` before what is wrong. */
function faultOf(error: unknown, name: string): TemplateFault {
  const message = error instanceof Error ? error.message : String(error);
  const place = /\(([^)\n]+)\)(?: \[Line (\d+), Column \d+\])?/g;
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
