/**
 * Drawings of `web/static/` as outlines: of SVG what they are made of, and no
 * more. What they do not have yet stops the build.
 *
 * @module
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Color = readonly [red: number, green: number, blue: number];

export interface Shape {
  readonly outline: readonly Point[];
  readonly color: Color;
}

export interface Drawing {
  /** Of each side, from 0. */
  readonly side: number;
  readonly shapes: readonly Shape[];
}

type Attributes = ReadonlyMap<string, string>;

const STEPS_OF_ARC = 24;
const OUTLINES: Readonly<Record<string, (given: Attributes) => Point[]>> = {
  rect: rectangle,
  circle,
  path: (given) => new Pen().follow(given.get("d") ?? ""),
};

/** @throws {SyntaxError} there is more in it than can be drawn */
export function readDrawing(svg: string): Drawing {
  const [, side] = /<svg [^>]*viewBox="0 0 (\d+) \1"/.exec(svg) ?? [];
  if (side === undefined) throw new SyntaxError("The drawing is no square");
  const shapes: Shape[] = [];
  for (const [, name = "", text = ""] of svg.matchAll(/<(\w+)([^>]*)>/g)) {
    if (name === "svg") continue;
    const outline = Object.hasOwn(OUTLINES, name) ? OUTLINES[name] : undefined;
    if (!outline) throw new SyntaxError(`<${name}> cannot be drawn`);
    const given = attributesOf(text);
    shapes.push({
      outline: outline(given),
      color: colorOf(given.get("fill") ?? ""),
    });
  }
  return { side: Number(side), shapes };
}

function attributesOf(text: string): Attributes {
  return new Map(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map((
      [, name = "", value = ""],
    ) => [name, value]),
  );
}

function colorOf(text: string): Color {
  const [, digits] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text) ?? [];
  if (digits === undefined) throw new SyntaxError(`No color: ${text}`);
  const each = digits.length / 3;
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((at) =>
    parseInt(digits.slice(at * each, (at + 1) * each).repeat(2 / each), 16)
  );
  return [red, green, blue];
}

function numberOf(given: Attributes, name: string): number {
  const value = Number(given.get(name) ?? 0);
  if (Number.isFinite(value)) return value;
  throw new SyntaxError(`${name} is no number`);
}

function rectangle(given: Attributes): Point[] {
  const [x, y, width, height, rx] = ["x", "y", "width", "height", "rx"]
    .map((name) => numberOf(given, name)) as [
      number,
      number,
      number,
      number,
      number,
    ];
  const corner = `a${rx} ${rx} 0 0 1`;
  return new Pen().follow(
    `M${x + rx} ${y}h${width - 2 * rx}${corner} ${rx} ${rx}` +
      `v${height - 2 * rx}${corner} ${-rx} ${rx}` +
      `h${2 * rx - width}${corner} ${-rx} ${-rx}` +
      `v${2 * rx - height}${corner} ${rx} ${-rx}z`,
  );
}

function circle(given: Attributes): Point[] {
  const [cx, cy, r] = ["cx", "cy", "r"].map((name) =>
    numberOf(given, name)
  ) as [
    number,
    number,
    number,
  ];
  const half = `a${r} ${r} 0 0 1`;
  return new Pen().follow(
    `M${cx - r} ${cy}${half} ${2 * r} 0${half} ${-2 * r} 0z`,
  );
}

/** Follows one closed path. */
class Pen {
  readonly #points: Point[] = [];
  #at: Point = { x: 0, y: 0 };

  follow(path: string): Point[] {
    const parts = path.match(/[a-z]|-?(?:\d+\.?\d*|\.\d+)/gi) ?? [];
    let command = "";
    for (let at = 0; at < parts.length;) {
      if (/[a-z]/i.test(parts[at]!)) command = parts[at++]!;
      const take = () => Number(parts[at++]);
      this.#move(command, take);
    }
    return this.#points;
  }

  #move(command: string, take: () => number): void {
    const { x, y } = this.#at;
    const isRelative = command === command.toLowerCase();
    const toX = () => take() + (isRelative ? x : 0);
    const toY = () => take() + (isRelative ? y : 0);
    switch (command.toLowerCase()) {
      case "m":
      case "l":
        return this.#lineTo({ x: toX(), y: toY() });
      case "h":
        return this.#lineTo({ x: toX(), y });
      case "v":
        return this.#lineTo({ x, y: toY() });
      case "a": {
        const radius = take();
        if (take() !== radius) throw new SyntaxError("An arc is no circle's");
        take();
        const isLarge = take() === 1;
        const isSweeping = take() === 1;
        const end = { x: toX(), y: toY() };
        return this.#arcTo(end, radius, isLarge, isSweeping);
      }
      case "z":
        return;
      default:
        throw new SyntaxError(`${command} cannot be drawn`);
    }
  }

  #lineTo(point: Point): void {
    if (!Number.isFinite(point.x + point.y)) {
      throw new SyntaxError("A number is missing in a path");
    }
    this.#points.push(point);
    this.#at = point;
  }

  /** SVG 2 §B.2.4, of circles. */
  #arcTo(
    end: Point,
    radius: number,
    isLarge: boolean,
    isSweeping: boolean,
  ): void {
    const start = this.#at;
    const halfX = (start.x - end.x) / 2;
    const halfY = (start.y - end.y) / 2;
    const square = halfX ** 2 + halfY ** 2;
    if (square === 0) return;
    const away = Math.sqrt(Math.max(0, radius ** 2 - square) / square) *
      (isLarge === isSweeping ? -1 : 1);
    const x = (start.x + end.x) / 2 + away * halfY;
    const y = (start.y + end.y) / 2 - away * halfX;
    const from = Math.atan2(start.y - y, start.x - x);
    let turn = Math.atan2(end.y - y, end.x - x) - from;
    if (isSweeping && turn < 0) turn += 2 * Math.PI;
    if (!isSweeping && turn > 0) turn -= 2 * Math.PI;
    const long = Math.hypot(start.x - x, start.y - y);
    for (let step = 1; step < STEPS_OF_ARC; step++) {
      const angle = from + turn * step / STEPS_OF_ARC;
      this.#lineTo({
        x: x + long * Math.cos(angle),
        y: y + long * Math.sin(angle),
      });
    }
    this.#lineTo(end);
  }
}
