/**
 * What a template calls something is a name. nunjucks takes more for one, a text
 * or `a"&b`, and writes it as it is into the program that it makes of the
 * template: there it would be a part of that program.
 *
 * @module
 */
import nunjucks from "nunjucks";

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;
/** Of what is called, in the message that it cannot be. */
const UNSHOWN = /[^\p{L}\p{N}_.()[\]" -]/gu;

interface Token {
  readonly type: string;
  readonly value: string;
  readonly lineno: number;
  readonly colno: number;
}
interface Tokens {
  nextToken(): Token | null;
}
interface Node {
  readonly value?: unknown;
  readonly lineno: number;
  readonly colno: number;
}
interface Several extends Node {
  readonly children?: readonly (Node & Partial<Pair>)[];
}
interface Pair {
  readonly key: Node;
  readonly value: Node;
}

interface Naming extends Node {
  readonly targets: readonly Node[];
  readonly target: Node;
  readonly name: Several;
  readonly names: Several;
  readonly args: Several;
  readonly right: Node & { readonly name?: Node };
}

type Compile = (this: unknown, node: Naming, frame: unknown) => unknown;
type Compiler =
  & Record<string, Compile>
  & { _getNodeName(node: unknown): string };

interface Parts {
  readonly lexer: {
    readonly TOKEN_SYMBOL: string;
    lex(text: string, options: unknown): Tokens;
  };
  readonly nodes: { readonly Symbol: new () => unknown };
  readonly compiler: {
    readonly Compiler: { readonly prototype: Compiler };
  };
  readonly lib: {
    readonly TemplateError: new (
      problem: string,
      line: number,
      column: number,
    ) => Error;
  };
}

const { lexer, nodes, compiler, lib } = nunjucks as unknown as Parts;

/** What is named by each part of a template. */
const NAMED: Readonly<Record<string, (node: Naming) => readonly Node[]>> = {
  compileSet: ({ targets }) => targets,
  compileFor: ({ name }) => name.children ?? [name],
  compileMacro: ({ name }) => [name],
  // of a macro, or what calls one
  _compileMacro: ({ args }) =>
    (args.children ?? []).flatMap((one) =>
      ((one as Several).children ?? []).flatMap(({ key }) => key ?? [])
    ),
  compileImport: ({ target }) => [target],
  compileFromImport: ({ names }) =>
    (names.children ?? []).flatMap((one) =>
      one.key ? [one.key, (one as Pair).value] : [one]
    ),
};

/** Not of Jinja; what they name would stand in for what the program itself names. */
const FOREIGN = {
  compileAsyncEach: "asyncEach",
  compileAsyncAll: "asyncAll",
  compileIfAsync: "ifAsync",
};

function prepareNames(): void {
  const { lex } = lexer;
  lexer.lex = (text, options) => {
    const tokens = lex(text, options);
    const { nextToken } = tokens;
    tokens.nextToken = () => {
      const token = Reflect.apply(nextToken, tokens, []) as Token | null;
      if (token?.type === lexer.TOKEN_SYMBOL && !NAME.test(token.value)) {
        throw fault(token);
      }
      return token;
    };
    return tokens;
  };
  const { Compiler: { prototype } } = compiler;
  for (const [method, namedBy] of Object.entries(NAMED)) {
    const compile = prototype[method]!;
    prototype[method] = function (node, frame) {
      for (const one of namedBy(node)) {
        const isName = one instanceof nodes.Symbol && one.value !== "__proto__";
        if (!isName) throw fault(one);
      }
      return Reflect.apply(compile, this, [node, frame]);
    };
  }
  for (const [method, tag] of Object.entries(FOREIGN)) {
    prototype[method] = function ({ lineno, colno }) {
      throw new lib.TemplateError(`${tag} is no tag`, lineno + 1, colno + 1);
    };
  }
  const { compileIs, _getNodeName } = prototype;
  prototype.compileIs = function (node, frame) {
    const test = node.right.name ?? node.right;
    const isWord = test instanceof nodes.Symbol ||
      test.value === null || typeof test.value === "boolean";
    if (!isWord) throw fault(test);
    return Reflect.apply(compileIs!, this, [node, frame]);
  };
  prototype._getNodeName = function (node) {
    return Reflect.apply(_getNodeName, this, [node]).replace(UNSHOWN, "?");
  };
}

function fault({ value, lineno, colno }: Node): Error {
  const shown = String(value ?? "this").slice(0, 40);
  return new lib.TemplateError(`${shown} is no name`, lineno + 1, colno + 1);
}

prepareNames();
