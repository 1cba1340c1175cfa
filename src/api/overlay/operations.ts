/**
 * What templates are compiled to where they put values together, count and
 * compare: calls of ours (`sandbox.ts`), which look at sizes and at the time.
 *
 * @module
 */
import nunjucks from "nunjucks";

interface Compiler
  extends
    Record<typeof OPERATIONS[number], (node: Parts, frame: unknown) => void> {
  compile(node: unknown, frame: unknown): void;
  compileLiteral(node: { readonly value: unknown }, frame: unknown): void;
  compileConcat(node: Operation, frame: unknown): void;
  compileAdd(node: Operation, frame: unknown): void;
  compileOperand(node: { readonly value: unknown }, frame: unknown): void;
  _emit(code: string): void;
}
/** Of an operation, or of one of several comparisons. */
interface Parts {
  left?: unknown;
  right?: unknown;
  target?: unknown;
  expr?: unknown;
  readonly ops?: readonly Parts[];
}
interface Operation {
  readonly left: unknown;
  readonly right: unknown;
}

interface Writing {
  readonly compiler: {
    readonly Compiler: { readonly prototype: Compiler };
  };
  readonly nodes: {
    readonly Node: {
      extend(name: string, members: object): new (
        line: number,
        column: number,
        value: unknown,
      ) => unknown;
    };
  };
}

function prepareCompiler(): void {
  const { compiler, nodes } = nunjucks as unknown as Writing;
  const { prototype } = compiler.Compiler;
  const { compileLiteral } = prototype;
  prototype.compileLiteral = function (node, frame) {
    // a pattern may take forever, and Jinja has none
    if (node.value instanceof RegExp) {
      throw new SyntaxError("There are no regular expressions here");
    }
    Reflect.apply(compileLiteral, this, [node, frame]);
  };
  const asCall = (name: string) =>
    function (this: Compiler, { left, right }: Operation, frame: unknown) {
      this._emit(`runtime.${name}(`);
      this.compile(left, frame);
      this._emit(",");
      this.compile(right, frame);
      this._emit(")");
    };
  prototype.compileConcat = asCall("joined");
  prototype.compileAdd = asCall("added");
  const Operand = nodes.Node.extend("Operand", { fields: ["value"] });
  prototype.compileOperand = function ({ value }, frame) {
    this._emit("runtime.operand(");
    this.compile(value, frame);
    this._emit(")");
  };
  for (const method of OPERATIONS) {
    const compile = prototype[method] as (node: Parts, frame: unknown) => void;
    prototype[method] = function (node: Parts, frame: unknown) {
      for (const one of [node, ...node.ops ?? []]) {
        for (const part of ["left", "right", "target", "expr"] as const) {
          if (one[part]) one[part] = new Operand(0, 0, one[part]);
        }
      }
      Reflect.apply(compile, this, [node, frame]);
    };
  }
}

const OPERATIONS = [
  "compileSub",
  "compileMul",
  "compileDiv",
  "compileFloorDiv",
  "compileMod",
  "compilePow",
  "compileNeg",
  "compilePos",
  "compileCompare",
] as const;

prepareCompiler();
