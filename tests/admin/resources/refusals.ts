/** What tests of resources say about refusals. @module */
import assert from "node:assert/strict";
import { Refusal, type RefusalCode } from "../../../src/base/refusal.ts";

export function refused(
  work: Promise<unknown>,
  code: RefusalCode,
): Promise<void> {
  return assert.rejects(
    work,
    (error) => error instanceof Refusal && error.code === code,
    code,
  );
}

/** A value that is wrong, by the name of its field. */
export function wrongField(
  work: Promise<unknown>,
  field: string,
): Promise<void> {
  return assert.rejects(
    work,
    (error) =>
      error instanceof Refusal && error.code === "invalid_value" &&
      error.detail.field === field,
    field,
  );
}
