/**
 * Lines or stacked areas over time. What is drawn can also be read: the legend
 * says the values under the pointer, and a table has them all.
 *
 * @module
 */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type uPlot from "uplot";
import { formatTime, t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/state.tsx";
import { csvOf, type Points, stacked, tableOf } from "./points.ts";
import { DataRows } from "./data_rows.tsx";
import { DASHES } from "./options.ts";
import { formatValue, type Unit } from "./units.ts";
import { usePlot } from "./use_plot.ts";

export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  readonly points: Points;
}

export interface ChartProps {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly unit: Unit;
  /** Seconds of one point. */
  readonly step: number;
  /** What is drawn, whatever was measured: seconds since 1970 UTC. */
  readonly from: number;
  readonly to: number;
  readonly isStacked?: boolean;
}

export function Chart(props: ChartProps): JSX.Element {
  const { title, series, unit, step, from, to, isStacked = false } = props;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [row, setRow] = useState<number>();
  const [isTable, setTable] = useState(false);
  const shown = series.filter(({ key }) => !hidden.has(key));
  const table = useMemo(
    () => tableOf(shown.map(({ points }) => points), step),
    [series, hidden, step],
  );
  const drawn = useMemo(
    () =>
      [
        table.times,
        ...isStacked ? stacked(table.columns) : table.columns,
      ] as unknown as uPlot.AlignedData,
    [table, isStacked],
  );
  const frame = usePlot({
    drawn,
    colours: shown.map(({ key }) => series.findIndex((one) => one.key === key)),
    isStacked,
    unit,
    from,
    to,
    onRow: setRow,
  });
  const isEmpty = series.every(({ points }) => points.length === 0);
  const valueOf = (key: string) => {
    const index = shown.findIndex((one) => one.key === key);
    const column = table.columns[index] ?? [];
    return formatValue(
      (row === undefined ? column.findLast((v) => v !== null) : column[row]) ??
        null,
      unit,
    );
  };
  return (
    <figure class="chart" aria-label={title}>
      <div class="legend">
        {series.map(({ key, label }, index) => (
          <button
            key={key}
            type="button"
            class={`legend-item series-${index % DASHES.length}`}
            aria-pressed={hidden.has(key) ? "false" : "true"}
            onClick={() => {
              const next = new Set(hidden);
              if (!next.delete(key)) next.add(key);
              setHidden(next);
            }}
          >
            <span class="legend-mark" aria-hidden="true" />
            <span>{label}</span>
            {!hidden.has(key) && <bdi class="legend-value">{valueOf(key)}</bdi>}
          </button>
        ))}
      </div>
      <p class="hint chart-time">
        {row === undefined || table.times[row] === undefined
          ? "\u00a0"
          : formatTime(table.times[row])}
      </p>
      {isEmpty && <Empty title={t("graph.empty")} />}
      <div
        class="plot"
        dir="ltr"
        hidden={isEmpty}
        role="img"
        aria-label={t("graph.described", { title })}
        ref={frame}
      />
      {!isEmpty && (
        <div class="chart-tools">
          <Button small onClick={() => setTable(!isTable)}>
            {t(isTable ? "graph.hide_data" : "graph.show_data")}
          </Button>
          <Button
            small
            onClick={() =>
              saveText(
                `${title}.csv`,
                csvOf(shown.map(({ label }) => label), table),
              )}
          >
            {t("graph.csv")}
          </Button>
        </div>
      )}
      {isTable && (
        <DataRows title={title} series={shown} table={table} unit={unit} />
      )}
    </figure>
  );
}

/** As a file of this name. */
function saveText(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
