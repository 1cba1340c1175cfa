/** What a key of the file is, and the words that sections are written with. @module */
import { integer, type Kind } from "../kinds.ts";

/** One key of the file. Sizes are octets and durations seconds. */
export interface Key<T> {
  readonly kind: Kind<T>;
  readonly initial: T;
  readonly required: boolean;
  /** When a change of the file is in force: once it is read again, or when the server starts. */
  readonly inForce: "reload" | "restart";
  readonly summary: string;
}

/** The keys of one section, by the names that the file has for them. */
export type Keys<Section extends string> = Readonly<
  Record<`${Section}.${string}`, Key<unknown>>
>;

/** In force once the file is read again; connections that are open keep limits of their own. */
export function key<T>(
  kind: Kind<T>,
  initial: NoInfer<T>,
  summary: string,
): Key<T> {
  return { kind, initial, required: false, inForce: "reload", summary };
}

/** In force when the server starts. */
export function atStart<T>(
  kind: Kind<T>,
  initial: NoInfer<T>,
  summary: string,
): Key<T> {
  return { ...key(kind, initial, summary), inForce: "restart" };
}

/** In force when the server starts. `example` stands in documents; there is no default. */
export function required<T>(
  kind: Kind<T>,
  example: NoInfer<T>,
  summary: string,
): Key<T> {
  return { ...atStart(kind, example, summary), required: true };
}

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const MINUTES = 60;

/** How many of something may be at once. */
export const count: Kind<number> = integer(1, 1_000_000);

/** Seconds where the name of the key says so (`…_s`). */
export function seconds(min: number, max = 86_400): Kind<number> {
  return integer(min, max);
}
