/**
 * A switch that shows what will be before the server has said so, and goes back
 * when it says no.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { SwitchField } from "./fields.tsx";
import { errorText } from "./state.tsx";
import { toast } from "./toast.tsx";

export interface ToggleProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** As the server has it. */
  readonly value: boolean;
  readonly disabled?: boolean;
  /** Whatever it throws is shown, and the switch goes back. */
  readonly change: (value: boolean) => Promise<unknown>;
  /** Asks first: gives whether to go on. */
  readonly ask?: (value: boolean) => Promise<boolean>;
}

export function Toggle(
  { label, hint, value, disabled = false, change, ask }: ToggleProps,
): JSX.Element {
  const [wanted, setWanted] = useState<boolean>();
  const [error, setError] = useState<string>();
  useLayoutEffect(() => setWanted(undefined), [value]);
  return (
    <SwitchField
      label={label}
      hint={hint}
      value={wanted ?? value}
      busy={wanted !== undefined && wanted !== value}
      disabled={disabled}
      error={error}
      onChange={async (next) => {
        if (ask && !await ask(next)) return;
        setWanted(next);
        setError(undefined);
        try {
          await change(next);
          setWanted((now) => now === next ? undefined : now);
        } catch (failure) {
          setWanted((now) => now === next ? undefined : now);
          setError(errorText(failure));
          toast(`${label}: ${errorText(failure)}`, "bad");
        }
      }}
    />
  );
}
