/**
 * The file of configuration that madmail has from maddy: directives, one a line,
 * with arguments and blocks, and `$(name)` for what was given a name before. It
 * comes from another machine, and is bounded in octets, depth and what names
 * grow to.
 *
 * @module
 */

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
  readonly line: number;
}

/** `$(name) = values`. */
export interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
  readonly line: number;
}

export interface DirectiveFile {
  readonly directives: readonly Directive[];
  readonly names: readonly NamedValues[];
}

interface Token {
  readonly text: string;
  readonly line: number;
  /** In quotes: never a brace or a name. */
  readonly quoted: boolean;
}

export const MAX_OCTETS = 1024 * 1024;
const MAX_DEPTH = 32;
/** Of one directive, once names stand for what they mean. */
const MAX_ARGS = 1000;
const MAX_ARG = 16 * 1024;
const MAX_NAMES = 1000;
/** Of all directives together: names are short, and may stand for many. */
const MAX_ALL_ARGS = 100_000;
const NAME = /^[A-Za-z_][A-Za-z0-9._-]*$/;
const SNIPPET = /^\([A-Za-z0-9._-]+\)$/;
const REFERENCE = /\$\(([A-Za-z0-9._-]{1,64})\)/g;

/** @throws {SyntaxError} with the line */
export function parseDirectives(text: string): DirectiveFile {
  if (text.length > MAX_OCTETS) {
    throw new SyntaxError("the file is over 1 MiB");
  }
  return new Reader([...tokensOf(text)]).file();
}

function* tokensOf(text: string): Generator<Token> {
  let line = 1;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length;) {
    const sign = text[at]!;
    if (sign === "\n") line++;
    if (/\s/.test(sign)) {
      at++;
    } else if (sign === "#") {
      at = endOfLine(text, at);
    } else if (sign === '"') {
      const { value, end } = quotedAt(text, at, line);
      yield { text: value, line, quoted: true };
      for (const one of text.slice(at, end)) if (one === "\n") line++;
      at = end;
    } else {
      let end = at;
      while (end < text.length && !/[\s#]/.test(text[end]!)) end++;
      yield { text: text.slice(at, end), line, quoted: false };
      at = end;
    }
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function quotedAt(
  text: string,
  start: number,
  line: number,
): { value: string; end: number } {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"') return { value, end: at + 1 };
    if (sign === "\\" && text[at + 1] === '"') value += text[++at];
    else value += sign;
  }
  throw new SyntaxError(`line ${line}: a quotation mark is not closed`);
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #allArgs = 0;
  readonly #names: NamedValues[] = [];
  readonly #values = new Map<string, readonly string[]>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  file(): DirectiveFile {
    const directives = this.#block(0);
    return { directives, names: this.#names };
  }

  /** Up to its brace, or the end of the file where there is none. */
  #block(depth: number): Directive[] {
    if (depth > MAX_DEPTH) throw this.#wrong("blocks are nested too deep");
    const directives: Directive[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined) {
        if (depth === 0) return directives;
        throw this.#wrong("a block is not closed");
      }
      if (isSign(token, "}")) {
        if (depth === 0) throw this.#wrong("there is a } without a {");
        this.#at++;
        return directives;
      }
      const directive = this.#directive(depth);
      if (directive !== undefined) directives.push(directive);
    }
  }

  /** Undefined for what only gives a name. */
  #directive(depth: number): Directive | undefined {
    const first = this.#tokens[this.#at++]!;
    const args: string[] = [];
    let { line } = first;
    let block: readonly Directive[] | undefined;
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.line !== line) break;
      if (isSign(token, "}")) break; // it closes what is around
      this.#at++;
      if (isSign(token, "{")) {
        block = this.#block(depth + 1);
        break;
      }
      if (isSign(token, "\\")) { // goes on in the next line
        line = this.#tokens[this.#at]?.line ?? line;
        continue;
      }
      const meant = this.#meant(token);
      args.push(...meant);
      this.#allArgs += meant.length;
      if (args.length > MAX_ARGS || this.#allArgs > MAX_ALL_ARGS) {
        throw this.#wrong("too many arguments");
      }
    }
    const given = /^\$\(([A-Za-z0-9._-]{1,64})\)$/.exec(first.text)?.[1];
    if (given !== undefined && args[0] === "=" && block === undefined) {
      if (this.#names.length >= MAX_NAMES) {
        throw this.#wrong("too many names are given");
      }
      const values = args.slice(1);
      this.#names.push({ name: given, values, line: first.line });
      this.#values.set(given, values);
      return undefined;
    }
    if (!NAME.test(first.text) && !SNIPPET.test(first.text)) {
      throw new SyntaxError(
        `line ${first.line}: this is no name of a directive`,
      );
    }
    return {
      name: first.text,
      args,
      ...(block === undefined ? {} : { block }),
      line: first.line,
    };
  }

  /** A name alone stands for all its values, in a word for its only one. */
  #meant({ text, line }: Token): readonly string[] {
    const alone = /^\$\(([A-Za-z0-9._-]{1,64})\)$/.exec(text)?.[1];
    if (alone !== undefined) return this.#values.get(alone) ?? [];
    let length = text.length;
    const meant = text.replace(REFERENCE, (written, name: string) => {
      const values = this.#values.get(name);
      if (values === undefined) return written;
      if (values.length > 1) {
        throw new SyntaxError(
          `line ${line}: $(${name}) has several values, and cannot stand in a word`,
        );
      }
      const [value = ""] = values;
      length += value.length - written.length;
      if (length > MAX_OCTETS) throw tooLong(line);
      return value;
    });
    if (meant.length > MAX_ARG) throw tooLong(line);
    return [meant];
  }

  #wrong(what: string): SyntaxError {
    const { line } = this.#tokens[this.#at] ?? this.#tokens.at(-1) ??
      { line: 1 };
    return new SyntaxError(`line ${line}: ${what}`);
  }
}

function tooLong(line: number): SyntaxError {
  return new SyntaxError(`line ${line}: a word is too long`);
}

function isSign({ text, quoted }: Token, sign: string): boolean {
  return !quoted && text === sign;
}
