/**
 * A choice that is in force at once: it shows what was chosen last before the
 * server has said so. What is chosen while another is on its way waits for it,
 * so that the last one holds.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { SelectField } from "./fields.tsx";
import { errorText } from "./state.tsx";
import { toast } from "./toast.tsx";

export interface ChoiceProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** As the server has it. */
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly disabled?: boolean;
  /** Ends when `value` is as it is by then; whatever it throws is shown. */
  readonly change: (value: string) => Promise<unknown>;
}

export function Choice({ value, change, ...field }: ChoiceProps): JSX.Element {
  const [wanted, setWanted] = useState<string>();
  const last = useRef<string>(undefined);
  const turn = useRef(Promise.resolve());
  async function perform(next: string): Promise<void> {
    if (last.current !== next) return; // another one was chosen since
    try {
      await change(next);
    } catch (failure) {
      toast(`${field.label}: ${errorText(failure)}`, "bad");
    }
    setWanted((now) => now === next ? undefined : now);
  }
  return (
    <SelectField
      {...field}
      value={wanted ?? value}
      onChange={(next) => {
        last.current = next;
        setWanted(next);
        turn.current = turn.current.then(() => perform(next));
      }}
    />
  );
}
