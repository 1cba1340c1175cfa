/** QR codes on pages of operators, whose servers drew them before: the text stays in the browser. @module */
import { renderSVG } from "uqr";

/** Black on white, in place of what the picture showed. */
export function show(image: HTMLImageElement | null, text: string): void {
  if (!image) return;
  const picture = renderSVG(text, { ecc: "M", border: 4 });
  image.src = `data:image/svg+xml,${encodeURIComponent(picture)}`;
}
