/** Puts down names: a template that an operator can change. @module */
import type { ComponentChildren, JSX } from "preact";
import type { TextKey } from "../i18n/words.ts";
import type { Condition, Item, Pen } from "./pen.ts";
import type { ListPath, Path } from "./variables.ts";

/** What stands for one of a list. */
const ITEM = "item";

export class TemplatePen implements Pen {
  t(key: TextKey, values: Readonly<Record<string, Path>> = {}): string {
    const given = Object.entries(values).map(([name, path]) =>
      `${name}: ${path}`
    );
    return given.length === 0
      ? `{{ t('${key}') }}`
      : `{{ t('${key}', { ${given.join(", ")} }) }}`;
  }

  value(path: Path): string {
    return `{{ ${path} }}`;
  }

  markup(path: Path): { readonly __html: string } {
    return { __html: `{{ ${path} | safe_html }}` };
  }

  when(
    condition: Condition,
    yes: () => ComponentChildren,
    no?: () => ComponentChildren,
  ): JSX.Element {
    const met = yes();
    if (met === null && no) {
      return <>{`{% if ${testOf(condition, true)} %}`}{no()}{"{% endif %}"}</>;
    }
    return (
      <>
        {`{% if ${testOf(condition, false)} %}`}
        {met}
        {no && "{% else %}"}
        {no?.()}
        {"{% endif %}"}
      </>
    );
  }

  each<L extends ListPath>(
    path: L,
    one: (item: Item<L>) => ComponentChildren,
  ): JSX.Element {
    return (
      <>
        {`{% for ${ITEM} in ${path} %}`}
        {one({
          text: `{{ ${ITEM} }}`,
          field: (name) => `{{ ${ITEM}.${name} }}`,
        })}
        {"{% endfor %}"}
      </>
    );
  }
}

function testOf(condition: Condition, isNegated: boolean): string {
  if (typeof condition === "string") {
    return isNegated ? `not ${condition}` : condition;
  }
  return `${condition.path} ${isNegated ? "!=" : "=="} '${condition.is}'`;
}
