/** What is shown where there is nothing to show: not yet, not at all, not this time. @module */
import type { ComponentChildren, JSX } from "preact";
import { CallError } from "../client/call.ts";
import { t, tOr } from "../i18n/translate.ts";
import { Button } from "./button.tsx";

export function Loading({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{t("state.loading")}</span>
      {Array.from(
        { length: lines },
        (_, index) => (
          <div key={index} class="skeleton-line" aria-hidden="true" />
        ),
      )}
    </div>
  );
}

/** In the reader's words where there are some, else the server's. */
export function errorText(error: unknown): string {
  if (error instanceof CallError) {
    return tOr(`error.${error.code}`, error.message);
  }
  return error instanceof Error ? error.message : String(error);
}

export interface FailureProps {
  readonly error: unknown;
  readonly retry?: () => void;
}

export function Failure({ error, retry }: FailureProps): JSX.Element {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{t("state.failed")}</strong> {errorText(error)}
      </p>
      {retry && <Button small onClick={retry}>{t("state.retry")}</Button>}
    </div>
  );
}

export interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

export function Empty({ title, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
