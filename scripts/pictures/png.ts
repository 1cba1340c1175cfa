/** Drawings as PNG, for launchers that take no SVG. @module */
import { constants, crc32, deflateSync } from "node:zlib";
import type { Drawing, Point } from "./drawing.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const RGBA = [8, 6, 0, 0, 0];
const CHANNELS = 4;
/** Lines that are looked at within each of pixels; along a line it is exact. */
const LINES = 8;
/** Each pixel is written as what differs from the one above. */
const FILTER_UP = 2;

/** @param size Pixels of each side. */
export function drawPng(drawing: Drawing, size: number): Uint8Array {
  const head = new Uint8Array(8 + RGBA.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, size);
  view.setUint32(4, size);
  head.set(RGBA, 8);
  const lines = filtered(pixelsOf(drawing, size), size);
  return joined([
    new Uint8Array(SIGNATURE),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(lines, { level: constants.Z_BEST_COMPRESSION })),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** Red, green, blue, alpha of each. */
function pixelsOf({ side, shapes }: Drawing, size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * CHANNELS);
  const scale = size / side;
  for (let row = 0; row < size; row++) {
    // multiplied by alpha
    const mixed = new Float64Array(size * CHANNELS);
    for (const { outline, color } of shapes) {
      const covered = coverage(outline, { row, size, scale });
      for (const [at, share] of covered.entries()) {
        if (share === 0) continue;
        for (let channel = 0; channel < CHANNELS; channel++) {
          const place = at * CHANNELS + channel;
          mixed[place] = (color[channel] ?? 255) * share +
            mixed[place]! * (1 - share);
        }
      }
    }
    for (let at = 0; at < size; at++) {
      const alpha = mixed[at * CHANNELS + 3]!;
      for (let channel = 0; channel < CHANNELS; channel++) {
        const value = mixed[at * CHANNELS + channel]!;
        pixels[(row * size + at) * CHANNELS + channel] = Math.round(
          channel === 3 ? alpha : alpha === 0 ? 0 : value * 255 / alpha,
        );
      }
    }
  }
  return pixels;
}

interface Row {
  readonly row: number;
  readonly size: number;
  readonly scale: number;
}

/** How much of each pixel of a row is within an outline. */
function coverage(
  outline: readonly Point[],
  { row, size, scale }: Row,
): Float64Array {
  const covered = new Float64Array(size);
  for (let line = 0; line < LINES; line++) {
    const y = (row + (line + 0.5) / LINES) / scale;
    const crossings = crossingsAt(outline, y);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      const from = Math.max(0, crossings[at]! * scale);
      const to = Math.min(size, crossings[at + 1]! * scale);
      for (let x = Math.floor(from); x < to; x++) {
        covered[x]! += (Math.min(x + 1, to) - Math.max(x, from)) / LINES;
      }
    }
  }
  return covered.map((share) => Math.min(1, share));
}

function crossingsAt(outline: readonly Point[], y: number): number[] {
  return outline.flatMap((from, at) => {
    const to = outline[(at + 1) % outline.length]!;
    return (from.y <= y) === (to.y <= y)
      ? []
      : [from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y)];
  }).sort((one, other) => one - other);
}

function filtered(pixels: Uint8Array, size: number): Uint8Array {
  const width = size * CHANNELS;
  const lines = new Uint8Array(size * (width + 1));
  for (let row = 0; row < size; row++) {
    const start = row * (width + 1);
    lines[start] = FILTER_UP;
    for (let at = 0; at < width; at++) {
      const above = row === 0 ? 0 : pixels[(row - 1) * width + at]!;
      lines[start + 1 + at] = pixels[row * width + at]! - above;
    }
  }
  return lines;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const made = new Uint8Array(data.length + 12);
  const view = new DataView(made.buffer);
  view.setUint32(0, data.length);
  made.set(new TextEncoder().encode(type), 4);
  made.set(data, 8);
  view.setUint32(8 + data.length, crc32(made.subarray(4, 8 + data.length)));
  return made;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
