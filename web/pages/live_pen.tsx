/** Puts down values: a page for a visitor. @module */
import { type ComponentChildren, Fragment, type JSX } from "preact";
import type { TextKey, Words } from "../i18n/words.ts";
import type { Condition, Item, Pen } from "./pen.ts";
import type { ListPath, Path, Variables } from "./variables.ts";

/** Groups that a page does not use need not be there. */
export type PageVariables = Partial<Variables>;

export class LivePen implements Pen {
  readonly #words: Words;
  readonly #variables: PageVariables;

  constructor(words: Words, variables: PageVariables) {
    this.#words = words;
    this.#variables = variables;
  }

  t(key: TextKey, values: Readonly<Record<string, Path>> = {}): string {
    const given = Object.entries(values).map((
      [name, path],
    ) => [name, this.value(path)]);
    return this.#words.t(key, Object.fromEntries(given));
  }

  value(path: Path): string {
    const value = this.#look(path);
    return value === undefined ? "" : String(value);
  }

  markup(path: Path): { readonly __html: string } {
    return { __html: this.value(path) };
  }

  when(
    condition: Condition,
    yes: () => ComponentChildren,
    no: () => ComponentChildren = () => null,
  ): JSX.Element {
    const isMet = typeof condition === "string"
      ? Boolean(this.#look(condition))
      : this.value(condition.path) === condition.is;
    return <>{isMet ? yes() : no()}</>;
  }

  each<L extends ListPath>(
    path: L,
    one: (item: Item<L>) => ComponentChildren,
  ): JSX.Element {
    const items: readonly unknown[] = this.#variables[path] ?? [];
    return (
      <>
        {items.map((item, index) => (
          <Fragment key={index}>
            {one({
              text: String(item),
              field: (name) =>
                String((item as Readonly<Record<string, unknown>>)[name] ?? ""),
            })}
          </Fragment>
        ))}
      </>
    );
  }

  #look(path: Path): unknown {
    const [group = "", name] = path.split(".");
    const value: unknown = (this.#variables as Record<string, unknown>)[group];
    return name === undefined || value === undefined
      ? value
      : (value as Record<string, unknown>)[name];
  }
}
