/** What is wrong with the relay as a whole, and where one sees to it. @module */
import type { Warning } from "./overview_shape.ts";
import { SCREEN_TITLES } from "./places.ts";

export interface Condition {
  readonly code: string;
  readonly severity: "warning" | "error";
  readonly message: string;
  /** A path of the panel. */
  readonly link: string;
}

/** undefined: there is no such screen here. */
export function placeOf({ link }: Pick<Condition, "link">): string | undefined {
  return Object.hasOwn(SCREEN_TITLES, link) ? link : undefined;
}

export function conditionsOf(
  overview: { readonly warnings?: readonly Warning[] } | undefined,
): readonly Condition[] {
  return (overview?.warnings ?? []).map(({ text, ...more }) => ({
    ...more,
    message: text,
  }));
}
