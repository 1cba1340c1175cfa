/** A QR code as a picture, for pages. @module */
import { renderSVG } from "uqr";

export function qrSvg(text: string): string {
  return renderSVG(text, { ecc: "M", border: 4 });
}
