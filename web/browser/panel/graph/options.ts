/** How graphs are drawn: colours that the colour-blind tell apart, and dashes besides. @module */
import type uPlot from "uplot";
import { currentLanguage } from "../i18n/translate.ts";
import { formatAxis, type Unit } from "./units.ts";

/** One for each colour of the style sheet. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 5],
  [14, 4],
];

interface Drawing {
  readonly width: number;
  /** Of each series that is shown, the number of its colour. */
  readonly colours: readonly number[];
  readonly isStacked: boolean;
  readonly unit: Unit;
  onRow(row: number | undefined): void;
}

const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power);
const WHOLE = Array.from({ length: 12 }, (_, power) => 10 ** power)
  .flatMap((size) => [size, 2 * size, 5 * size]);
/** Between two lines of the grid: of octets what is even in KiB, of things whole ones. */
const STEPS: Partial<Record<Unit, { readonly incrs: number[] }>> = {
  bytes: { incrs: BINARY },
  bytes_per_second: { incrs: BINARY },
  count: { incrs: WHOLE },
};

const HEIGHT = 240;
const DAY = 86_400;

export function chartOptions(
  { width, colours, isStacked, unit, onRow }: Drawing,
): uPlot.Options {
  const ink = colour("var(--soft)");
  const grid = { stroke: colour("var(--graph-grid)"), width: 1 };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: true },
      y: {
        range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1],
      },
    },
    axes: [
      {
        stroke: ink,
        grid,
        ticks: grid,
        space: 70,
        values: (_, times) => {
          const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
          return times.map((at) => timeLabel(at, span));
        },
      },
      {
        stroke: ink,
        grid,
        ticks: grid,
        size: 76,
        ...STEPS[unit],
        values: (_, values) => formatAxis(values, unit),
      },
    ],
    series: [
      {},
      ...colours.map((number): uPlot.Series => {
        const name = `var(--graph-${number % DASHES.length + 1})`;
        return {
          stroke: colour(name),
          width: 2,
          dash: [...DASHES[number % DASHES.length]!],
          spanGaps: false,
          points: { size: 5 },
          ...(isStacked
            ? { fill: colour(`color-mix(in srgb, ${name} 35%, transparent)`) }
            : {}),
        };
      }),
    ],
    ...(isStacked && colours.length > 1
      ? {
        bands: colours.slice(1).map((_, index) => ({
          series: [index + 2, index + 1] as [number, number],
        })),
      }
      : {}),
    hooks: {
      setCursor: [
        ({ cursor }) => onRow(cursor.idx ?? undefined),
      ],
    },
  };
}

/** What a canvas takes, of what the style sheet says for the look of now. */
function colour(value: string): string {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = value;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function timeLabel(seconds: number, span: number): string {
  const options: Intl.DateTimeFormatOptions = span > 3 * DAY
    ? { day: "numeric", month: "short" }
    : span > 20 * 3600
    ? { weekday: "short", hour: "2-digit", minute: "2-digit" }
    : { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(currentLanguage(), options)
    .format(seconds * 1000);
}
