/** What is wrong with the relay as a whole, and where one sees to it. @module */
import { has, t } from "../i18n/translate.ts";
import type { Warning } from "./overview_shape.ts";
import { SCREEN_TITLES } from "./places.ts";

/** undefined: there is no such screen here. */
export function placeOf({ link }: Pick<Warning, "link">): string | undefined {
  return Object.hasOwn(SCREEN_TITLES, link) ? link : undefined;
}

/** In the reader's words; undefined for what only a newer server knows. */
export function meaningOf({ code }: Pick<Warning, "code">): string | undefined {
  const key = `condition.${code}`;
  return has(key) ? t(key) : undefined;
}
