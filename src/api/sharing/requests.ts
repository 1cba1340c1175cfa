/** What is asked of contact links: how much, and by whom. @module */
import type { HttpRefusal } from "../refusals.ts";

export const LIMITS = { bodyOctets: 16 * 1024, bodyMs: 30_000 };

export const FOREIGN_ORIGIN: HttpRefusal = {
  status: 403,
  code: "origin_not_allowed",
  text: "This page may not do that here",
};
