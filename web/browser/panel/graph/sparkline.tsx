/** A line without axes: only whether it rises or falls. @module */
import type { JSX } from "preact";
import type { Points } from "./points.ts";

const WIDTH = 120;
const HEIGHT = 28;

export function Sparkline(
  { points }: { readonly points: Points },
): JSX.Element | null {
  if (points.length < 2) return null;
  const first = points[0]![0];
  const span = points.at(-1)![0] - first || 1;
  const most = points.reduce((most, [, value]) => Math.max(most, value), 0) ||
    1;
  const path = points.map(([at, value]) =>
    `${((at - first) / span * WIDTH).toFixed(1)},${
      (HEIGHT - 2 - value / most * (HEIGHT - 4)).toFixed(1)
    }`
  ).join(" ");
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={path} />
    </svg>
  );
}
