/** Devices, invitation and traffic of one account; what is not counted says so. @module */
import type { JSX } from "preact";
import { useOperation } from "../../client/use_operation.ts";
import { Chart } from "../../graph/chart.tsx";
import {
  formatBytes,
  formatNumber,
  formatTime,
  t,
} from "../../i18n/translate.ts";
import { Said } from "../../parts/shown.tsx";
import { Card, Code, Facts } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/state.tsx";

interface Traffic {
  readonly bytes_in: number;
  readonly bytes_out: number;
}

interface Detail {
  readonly invitation: {
    readonly token: string;
    readonly comment: string;
  } | null;
  readonly sent_today: number | null;
  readonly sent_since: number | null;
  readonly push_tokens: number;
  readonly bandwidth_counted: boolean;
  readonly bandwidth:
    | Traffic & { readonly days: readonly (Traffic & { day_start: number })[] }
    | null;
}

const DAY = 86_400;
const SHOWN_DAYS = 31;

export function AccountDetail(
  { username }: { readonly username: string },
): JSX.Element {
  const { data, error, loading, refresh } = useOperation<Detail>(
    "accounts.detail",
    { username },
    { events: ["account"] },
  );
  return (
    <Card title={t("account.use")}>
      {error && <Failure error={error} retry={refresh} />}
      {loading && <Loading />}
      {data && (
        <div class="stack">
          <Numbers of={data} />
          {data.bandwidth_counted
            ? <Days of={data} />
            : (
              <Empty title={t("account.traffic_off")}>
                <p>{t("account.traffic_off_hint")}</p>
              </Empty>
            )}
        </div>
      )}
    </Card>
  );
}

function Numbers({ of }: { readonly of: Detail }) {
  const { push_tokens, bandwidth, invitation, sent_today } = of;
  return (
    <Facts
      rows={[
        [t("account.devices"), formatNumber(push_tokens)],
        [
          t("account.invitation"),
          invitation === null ? "–" : (
            <span key="i">
              <Code>{invitation.token}</Code> <Said>{invitation.comment}</Said>
            </span>
          ),
        ],
        [
          t("account.sent"),
          sent_today === null
            ? t("account.not_counted")
            : t("account.sent_value", {
              count: sent_today,
              time: formatTime(of.sent_since ?? 0),
            }),
        ],
        [
          t("account.traffic"),
          bandwidth === null
            ? of.bandwidth_counted ? formatBytes(0) : t("account.not_counted")
            : t("account.traffic_value", {
              in: formatBytes(bandwidth.bytes_in),
              out: formatBytes(bandwidth.bytes_out),
            }),
        ],
      ]}
    />
  );
}

/** Of the month that runs: what came before is not kept. */
function Days({ of: { bandwidth } }: { readonly of: Detail }) {
  const days = bandwidth?.days ?? [];
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
  const series = (key: "bytes_out" | "bytes_in", label: string) => ({
    key,
    label,
    points: days.map((day) => [day.day_start, day[key]] as const),
  });
  return (
    <div>
      <h3>{t("account.traffic_days")}</h3>
      <Chart
        title={t("account.traffic_days")}
        series={[
          series("bytes_out", t("traffic.out")),
          series("bytes_in", t("traffic.in")),
        ]}
        unit="bytes"
        step={DAY}
        from={today - (SHOWN_DAYS - 1) * DAY}
        to={today + DAY / 2}
      />
    </div>
  );
}
