import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import { REPOSITORY } from "../repository.ts";
import { readDrawing } from "./drawing.ts";
import { appIcons } from "./icons.ts";
import { drawPng } from "./png.ts";

type Pixel = readonly number[];

/** What stands where, of lines that say what differs from the one above. */
function decoded(png: Uint8Array): (x: number, y: number) => Pixel {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  assert.deepEqual([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  let data = new Uint8Array();
  let width = 0;
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    const sum = view.getUint32(at + 8 + length);
    assert.equal(crc32(png.subarray(at + 4, at + 8 + length)), sum, type);
    if (type === "IHDR") width = view.getUint32(at + 8);
    if (type === "IDAT") data = png.slice(at + 8, at + 8 + length);
    at += 12 + length;
  }
  const lines = new Uint8Array(inflateSync(data));
  const row = width * 4 + 1;
  assert.equal(lines.length, row * width);
  for (let y = 0; y < width; y++) {
    assert.equal(lines[y * row], 2);
    for (let x = 1; x < row; x++) {
      lines[y * row + x]! += y === 0 ? 0 : lines[(y - 1) * row + x]!;
    }
  }
  return (x, y) => [...lines.subarray(y * row + 1 + 4 * x).subarray(0, 4)];
}

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">${content}</svg>`;
}

const RED = [255, 0, 0, 255];
const GREEN = [0, 136, 0, 255];
const NOTHING = [0, 0, 0, 0];

Deno.test("shapes are drawn where they are, one upon the other", () => {
  const at = decoded(drawPng(
    readDrawing(svg(
      '<rect width="8" height="4" fill="#f00"/>' +
        '<circle cx="4" cy="4" r="2" fill="#008800"/>' +
        '<path d="M0 8V6h2l-2 2z" fill="#f00"/>',
    )),
    64,
  ));
  assert.deepEqual(at(1, 1), RED);
  assert.deepEqual(at(63, 31), RED);
  assert.deepEqual(at(63, 32), NOTHING);
  assert.deepEqual(at(32, 32), GREEN);
  assert.deepEqual(at(32, 46), GREEN);
  assert.deepEqual(at(32, 49), NOTHING);
  assert.deepEqual(at(2, 50), RED);
  assert.deepEqual(at(14, 62), NOTHING);
});

Deno.test("what covers half of a pixel is half of it", () => {
  const half = svg('<rect width="4.500" height="8" fill="#f00"/>');
  const at = decoded(drawPng(readDrawing(half), 8));
  assert.deepEqual(at(3, 3), RED);
  assert.deepEqual(at(4, 3), [255, 0, 0, 128]);
  assert.deepEqual(at(5, 3), NOTHING);
});

Deno.test("corners are round by arcs", () => {
  const round = svg('<rect width="8" height="8" rx="4" fill="#f00"/>');
  const at = decoded(drawPng(readDrawing(round), 80));
  for (
    const [x, y] of [[0, 0], [79, 0], [0, 79], [79, 79], [10, 10]] as const
  ) {
    assert.deepEqual(at(x, y), NOTHING, `${x} ${y}`);
  }
  for (
    const [x, y] of [[40, 1], [1, 40], [78, 40], [40, 78], [13, 13]] as const
  ) {
    assert.deepEqual(at(x, y), RED, `${x} ${y}`);
  }
});

for (
  const [what, content] of [
    ["a text", "<text>a</text>"],
    ["a curve", '<path d="M0 0q1 1 2 2z" fill="#f00"/>'],
    ["an ellipse", '<path d="M0 0a1 2 0 0 1 2 2z" fill="#f00"/>'],
    ["a color by name", '<rect width="1" height="1" fill="red"/>'],
    ["half a path", '<path d="M0 0l1" fill="#f00"/>'],
    ["a word for a number", '<rect width="wide" height="1" fill="#f00"/>'],
  ] as const
) {
  Deno.test(`a drawing with ${what} stops the build`, () => {
    assert.throws(() => readDrawing(svg(content)), SyntaxError);
  });
}

Deno.test("icons that are cut are filled, the others have round corners", async () => {
  const text = await Deno.readTextFile(`${REPOSITORY}/web/static/icon.svg`);
  const icons = appIcons(text);
  const corner = (name: string) => decoded(icons.get(name)!)(0, 0)[3];
  assert.deepEqual([...icons.keys()].map(corner), [0, 0, 255, 255]);
  const middle = decoded(icons.get("app_icon_maskable.png")!);
  assert.deepEqual(middle(110, 170), [255, 255, 255, 255]); // of the bubble
  assert.deepEqual(middle(256, 230), middle(0, 0)); // of the keyhole
});
