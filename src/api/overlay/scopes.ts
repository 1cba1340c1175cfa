/**
 * Where a template keeps what it calls something, as in Jinja: `{% with %}`, whose
 * names end with it, and `namespace()`, whose members a loop can set.
 *
 * @module
 */
import nunjucks from "nunjucks";
import { checkSize } from "./sandbox.ts";

interface Node {
  readonly value?: unknown;
}
interface List extends Node {
  readonly children: readonly Node[];
  addChild(node: Node): void;
}
interface Body extends Node {
  findAll(type: Made<unknown>): readonly SetNode[];
}
interface WithNode extends Node {
  readonly names: List;
  readonly values: List;
  readonly body: Body;
}
interface SetNode extends Node {
  readonly targets: readonly (Node & {
    readonly target?: Node;
    readonly val?: Node;
  })[];
  readonly value: Node | null;
}

type Made<T> = new (line: number, column: number, ...parts: unknown[]) => T;

interface Nodes {
  readonly Node: {
    extend(name: string, members: object): Made<WithNode>;
  };
  readonly NodeList: Made<List>;
  readonly Symbol: Made<Node>;
  readonly LookupVal: Made<Node>;
  readonly Set: Made<SetNode>;
}

interface Frame {
  push(isolated?: boolean): Frame;
  set(name: string, code: string | undefined): void;
}

interface Compiler {
  compileWith(node: WithNode, frame: Frame): void;
  compileSet(node: SetNode, frame: Frame): void;
  compile(node: unknown, frame: Frame): void;
  _compileExpression(node: unknown, frame: Frame): void;
  _withScopedSyntax(work: () => void): void;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _tmpid(): string;
}

interface Token {
  readonly type: string;
  readonly value: string;
  readonly lineno: number;
  readonly colno: number;
}

interface Parser {
  nextToken(): Token;
  peekToken(): Token;
  skip(type: string): boolean;
  skipValue(type: string, value: string): boolean;
  fail(problem: string, line: number, column: number): never;
  parsePrimary(isPlain: boolean): Node;
  parseExpression(): Node;
  parseUntilBlocks(...names: string[]): Node;
  advanceAfterBlockEnd(name?: string): void;
}

interface Parts {
  readonly nodes: Nodes;
  readonly compiler: {
    readonly Compiler: { readonly prototype: Compiler };
  };
  readonly lexer: Readonly<
    Record<"TOKEN_BLOCK_END" | "TOKEN_OPERATOR" | "TOKEN_COMMA", string>
  >;
  readonly runtime: { assigned: typeof assigned };
}

const { nodes, compiler, lexer, runtime } = nunjucks as unknown as Parts;
const With = nodes.Node.extend("With", {
  fields: ["names", "values", "body"],
});

class Namespace {
  [name: string]: unknown;
}

/** Its members may be set: by mappings, and by name. */
export function namespace(...given: readonly unknown[]): Namespace {
  const made = new Namespace();
  for (const one of given) {
    for (const [name, value] of Object.entries(Object(one))) {
      if (name !== "__keywords") set(made, name, value);
    }
  }
  return made;
}

function set(made: Namespace, name: string, value: unknown): void {
  Object.defineProperty(made, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** @throws {TypeError} it is none of those whose members may be set */
function assigned(object: unknown, name: string, value: unknown): void {
  if (!(object instanceof Namespace)) {
    throw new TypeError(`${name} can be set of a namespace() alone`);
  }
  set(object, name, value);
  checkSize(object);
}

/** `{% with a = 1, b = 2 %}…{% endwith %}` */
export const WITH = {
  tags: ["with"],
  parse(parser: Parser): Node {
    const tag = parser.nextToken();
    const { lineno, colno } = tag;
    const names = new nodes.NodeList(lineno, colno, []);
    const values = new nodes.NodeList(lineno, colno, []);
    while (parser.peekToken().type !== lexer.TOKEN_BLOCK_END) {
      const name = parser.parsePrimary(true);
      const isGiven = name instanceof nodes.Symbol &&
        parser.skipValue(lexer.TOKEN_OPERATOR, "=");
      if (!isGiven) parser.fail("with takes name = value", lineno, colno);
      names.addChild(name);
      values.addChild(parser.parseExpression());
      if (!parser.skip(lexer.TOKEN_COMMA)) break;
    }
    parser.advanceAfterBlockEnd(tag.value);
    const body = parser.parseUntilBlocks("endwith");
    parser.advanceAfterBlockEnd();
    return new With(lineno, colno, names, values, body);
  },
};

function namesSetIn(body: Body): ReadonlySet<string> {
  return new Set(
    body.findAll(nodes.Set).flatMap(({ targets }) =>
      targets.filter((one) => one instanceof nodes.Symbol)
        .map(({ value }) => String(value))
    ),
  );
}

function prepareScopes(): void {
  runtime.assigned = assigned;
  const { prototype } = compiler.Compiler;
  prototype.compileWith = function ({ names, values, body }, frame) {
    // as outside of it, one like the other
    const ids = values.children.map((value) => {
      const id = this._tmpid();
      this._emit(`var ${id} = `);
      this._compileExpression(value, frame);
      this._emitLine(";");
      return id;
    });
    this._emitLine("frame = frame.push(true);");
    const within = frame.push(true);
    // what is set within it stays so within it, also in a loop
    for (const name of namesSetIn(body)) {
      const id = this._tmpid();
      this._emit(`var ${id} = `);
      this.compile(new nodes.Symbol(0, 0, name), frame);
      this._emitLine(`; frame.set("${name}", ${id});`);
      within.set(name, id);
    }
    for (const [at, { value }] of names.children.entries()) {
      this._emitLine(`frame.set("${value}", ${ids[at]});`);
      within.set(String(value), ids[at]);
    }
    this._withScopedSyntax(() => this.compile(body, within));
    this._emitLine("frame = frame.pop();");
  };
  const { compileSet } = prototype;
  prototype.compileSet = function (node, frame) {
    const [first, ...others] = node.targets;
    if (!(first instanceof nodes.LookupVal)) {
      return Reflect.apply(compileSet, this, [node, frame]);
    }
    const { target, val } = first as SetNode["targets"][number];
    const isMember = others.length === 0 && node.value !== null &&
      target instanceof nodes.Symbol && typeof val?.value === "string";
    if (!isMember) throw new SyntaxError("One member is set to one value");
    this._emit("runtime.assigned(");
    this.compile(target, frame);
    this._emit(`,${JSON.stringify(val.value)},`);
    this._compileExpression(node.value, frame);
    this._emitLine(");");
  };
}

prepareScopes();
