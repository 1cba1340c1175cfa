/**
 * Pictures made ready to be sent: no larger than needed, and without what
 * cameras write into them, as where they were taken.
 *
 * @module
 */
const LONGEST_SIDE = 1920;
const FACE_SIDE = 320;
const QUALITY = 0.85;
/** These carry such notes; others are left as they are, as long as they are small. */
const NOTED = ["image/jpeg", "image/webp"];
const MAX_PLAIN_OCTETS = 1024 * 1024;

/** The file itself where it is no picture, or the browser cannot read it. */
export async function readyPicture(file: File): Promise<File> {
  const isLarge = file.type === "image/png" && file.size > MAX_PLAIN_OCTETS;
  if (!NOTED.includes(file.type) && !isLarge) return file;
  const made = await draw(file, (width, height) => {
    const share = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    return {
      width: Math.max(1, Math.round(width * share)),
      height: Math.max(1, Math.round(height * share)),
      cut: { x: 0, y: 0, width, height },
    };
  });
  if (!made) return file;
  const name = file.name.replace(/\.\w{1,5}$/, "") + ".jpg";
  return new File([made], name, { type: made.type });
}

/** A square from its middle; undefined when the browser cannot read it. */
export async function readyFace(file: File): Promise<Uint8Array | undefined> {
  const made = await draw(file, (width, height) => {
    const side = Math.min(width, height);
    return {
      width: FACE_SIDE,
      height: FACE_SIDE,
      cut: {
        x: (width - side) / 2,
        y: (height - side) / 2,
        width: side,
        height: side,
      },
    };
  });
  return made && new Uint8Array(await made.arrayBuffer());
}

async function draw(
  file: File,
  place: (width: number, height: number) => {
    readonly width: number;
    readonly height: number;
    readonly cut: Readonly<Record<"x" | "y" | "width" | "height", number>>;
  },
): Promise<Blob | undefined> {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height, cut } = place(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#fff"; // what can be seen through has no colour in a JPEG
    context.fillRect(0, 0, width, height);
    context.drawImage(
      bitmap,
      cut.x,
      cut.y,
      cut.width,
      cut.height,
      0,
      0,
      width,
      height,
    );
    bitmap.close();
    const blob = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, "image/jpeg", QUALITY)
    );
    return blob ?? undefined;
  } catch {
    return undefined; // no picture, whatever it says
  }
}
