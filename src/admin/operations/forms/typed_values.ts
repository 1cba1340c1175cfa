/** Values as a person types them. @module */
import { checkUnit } from "../../../base/durations.ts";
import { checkSizeUnit } from "../../../base/sizes.ts";
import { Refusal } from "../../../base/refusal.ts";

const CHECKS: readonly (readonly [RegExp, (text: string) => void])[] = [
  [/^duration/, checkUnit],
  [/^size/, checkSizeUnit],
];

/** @throws {Refusal} `invalid_value` for a duration or size of which the unit is not said */
export function checkTyped(
  { key, kind }: { readonly key: string; readonly kind: string },
  value: string,
  field = key,
): void {
  const check = CHECKS.find(([pattern]) => pattern.test(kind))?.[1];
  try {
    check?.(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal("invalid_value", {
      field,
      explanation: `${key}: ${error.message}`,
    });
  }
}

/** Of a number of octets or seconds that a program has given. */
export function withUnit(kind: string, value: number): string {
  if (/^duration/.test(kind)) return `${value}s`;
  return /^size/.test(kind) ? `${value}B` : String(value);
}
