/** The frame of a screen. @module */
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/translate.ts";

export interface PageProps {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, actions, children }: PageProps): JSX.Element {
  useEffect(() => {
    document.title = t("shell.title", { page: title });
  }, [title]);
  return (
    <div class="page">
      <div class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions && <div class="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export interface CardProps {
  readonly title?: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Card({ title, actions, children }: CardProps): JSX.Element {
  return (
    <section class="card">
      {(title || actions) && (
        <div class="card-head">
          {title && <h2>{title}</h2>}
          {actions && <div class="card-actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** Names and what they say. */
export function Facts(
  { rows }: {
    readonly rows: readonly (readonly [string, ComponentChildren])[];
  },
): JSX.Element {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An address, a link, a code: from left to right in every language. */
export function Code({ children }: { readonly children: ComponentChildren }) {
  return <bdi dir="ltr" class="code">{children}</bdi>;
}

export function Badge(
  { kind = "plain", children }: {
    readonly kind?: "plain" | "good" | "warn" | "bad";
    readonly children: ComponentChildren;
  },
): JSX.Element {
  return <span class={`badge ${kind}`}>{children}</span>;
}
