/** What is filled in, each with its label, its hint and what is wrong with it. @module */
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import { Button } from "./button.tsx";

export interface FieldProps<T> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly error?: string | undefined;
  readonly hint?: ComponentChildren;
  readonly disabled?: boolean;
  readonly required?: boolean;
  readonly autoFocus?: boolean;
}

interface FrameProps {
  readonly id: string;
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: ComponentChildren;
  readonly children: ComponentChildren;
}

function Frame({ id, label, error, hint, children }: FrameProps) {
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      {children}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="problem" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

/** What belongs to the control itself, whatever its kind. */
function attributes(
  id: string,
  { error, hint, disabled, required }: Pick<
    FieldProps<unknown>,
    "error" | "hint" | "disabled" | "required"
  >,
) {
  const described = [hint && `${id}-hint`, error && `${id}-error`]
    .filter(Boolean).join(" ");
  return {
    id,
    disabled: disabled ?? false,
    required: required ?? false,
    "aria-invalid": error ? "true" as const : undefined,
    "aria-describedby": described || undefined,
  };
}

export interface TextFieldProps extends FieldProps<string> {
  /** `secret` is not shown unless asked for, and remembered by no browser. */
  readonly kind?: "text" | "secret" | "search" | "url";
  readonly lines?: number;
  /** Read from left to right in every language: addresses, links, codes. */
  readonly code?: boolean;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly autocomplete?: string;
}

export function TextField(props: TextFieldProps): JSX.Element {
  const id = useId();
  const [isShown, setShown] = useState(false);
  const { kind = "text", lines, code, placeholder, maxLength } = props;
  const shared = {
    ...attributes(id, props),
    value: props.value,
    placeholder,
    maxLength,
    autocomplete: props.autocomplete ?? "off",
    spellcheck: code || kind === "secret" ? false : undefined,
    dir: code || kind === "secret" ? "ltr" as const : "auto" as const,
    autoFocus: props.autoFocus ?? false,
    onInput: (event: Event) =>
      props.onChange((event.currentTarget as HTMLInputElement).value),
  };
  if (lines !== undefined) {
    return (
      <Frame id={id} {...props}>
        <textarea {...shared} rows={lines} />
      </Frame>
    );
  }
  return (
    <Frame id={id} {...props}>
      {kind === "secret"
        ? (
          <span class="with-button">
            <input
              {...shared}
              type={(isShown ? "text" : "password") as "text"}
              autocomplete={props.autocomplete ?? "new-password"}
              data-1p-ignore
              data-lpignore="true"
            />
            <Button small onClick={() => setShown(!isShown)}>
              {t(isShown ? "field.hide" : "field.show")}
            </Button>
          </span>
        )
        : <input {...shared} type={kind as "text"} />}
    </Frame>
  );
}

export interface NumberFieldProps extends FieldProps<number | undefined> {
  readonly min?: number;
  readonly max?: number;
}

export function NumberField(props: NumberFieldProps): JSX.Element {
  const id = useId();
  return (
    <Frame id={id} {...props}>
      <input
        {...attributes(id, props)}
        type="number"
        inputMode="numeric"
        dir="ltr"
        min={props.min}
        max={props.max}
        value={props.value ?? ""}
        onInput={({ currentTarget: { value, valueAsNumber } }) =>
          props.onChange(value === "" ? undefined : valueAsNumber)}
      />
    </Frame>
  );
}

export interface SelectFieldProps extends FieldProps<string> {
  readonly options: readonly (readonly [value: string, label: string])[];
}

export function SelectField(props: SelectFieldProps): JSX.Element {
  const id = useId();
  return (
    <Frame id={id} {...props}>
      <select
        {...attributes(id, props)}
        value={props.value}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
      >
        {props.options.map(([value, label]) => (
          <option key={value} value={value} selected={value === props.value}>
            {label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export interface SwitchFieldProps extends FieldProps<boolean> {
  readonly busy?: boolean;
}

/** On or off, in force at once. */
export function SwitchField(props: SwitchFieldProps): JSX.Element {
  const id = useId();
  const { label, value, onChange, hint, error, busy = false, disabled } = props;
  const { "aria-describedby": described } = attributes(id, props);
  return (
    <div class={error ? "field switch-field wrong" : "field switch-field"}>
      <div class="switch-row">
        <label class="switch-label" for={id} id={`${id}-label`}>{label}</label>
        <button
          type="button"
          role="switch"
          class="switch"
          id={id}
          aria-checked={value ? "true" : "false"}
          aria-labelledby={`${id}-label`}
          aria-describedby={described}
          aria-busy={busy ? "true" : undefined}
          disabled={disabled ?? false}
          onClick={() => !busy && onChange(!value)}
        >
          <span class="switch-knob" aria-hidden="true" />
        </button>
      </div>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="problem" id={`${id}-error`} role="alert">{error}</p>}
    </div>
  );
}
