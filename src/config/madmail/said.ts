/** One thing that a file of madmail says, and where its rule is. @module */
import { parse, TomlError } from "smol-toml";
import { BLOCKS, type Rule, RULES } from "./rules.ts";

export interface Said {
  readonly block: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
}

export const UNKNOWN = "is not known";

export function shown({ block, name }: Said): string {
  return block === "" ? name : `${block}: ${name}`;
}

export function bare(name: string): string {
  return name.replace(/^\[(.*)\]$/, "$1");
}

/** `http` is an older name of `chatmail`. */
export function moduleOf(name: string): string {
  return name === "http" ? "chatmail" : name;
}

export function isModule(name: string): boolean {
  return name === "tls" || name === "openmetrics" ||
    Object.keys(RULES).some((rule) => rule.startsWith(`${name} `));
}

export function ruleFor({ block, name }: Said): Rule | undefined {
  const key = `${block} ${name}`;
  return Object.hasOwn(RULES, key) ? RULES[key] : undefined;
}

export function whyBlockIsLeft(name: string): string | undefined {
  if (Object.hasOwn(RULES, `${name} target`)) return undefined; // target.queue
  if (Object.hasOwn(BLOCKS, name)) return BLOCKS[name];
  const family = Object.keys(BLOCKS).find((one) =>
    one.endsWith(".") && name.startsWith(one)
  );
  return family && BLOCKS[family];
}

/** @throws {SyntaxError} with the line that cannot be read */
export function parsedToml(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.split("\n");
    throw new SyntaxError(`line ${error.line}: ${reason}`);
  }
}

export function lineOf(text: string, key: string): number {
  return text.split("\n").findIndex((line) =>
    line.trimStart().startsWith(key)
  ) + 1;
}
