/**
 * QR codes as pictures: black on white, also where pages are dark. Those that
 * many pages show are kept for a while, since drawing one takes milliseconds.
 *
 * @module
 */
import { qrSvg } from "../qr_svg.ts";

const MOST = 256;
const kept = new Map<string, string>();

export function qrImage(text: string): string {
  const known = kept.get(text);
  if (known !== undefined) {
    kept.delete(text);
    kept.set(text, known);
    return known;
  }
  const image = qrSvg(text);
  kept.set(text, image);
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  return image;
}

/** Not kept: it is somebody's way into an account. */
export function secretQrImage(text: string): string {
  return qrSvg(text);
}
