/** A QR code of half blocks, for terminals. @module */
import { renderUnicodeCompact } from "uqr";

/**
 * Dark on light as scanners want it, in a terminal with a dark background.
 *
 * @param isInverted For one with a light background
 */
export function qrText(content: string, isInverted = false): string {
  return renderUnicodeCompact(content, {
    border: 2,
    ecc: "L",
    invert: isInverted,
  });
}
