/** A QR code of half blocks, for terminals. @module */
import { renderUnicodeCompact } from "uqr";

/** Dark on light as scanners want it, in a terminal with a dark background. */
export function qrText(content: string): string {
  return renderUnicodeCompact(content, { border: 2, ecc: "L" });
}
