/** Sizes and durations: a number and what it counts. @module */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import type { FieldProps } from "./fields.tsx";

const SIZES = [
  ["B", 1],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
  ["TiB", 1024 ** 4],
] as const;
const SPANS = ["s", "m", "h", "d"] as const;

interface MeasureProps extends Omit<FieldProps<unknown>, "value" | "onChange"> {
  readonly count: number | undefined;
  readonly unit: string;
  readonly units: readonly (readonly [string, string])[];
  readonly onCount: (count: number | undefined) => void;
  readonly onUnit: (unit: string) => void;
}

function Measure(props: MeasureProps): JSX.Element {
  const id = useId();
  const { label, hint, error, disabled = false, units } = props;
  const described = [hint && `${id}-hint`, error && `${id}-error`]
    .filter(Boolean).join(" ");
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      <span class="measure">
        <input
          id={id}
          type="number"
          inputMode="decimal"
          dir="ltr"
          min="0"
          step="any"
          disabled={disabled}
          required={props.required ?? false}
          value={props.count ?? ""}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={described || undefined}
          onInput={({ currentTarget: { value, valueAsNumber } }) =>
            props.onCount(value === "" ? undefined : valueAsNumber)}
        />
        <select
          aria-label={t("field.unit", { field: label })}
          disabled={disabled}
          value={props.unit}
          onChange={({ currentTarget }) => props.onUnit(currentTarget.value)}
        >
          {units.map(([value, text]) => (
            <option key={value} value={value} selected={value === props.unit}>
              {text}
            </option>
          ))}
        </select>
      </span>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="problem" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

/** The value is in octets. */
export function SizeField(
  props: FieldProps<number | undefined>,
): JSX.Element {
  const { value, onChange } = props;
  const [unit, setUnit] = useState<string>(() => sizeUnit(value));
  const size = SIZES.find(([name]) => name === unit)?.[1] ?? 1;
  return (
    <Measure
      {...props}
      count={value === undefined ? undefined : rounded(value / size)}
      unit={unit}
      units={SIZES.map(([name]) => [name, name])}
      onCount={(count) =>
        onChange(count === undefined ? undefined : Math.round(count * size))}
      onUnit={(name) => {
        const next = SIZES.find(([known]) => known === name)?.[1] ?? 1;
        setUnit(name);
        if (value !== undefined) {
          onChange(Math.round(value / size * next));
        }
      }}
    />
  );
}

/** The value is text as `20d`; empty: none. */
export function DurationField(props: FieldProps<string>): JSX.Element {
  const { value, onChange } = props;
  const parsed = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value.trim());
  const [unit, setUnit] = useState<string>(parsed?.[2] ?? "d");
  const shown = parsed?.[2] ?? unit;
  return (
    <Measure
      {...props}
      count={parsed ? Number(parsed[1]) : undefined}
      unit={shown}
      units={SPANS.map((name) => [name, t(`unit.${name}`)])}
      onCount={(count) =>
        onChange(count === undefined ? "" : `${count}${shown}`)}
      onUnit={(name) => {
        setUnit(name);
        if (parsed) onChange(`${parsed[1]}${name}`);
      }}
    />
  );
}

function sizeUnit(octets: number | undefined): string {
  const known = [...SIZES].reverse().find(([, size]) =>
    octets !== undefined && octets >= size && Number.isInteger(octets / size)
  );
  return octets === undefined || octets === 0 ? "MiB" : known?.[0] ?? "B";
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
