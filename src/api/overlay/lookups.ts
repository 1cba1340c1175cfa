/**
 * No way from a value to the language that runs the templates: neither by the
 * name of a member, nor by what every object and every function inherits.
 *
 * @module
 */
import nunjucks from "nunjucks";
import { LIST_METHODS, MAPPING_METHODS, TEXT_METHODS } from "./methods.ts";

const BARRED: ReadonlySet<string> = new Set([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
]);

type MemberLookup = (object: unknown, key: string | number) => unknown;
type NameLookup = (context: unknown, frame: unknown, name: string) => unknown;

export function confinedMembers(
  memberLookup: MemberLookup,
): (object: unknown, name: unknown) => unknown {
  return (object, name) => {
    const key = keyOf(name);
    if (BARRED.has(String(key))) return undefined;
    if (isFromTheEnd(object, key)) return object.at(key);
    const found = memberLookup(object, key);
    if (typeof found !== "function") return found;
    if (!mayBeCalled(object, String(key))) return undefined;
    return key === "get" ? getterOf(object as object) : found;
  };
}

/** A value that is asked what text it is may answer otherwise the next time. */
function keyOf(name: unknown): string | number {
  return typeof name === "number" ? name : String(name);
}

export function confinedNames(lookup: NameLookup): NameLookup {
  return (context, frame, name) => {
    if (BARRED.has(name)) return undefined;
    const found = lookup(context, frame, name);
    return found === INHERITED[name] ? undefined : found;
  };
}

const INHERITED = Object.prototype as unknown as Readonly<
  Record<string, unknown>
>;

/** Methods of values that a page has a use for; others make too much of too little. */
function mayBeCalled(object: unknown, name: string): boolean {
  if (typeof object === "string" || object instanceof String) {
    return TEXT_METHODS.has(name);
  }
  if (Array.isArray(object)) return LIST_METHODS.has(name);
  if (typeof object === "number") return name === "toFixed";
  if (typeof object !== "object" || object === null) return false;
  // macros that were imported, what loops have, and methods as in Python
  return Object.hasOwn(object, name) || MAPPING_METHODS.has(name);
}

function getterOf(object: object) {
  return (name: unknown, initial?: unknown): unknown => {
    const key = keyOf(name);
    if (BARRED.has(String(key)) || !Object.hasOwn(object, key)) return initial;
    return (object as Readonly<Record<string, unknown>>)[key] ?? initial;
  };
}

/** As in Python: -1 is the last one. */
function isFromTheEnd(
  object: unknown,
  key: string | number,
): object is { at(index: string | number): unknown } {
  return typeof key === "number" && key < 0 &&
    (Array.isArray(object) || typeof object === "string");
}

/** What is called by its name, of an environment: by no name that all objects have. */
export function confineNames(environment: nunjucks.Environment): void {
  const { filters, tests, globals, loaders } = environment as unknown as {
    readonly filters: object;
    readonly tests: object;
    readonly globals: object;
    readonly loaders: readonly { readonly cache: object }[];
  };
  const named = [filters, tests, globals, ...loaders.map((one) => one.cache)];
  for (const one of named) Object.setPrototypeOf(one, null);
}

interface Pair {
  readonly key: { readonly value?: unknown };
  readonly value: unknown;
}
interface Compiler {
  compilePair(node: Pair, frame: unknown): void;
  _compileExpression(node: unknown, frame: unknown): void;
  _emit(code: string): void;
}

/** A mapping inherits nothing: a key is a key, whatever it is called. */
function prepareMappings(): void {
  const { Compiler: { prototype } } = (nunjucks as unknown as {
    readonly compiler: { readonly Compiler: { readonly prototype: Compiler } };
  }).compiler;
  const { compilePair } = prototype;
  prototype.compilePair = function (node, frame) {
    if (node.key.value !== "__proto__") {
      return Reflect.apply(compilePair, this, [node, frame]);
    }
    this._emit('["__proto__"]: ');
    this._compileExpression(node.value, frame);
  };
}

prepareMappings();
