/** A form that sends once, shows what was refused at its field, and is not left unsent unasked. @module */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { CallError } from "../client/call.ts";
import { useDirty } from "../client/dirty.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "./button.tsx";
import { errorText } from "./state.tsx";

export interface FormProps {
  readonly submitLabel: string;
  readonly isDirty?: boolean;
  readonly danger?: boolean;
  readonly onSubmit: () => Promise<unknown>;
  readonly onCancel?: () => void;
  /** Gets what is wrong with the field of this name. */
  readonly children: (
    problem: (field: string) => string | undefined,
  ) => ComponentChildren;
}

export function Form(
  {
    submitLabel,
    isDirty = false,
    danger = false,
    onSubmit,
    onCancel,
    children,
  }: FormProps,
): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  useDirty(isDirty && !busy);
  const field = error instanceof CallError ? error.field : undefined;
  const shownFields = new Set<string>();
  const inside = children((name) => {
    shownFields.add(name);
    return field === name ? errorText(error) : undefined;
  });
  const isShown = field !== undefined && shownFields.has(field);
  return (
    <form
      class="form"
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        if (busy) return;
        setBusy(true);
        setError(undefined);
        try {
          await onSubmit();
        } catch (failure) {
          setError(failure);
        } finally {
          setBusy(false);
        }
      }}
    >
      {inside}
      {error !== undefined && !isShown && (
        <p class="problem" role="alert">{errorText(error)}</p>
      )}
      <div class="form-foot">
        {onCancel && <Button onClick={onCancel}>{t("dialog.cancel")}</Button>}
        <Button submit busy={busy} kind={danger ? "danger" : "primary"}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}
