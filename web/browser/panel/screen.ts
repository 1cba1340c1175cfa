/** A screen as a value: navigation, palette and routes are loops over these. @module */
import type { ComponentType } from "preact";
import type { Scope } from "./client/session.ts";

export const GROUPS = [
  "watch",
  "people",
  "exchange",
  "setup",
  "upkeep",
] as const;
export type Group = (typeof GROUPS)[number];

export interface Screen {
  /** In the panel; `:name` stands for one part. */
  readonly path: string;
  /** Key of the catalogue. */
  readonly title: string;
  /** Key of the title of what its path names, where that is a part of it. */
  readonly part?: (name: string) => string;
  /** Of `ui/icon.tsx`; screens without one are not in the navigation. */
  readonly icon?: string;
  readonly group: Group;
  // deno-lint-ignore no-explicit-any -- screens take no properties
  readonly component: ComponentType<any>;
  /** Letter that opens it after `g`. */
  readonly key?: string;
  /** What it needs at least; all read. */
  readonly scope?: Scope;
}
