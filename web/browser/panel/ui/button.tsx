/** What is pressed. @module */
import type { ComponentChildren, JSX } from "preact";

export interface ButtonProps {
  readonly kind?: "primary" | "plain" | "danger";
  /** It was pressed, and the answer is on its way. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly submit?: boolean;
  /** In place of the text, for those who cannot see a picture. */
  readonly label?: string;
  readonly small?: boolean;
  readonly onClick?: (event: MouseEvent) => void;
  readonly children: ComponentChildren;
}

export function Button(
  {
    kind = "plain",
    busy = false,
    disabled = false,
    submit = false,
    label,
    small = false,
    onClick,
    children,
  }: ButtonProps,
): JSX.Element {
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button ${kind}${small ? " small" : ""}${busy ? " busy" : ""}`}
      disabled={disabled}
      aria-disabled={busy ? "true" : undefined}
      aria-busy={busy ? "true" : undefined}
      aria-label={label}
      title={label}
      onClick={(event) => {
        if (busy) event.preventDefault(); // it keeps the focus meanwhile
        else onClick?.(event);
      }}
    >
      {busy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
