/** What the doctor has found, in the reader's words. @module */
import ENGLISH from "../../../locales/en/doctor.json" with { type: "json" };
import { Phrases } from "../i18n/phrases.ts";
import { has, t } from "../i18n/translate.ts";
import { meaningOf } from "./conditions.ts";

export interface Finding {
  readonly id: string;
  readonly status: "pass" | "warn" | "fail" | "skip";
  readonly detail: string;
  readonly remedy: string | null;
  /** Code of the condition that it is. */
  readonly condition?: string;
}

const PHRASES = new Phrases(ENGLISH);

/** Causes of causes; each is shorter than what it is in. */
const MAX_DEPTH = 4;

/** undefined: only the server's own words are there. */
export function translated(text: string, depth = 0): string | undefined {
  const phrase = PHRASES.find(text);
  if (phrase === undefined || !has(phrase.key)) return undefined;
  const values = Object.entries(phrase.values).map(([name, value]) => [
    name,
    depth < MAX_DEPTH
      ? translated(value, depth + 1) ?? isolated(value)
      : isolated(value),
  ]);
  return t(phrase.key, Object.fromEntries(values));
}

/** Paths and names are read in their own direction (Unicode FSI, PDI). */
function isolated(value: string): string {
  return `\u2068${value}\u2069`;
}

/** What a condition has in its brackets, which may be several things. */
export function bracketOf(detail: string): string | undefined {
  const parts = detail.split("; ").map((part) => translated(part));
  return parts.every((part) => part !== undefined)
    ? parts.join("; ")
    : translated(detail);
}

export function detailOf({ detail, condition }: Finding): string | undefined {
  return condition === undefined
    ? translated(detail)
    : meaningOf({ code: condition });
}
