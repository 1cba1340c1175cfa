/** The text of a QR code in a picture: by the browser, else by a script loaded for it. @module */

interface Detector {
  detect(source: ImageBitmapSource): Promise<readonly { rawValue: string }[]>;
}
declare const BarcodeDetector: {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
};

interface Reader {
  readQr(
    pixels: Uint8ClampedArray,
    width: number,
    height: number,
  ): string | undefined;
}

/** Larger pictures are made smaller first. */
const MAX_SIDE = 1600;

export async function readPicture(
  source: HTMLVideoElement | ImageBitmap,
  width: number,
  height: number,
): Promise<string | undefined> {
  return await byBrowser(source) ?? await byScript(source, width, height);
}

async function byBrowser(source: ImageBitmapSource) {
  try {
    if (typeof BarcodeDetector === "undefined") return undefined;
    const formats = await BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return undefined;
    const found = await new BarcodeDetector({ formats: ["qr_code"] })
      .detect(source);
    return found[0]?.rawValue;
  } catch {
    return undefined; // some say that they can, and then cannot
  }
}

async function byScript(
  source: CanvasImageSource,
  width: number,
  height: number,
) {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  if (!drawing) return undefined;
  drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  const { readQr } = await reader();
  return readQr(data, canvas.width, canvas.height);
}

function reader(): Promise<Reader> {
  const link = document.querySelector<HTMLLinkElement>("link[data-qr-reader]");
  if (!link) throw new Error("The page names no reader");
  return import(link.href);
}
