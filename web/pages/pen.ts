/**
 * What pages are written with. A page names its variables and texts, and a pen
 * puts down either their values, for a visitor, or their names, which makes the
 * template that an operator can change: so the two cannot say different things.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import type { TextKey } from "../i18n/words.ts";
import type { ItemOf, ListPath, Path } from "./variables.ts";

/** A variable that is set, or that is this text. */
export type Condition = Path | { readonly path: Path; readonly is: string };

type FieldOf<L extends ListPath> = ItemOf<L> extends string ? never
  : keyof ItemOf<L> & string;

/** One of a list: its text, or a field of it. */
export interface Item<L extends ListPath> {
  readonly text: string;
  field(name: FieldOf<L>): string;
}

export interface Pen {
  /** @param values placeholders of the text, and the variables that stand there */
  t(key: TextKey, values?: Readonly<Record<string, Path>>): string;
  value(path: Path): string;
  /** A variable that is markup of our own: a QR code. */
  markup(path: Path): { readonly __html: string };
  when(
    condition: Condition,
    yes: () => ComponentChildren,
    no?: () => ComponentChildren,
  ): JSX.Element;
  each<L extends ListPath>(
    path: L,
    one: (item: Item<L>) => ComponentChildren,
  ): JSX.Element;
}
