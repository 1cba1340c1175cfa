/** Reads a QR code in a picture, for browsers that cannot; loaded when it is needed. @module */
import jsqr from "jsqr";

/** Its types say that the module has a default; it is that itself. */
const readCode = jsqr as unknown as typeof jsqr.default;

export function readQr(
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
): string | undefined {
  return readCode(pixels, width, height)?.data;
}
