/** The icon for launchers that take no SVG: of iOS, and some of Android. @module */
import { type Drawing, readDrawing } from "./drawing.ts";
import { drawPng } from "./png.ts";

/** Each under the name that the server finds it by. */
export function appIcons(svg: string): ReadonlyMap<string, Uint8Array> {
  const drawing = readDrawing(svg);
  const filled = withoutCorners(drawing);
  return new Map([
    ["app_icon_192.png", drawPng(drawing, 192)],
    ["app_icon_512.png", drawPng(drawing, 512)],
    // what these show at the edge is the launcher's to cut
    ["app_icon_maskable.png", drawPng(filled, 512)],
    ["app_icon_apple.png", drawPng(filled, 180)],
  ]);
}

/** Filled to its edges by the color of what lies at its bottom. */
function withoutCorners({ side, shapes }: Drawing): Drawing {
  const [ground, ...others] = shapes;
  if (!ground) throw new RangeError("There is nothing in the drawing");
  const outline = [
    { x: 0, y: 0 },
    { x: side, y: 0 },
    { x: side, y: side },
    { x: 0, y: side },
  ];
  return { side, shapes: [{ ...ground, outline }, ...others] };
}
