/** Why an override is not taken, by the field that is wrong. @module */
import { Refusal } from "../../base/refusal.ts";

export type OverrideField =
  | "lookup_key"
  | "target_host"
  | "tls"
  | "fallback"
  | "http"
  | "smtp";

export function invalidOption(field: OverrideField, problem: string): Refusal {
  return new Refusal("invalid_value", {
    field,
    explanation: `${field}: ${problem}`,
  });
}

export function invalidTarget(problem: string): Refusal {
  return invalidOption("target_host", problem);
}
