/** Rows and columns; on a phone each row is a card. @module */
import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { Empty } from "./state.tsx";

export interface Sort {
  readonly key: string;
  readonly dir: "asc" | "desc";
}

export interface Column<T> {
  readonly key: string;
  readonly label: string;
  render(row: T): ComponentChildren;
  readonly sortable?: boolean;
  /** Numbers stand at the end of their column. */
  readonly numeric?: boolean;
}

export interface DataTableProps<T> {
  /** What the table is of; read out, not shown. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  readonly empty?: ComponentChildren;
}

export function DataTable<T>(
  { caption, columns, rows, rowKey, sort, onSort, selected, onSelect, empty }:
    DataTableProps<T>,
): JSX.Element {
  if (rows.length === 0) {
    return <>{empty ?? <Empty title={t("table.empty")} />}</>;
  }
  const keys = rows.map(rowKey);
  const isAll = selected !== undefined &&
    keys.every((key) => selected.has(key));
  return (
    <div class="table-frame">
      <table class="table" role="table">
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {onSelect && (
              <th scope="col" role="columnheader" class="pick">
                <input
                  type="checkbox"
                  aria-label={t("table.select_all")}
                  checked={isAll}
                  onChange={() => onSelect(new Set(isAll ? [] : keys))}
                />
              </th>
            )}
            {columns.map((column) => (
              <Heading
                key={column.key}
                column={column}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, index) => (
            <tr
              key={keys[index]}
              role="row"
              aria-selected={selected?.has(keys[index]!) ? "true" : undefined}
            >
              {onSelect && (
                <td role="cell" class="pick">
                  <input
                    type="checkbox"
                    aria-label={t("table.select", { row: keys[index]! })}
                    checked={selected?.has(keys[index]!) ?? false}
                    onChange={() => {
                      const next = new Set(selected);
                      const key = keys[index]!;
                      if (!next.delete(key)) next.add(key);
                      onSelect(next);
                    }}
                  />
                </td>
              )}
              {columns.map(({ key, label, render, numeric }) => (
                <td
                  key={key}
                  role="cell"
                  class={numeric ? "number" : undefined}
                  data-label={label}
                >
                  {render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadingProps<T> {
  readonly column: Column<T>;
  readonly sort?: Sort | undefined;
  readonly onSort?: ((sort: Sort) => void) | undefined;
}

function Heading<T>({ column, sort, onSort }: HeadingProps<T>) {
  const { key, label, sortable, numeric } = column;
  const dir = sort?.key === key ? sort.dir : undefined;
  const direction = dir && (dir === "asc" ? "ascending" : "descending");
  return (
    <th
      scope="col"
      role="columnheader"
      class={numeric ? "number" : undefined}
      aria-sort={sortable ? direction ?? "none" : undefined}
    >
      {sortable && onSort
        ? (
          <button
            type="button"
            class="sort"
            onClick={() => onSort({ key, dir: dir === "asc" ? "desc" : "asc" })}
          >
            {label}
            <span aria-hidden="true">
              {dir === undefined ? "↕" : dir === "asc" ? "↑" : "↓"}
            </span>
          </button>
        )
        : label}
    </th>
  );
}
