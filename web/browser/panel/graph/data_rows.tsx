/** What a graph shows, as a table. @module */
import type { JSX } from "preact";
import { formatTime, t } from "../i18n/translate.ts";
import type { Table } from "./points.ts";
import { formatValue, type Unit } from "./units.ts";

export interface DataRowsProps {
  readonly title: string;
  readonly series: readonly { readonly key: string; readonly label: string }[];
  readonly table: Table;
  readonly unit: Unit;
}

/** The newest first; what is older than these is in the file. */
const MAX_ROWS = 200;

export function DataRows(
  { title, series, table, unit }: DataRowsProps,
): JSX.Element {
  const rows = table.times.map((at, row) => ({
    at,
    values: table.columns.map((column) => column[row] ?? null),
  })).filter(({ values }) => values.some((value) => value !== null))
    .reverse().slice(0, MAX_ROWS);
  return (
    <div class="data-rows" tabIndex={0} role="region" aria-label={title}>
      <table>
        <caption class="unseen">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t("graph.time")}</th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col">{label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, values }) => (
            <tr key={at}>
              <th scope="row">{formatTime(at)}</th>
              {values.map((value, index) => (
                <td key={series[index]?.key}>
                  <bdi>{formatValue(value, unit)}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
