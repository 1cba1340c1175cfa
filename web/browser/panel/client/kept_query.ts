/**
 * What of a list is looked at, kept behind the `?` of where one is: who comes
 * back to it, or loads the page again, finds it as it was.
 *
 * @module
 */
import { changeQuery, useRoute } from "./router.ts";

/** One choice: what it is where nothing was chosen, and how it is read. */
export interface Kept<T extends string | number> {
  readonly initial: T;
  /** Undefined for what is no choice. */
  parse(text: string): T | undefined;
}

export type KeptFields = Readonly<Record<string, Kept<string | number>>>;

export type KeptValues<F extends KeptFields> = {
  readonly [Name in keyof F]: F[Name] extends Kept<infer T> ? T : never;
};

/** What is no choice is as if nothing was chosen. */
export type KeptChange<F extends KeptFields> = {
  readonly [Name in keyof F]?: string | number;
};

export const WORDS: Kept<string> = { initial: "", parse: (text) => text };

export const COUNT: Kept<number> = {
  initial: 0,
  parse: (text) => /^\d{1,9}$/.test(text) ? Number(text) : undefined,
};

/** The first one where nothing was chosen. */
export function oneOf<const T extends string | number>(
  choices: readonly [T, ...T[]],
): Kept<T> {
  return {
    initial: choices[0],
    parse: (text) => choices.find((one) => String(one) === text),
  };
}

export function readKept<F extends KeptFields>(
  fields: F,
  query: URLSearchParams,
): KeptValues<F> {
  const values = Object.entries(fields).map(([name, { initial, parse }]) => {
    const text = query.get(name);
    return [name, text === null ? initial : parse(text) ?? initial];
  });
  return Object.fromEntries(values) as KeptValues<F>;
}

/** What is said of each in the query; undefined: nothing, as it is by itself. */
export function writtenOf<F extends KeptFields>(
  fields: F,
  values: KeptChange<F>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === fields[name]?.initial ? undefined : String(value),
    ]),
  );
}

/** @param fields by their names in the query */
export function useKept<F extends KeptFields>(
  fields: F,
): [KeptValues<F>, (next: KeptChange<F>) => void] {
  const values = readKept(fields, useRoute().query);
  return [values, (next) => changeQuery(writtenOf(fields, next))];
}
