/**
 * Mail addresses in their one canonical form.
 *
 * @module
 */
import type { BrandedText } from "../base/brand.ts";

/** `local@domain`, canonical: the only form that reaches accounts, routing, quota and store. */
export type Address = BrandedText<"Address">;
