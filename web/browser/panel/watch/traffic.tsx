/** How much passes, of what, and how much is left of the month. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Link } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import { History, type Range, RangeChoice } from "../graph/history.tsx";
import {
  formatBytes,
  formatNumber,
  formatTime,
  t,
  tOr,
} from "../i18n/translate.ts";
import { SettingGroup } from "../setup/setting_group.tsx";
import { Card, Code, Facts, Page } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { GRAPHS, NETWORK_KEYS } from "./graphs.ts";

interface Octets {
  readonly bytes_in: number;
  readonly bytes_out: number;
}

interface Month {
  readonly period_start: number;
  readonly period_end: number;
  readonly bytes_in_total: number;
  readonly bytes_out_total: number;
  readonly monthly_cap_bytes: number | null;
  readonly percent_used: number | null;
  readonly forecast_bytes_out: number | null;
  readonly by_category: Readonly<Record<string, Octets>>;
  readonly nic_total: Octets | null;
}

const REFRESH_MS = 30_000;

export function Traffic(): JSX.Element {
  const [range, setRange] = useState<Range>("24h");
  const { data } = useOperation<{ since: number | null }>("metrics.series");
  return (
    <Page title={t("screen.traffic")}>
      <ThisMonth />
      <div class="columns wide-columns">
        <Largest />
        <SettingGroup
          title={t("traffic.cap")}
          keys={[
            "bandwidth_monthly_cap",
            "bandwidth_cap_action",
            "bandwidth_billing_day",
          ]}
        />
      </div>
      <div class="page-head">
        <h2>{t("overview.graphs")}</h2>
        <RangeChoice range={range} onChange={setRange} />
      </div>
      {data?.since && (
        <p class="hint">
          {t("traffic.since", { time: formatTime(data.since) })}
        </p>
      )}
      <div class="columns wide-columns">
        {(["out", "in"] as const).map((direction) => (
          <History
            key={direction}
            title={t(`traffic.${direction}`)}
            keys={NETWORK_KEYS[direction]}
            unit="bytes_per_second"
            range={range}
            isStacked
          />
        ))}
        {GRAPHS.map(({ title, keys, unit, isStacked }) => (
          <History
            key={title}
            title={t(title)}
            keys={keys}
            unit={unit}
            range={range}
            isStacked={isStacked ?? false}
          />
        ))}
      </div>
    </Page>
  );
}

function ThisMonth() {
  const { data, error, refresh } = useOperation<Month>("bandwidth.show", {}, {
    refreshMs: REFRESH_MS,
    events: ["settings"],
  });
  return (
    <Card title={t("traffic.month")}>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <Facts
            rows={[
              [t("traffic.out"), formatBytes(data.bytes_out_total)],
              [t("traffic.in"), formatBytes(data.bytes_in_total)],
              [
                t("traffic.limit"),
                data.monthly_cap_bytes === null
                  ? t("traffic.no_limit")
                  : t("traffic.used", {
                    limit: formatBytes(data.monthly_cap_bytes),
                    percent: formatNumber(data.percent_used ?? 0),
                  }),
              ],
              [
                t("traffic.forecast"),
                data.forecast_bytes_out === null
                  ? "–"
                  : formatBytes(data.forecast_bytes_out),
              ],
              [t("traffic.until"), formatTime(data.period_end)],
            ]}
          />
          <ByCategory month={data} />
        </>
      )}
    </Card>
  );
}

function ByCategory({ month }: { readonly month: Month }) {
  const rows = Object.entries(month.by_category)
    .map(([category, octets]) => ({ category, ...octets }))
    .filter(({ bytes_in, bytes_out }) => bytes_in + bytes_out > 0)
    .sort((a, b) => b.bytes_out - a.bytes_out);
  return (
    <DataTable
      caption={t("traffic.by_category")}
      rows={rows}
      rowKey={({ category }) => category}
      empty={<Empty title={t("traffic.nothing")} />}
      columns={[
        {
          key: "category",
          label: t("traffic.what"),
          render: ({ category }) => tOr(`category.${category}`, category),
        },
        {
          key: "out",
          label: t("traffic.out"),
          numeric: true,
          render: ({ bytes_out }) => formatBytes(bytes_out),
        },
        {
          key: "in",
          label: t("traffic.in"),
          numeric: true,
          render: ({ bytes_in }) => formatBytes(bytes_in),
        },
      ]}
    />
  );
}

function Largest() {
  const { data, error, refresh } = useOperation<
    { users: readonly (Octets & { username: string })[] }
  >("bandwidth.users", { limit: 10 });
  return (
    <Card title={t("traffic.users")}>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && (
        <DataTable
          caption={t("traffic.users")}
          rows={data.users}
          rowKey={({ username }) => username}
          empty={<Empty title={t("traffic.no_users")} />}
          columns={[
            {
              key: "username",
              label: t("traffic.account"),
              render: ({ username }) => (
                <Link to={`/accounts/${encodeURIComponent(username)}`}>
                  <Code>{username}</Code>
                </Link>
              ),
            },
            {
              key: "out",
              label: t("traffic.out"),
              numeric: true,
              render: ({ bytes_out }) => formatBytes(bytes_out),
            },
            {
              key: "in",
              label: t("traffic.in"),
              numeric: true,
              render: ({ bytes_in }) => formatBytes(bytes_in),
            },
          ]}
        />
      )}
    </Card>
  );
}
