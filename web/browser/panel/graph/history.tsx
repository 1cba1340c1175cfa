/** A graph of what the server has measured, for a range that is chosen. @module */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useOperation } from "../client/use_operation.ts";
import { t, tOr } from "../i18n/translate.ts";
import { Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { Chart } from "./chart.tsx";
import type { Points } from "./points.ts";
import type { Unit } from "./units.ts";

/** In seconds: what is shown, of what step, asked again so often. */
const RANGES = {
  "1h": { span: 3600, step: 10, refresh: 10 },
  "24h": { span: 86_400, step: 300, refresh: 60 },
  "7d": { span: 7 * 86_400, step: 1800, refresh: 300 },
  "30d": { span: 30 * 86_400, step: 7200, refresh: 300 },
  "1y": { span: 365 * 86_400, step: 86_400, refresh: 300 },
} as const;
export type Range = keyof typeof RANGES;
const RANGE_NAMES = Object.keys(RANGES) as readonly Range[];

export interface HistoryProps {
  readonly title: string;
  readonly keys: readonly string[];
  readonly unit: Unit;
  readonly range: Range;
  readonly isStacked?: boolean;
}

interface Found {
  readonly step: number;
  readonly series: Readonly<Record<string, Points>>;
}

export function History(
  { title, keys, unit, range, isStacked = false }: HistoryProps,
): JSX.Element {
  const { span, step, refresh } = RANGES[range];
  const { data, error, loading, refresh: again } = useOperation<Found>(
    "metrics.history",
    { keys, step, ...sinceOf(span, step) },
    {
      refreshMs: refresh * 1000,
    },
  );
  // a new set for each answer: what is drawn ends when it was asked for
  const [from, to] = useMemo(() => {
    const now = Date.now() / 1000;
    return [now - span, now];
  }, [data, span]);
  const series = useMemo(
    () =>
      keys.map((key) => ({
        key,
        label: tOr(`series.${key}`, key),
        points: data?.series[key] ?? [],
      })),
    [data, keys.join()],
  );
  return (
    <Card title={title}>
      {loading && <Loading lines={4} />}
      {error && <Failure error={error} retry={again} />}
      {data && (
        <Chart
          title={title}
          series={series}
          unit={unit}
          step={data.step}
          from={from}
          to={to}
          isStacked={isStacked}
        />
      )}
    </Card>
  );
}

/** The server takes an hour where nothing is said; so that the question stays the same, only longer ones say it. */
function sinceOf(span: number, step: number): { from?: number } {
  if (span <= RANGES["1h"].span) return {};
  return { from: Math.floor((Date.now() / 1000 - span) / step) * step };
}

export function RangeChoice(
  { range, onChange }: {
    readonly range: Range;
    readonly onChange: (range: Range) => void;
  },
): JSX.Element {
  return (
    <div class="ranges" role="group" aria-label={t("graph.range")}>
      {RANGE_NAMES.map((name) => (
        <button
          key={name}
          type="button"
          class="button plain small"
          aria-pressed={name === range ? "true" : "false"}
          onClick={() => onChange(name)}
        >
          {t(`range.${name}`)}
        </button>
      ))}
    </div>
  );
}
