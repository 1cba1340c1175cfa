/** The numbers of the overview; what the server tells by itself is newer than what was asked. @module */
import type { JSX } from "preact";
import { useLiveValues } from "../client/live_values.ts";
import { useOperation, type Watched } from "../client/use_operation.ts";
import type { Points } from "../graph/points.ts";
import { Sparkline } from "../graph/sparkline.tsx";
import {
  formatBytes,
  formatNumber,
  formatPercent,
  formatSpan,
  t,
} from "../i18n/translate.ts";
import type { Overview } from "./overview_shape.ts";
import { Tile } from "./tile.tsx";

const FULL_PERCENT = 90;
const FILLING_PERCENT = 80;
const SPARK_MS = 300_000;

type Of = { readonly overview: Watched<Overview> };

export function Tiles({ overview }: Of): JSX.Element {
  return (
    <div class="tiles">
      <People overview={overview} />
      <Mail overview={overview} />
      <Disk overview={overview} />
      <Machine overview={overview} />
    </div>
  );
}

function People({ overview }: Of) {
  const live = useLiveValues();
  return (
    <>
      <Tile
        title={t("screen.accounts")}
        to="/accounts"
        of={overview}
        value={({ accounts }) => formatNumber(accounts.total)}
        note={({ accounts }) =>
          accounts.active_24h !== null &&
          t("overview.active", { count: accounts.active_24h })}
      />
      <Tile
        title={t("overview.connections")}
        of={overview}
        value={({ connections: { imap, submission } }) =>
          formatNumber(
            (live["connections.imap"] ?? imap) +
              (live["connections.submission"] ?? submission),
          )}
        note={({ connections }) =>
          t("overview.connections_of", {
            imap: live["connections.imap"] ?? connections.imap,
            idle: live["connections.imap_idle"] ?? connections.imap_idle ?? 0,
            submission: live["connections.submission"] ??
              connections.submission,
            web: live["connections.webmail"] ?? connections.websocket ?? 0,
          })}
      />
      <Tile
        title={t("overview.calls")}
        to="/services"
        of={overview}
        value={({ turn }) =>
          formatNumber(live["turn.allocations"] ?? turn.relays)}
        note={({ connections }) =>
          t("overview.channels", { count: connections.channels })}
      />
    </>
  );
}

function Mail({ overview }: Of) {
  const live = useLiveValues();
  const { data } = useOperation<
    { readonly series: Readonly<Record<string, Points>> }
  >("metrics.history", {
    keys: ["messages.sent"],
    step: 1800,
    from: Math.floor(Date.now() / 1_800_000) * 1800 - 86_400,
  }, { refreshMs: SPARK_MS });
  return (
    <>
      <Tile
        title={t("overview.messages")}
        to="/traffic"
        of={overview}
        value={({ messages_today }) =>
          messages_today === null ? "–" : formatNumber(messages_today.sent)}
        note={({ messages_today }) => (
          <>
            {messages_today && t("overview.messages_of", {
              received: messages_today.received,
              out: messages_today.out,
            })}
            <Sparkline points={data?.series["messages.sent"] ?? []} />
          </>
        )}
      />
      <Tile
        title={t("screen.queue")}
        to="/queue"
        of={overview}
        value={({ queue }) =>
          formatNumber(live["queue.length"] ?? queue.messages)}
        note={({ queue }) =>
          queue.oldest_age_s
            ? t("overview.oldest", { span: formatSpan(queue.oldest_age_s) })
            : t("overview.held", { count: queue.held })}
      />
      <Tile
        title={t("screen.federation")}
        to="/federation"
        of={overview}
        kind={({ federation }) =>
          federation && federation.health.bad > 0 ? "warn" : "plain"}
        value={({ federation }) =>
          federation === null ? "–" : formatNumber(federation.domains)}
        note={({ federation }) => federation && <Health of={federation} />}
      />
    </>
  );
}

/** How many peers are well, in words and as a bar. */
function Health(
  { of: { health } }: { readonly of: NonNullable<Overview["federation"]> },
) {
  const parts = [
    ["good", health.perfect],
    ["warn", health.federated],
    ["bad", health.bad],
  ] as const;
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  let start = 0;
  return (
    <>
      {t("overview.health", {
        perfect: health.perfect,
        federated: health.federated,
        bad: health.bad,
      })}
      {total > 0 && (
        <svg
          class="health"
          viewBox="0 0 100 6"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {parts.map(([kind, count]) => {
            const width = count / total * 100;
            const x = start;
            start += width;
            return (
              <rect key={kind} class={kind} x={x} width={width} height="6" />
            );
          })}
        </svg>
      )}
    </>
  );
}

function Disk({ overview }: Of) {
  return (
    <>
      <Tile
        title={t("overview.disk")}
        to="/storage"
        of={overview}
        kind={({ disk }) =>
          disk === null || disk.percent_used <= FILLING_PERCENT
            ? "plain"
            : disk.percent_used <= FULL_PERCENT
            ? "warn"
            : "bad"}
        value={({ disk }) =>
          disk === null ? "–" : formatPercent(disk.percent_used / 100)}
        note={({ disk }) =>
          disk &&
          t("overview.free", { size: formatBytes(disk.available_bytes) })}
      />
      <Tile
        title={t("overview.storage")}
        to="/storage"
        of={overview}
        value={({ storage }) => formatBytes(storage.bytes ?? 0)}
        note={({ storage }) =>
          t("overview.database", { size: formatBytes(storage.database_bytes) })}
      />
      <Tile
        title={t("traffic.month")}
        to="/traffic"
        of={overview}
        kind={({ bandwidth: { percent_used: used } }) =>
          used !== null && used > FILLING_PERCENT ? "warn" : "plain"}
        value={({ bandwidth }) => formatBytes(bandwidth.bytes_out_total)}
        note={({ bandwidth: { percent_used: used } }) =>
          used === null
            ? t("overview.out")
            : t("overview.out_of", { percent: used })}
      />
    </>
  );
}

function Machine({ overview }: Of) {
  const live = useLiveValues();
  return (
    <>
      <Tile
        title={t("certificate.title")}
        to="/certificates"
        of={overview}
        kind={({ tls }) => {
          const left = daysLeft(tls);
          return left === undefined || left >= 14
            ? "plain"
            : left >= 3
            ? "warn"
            : "bad";
        }}
        value={({ tls }) => {
          const left = daysLeft(tls);
          return left === undefined ? "–" : t("overview.days", { count: left });
        }}
        note={({ tls }) =>
          t(
            tls.every(({ trusted }) => trusted)
              ? "overview.trusted"
              : "overview.untrusted",
          )}
      />
      <Tile
        title={t("overview.version")}
        of={overview}
        value={({ version }) => <bdi dir="ltr">{version ?? "–"}</bdi>}
        note={({ uptime_seconds, update }) => (
          <>
            {t("overview.up", { span: formatSpan(uptime_seconds ?? 0) })}
            {update.newer && (
              <>
                <br />
                {t("overview.newer", { version: update.latest ?? "" })}
              </>
            )}
            {update.error !== null && (
              <>
                <br />
                {t("overview.update_error")} <bdi>{update.error}</bdi>
              </>
            )}
          </>
        )}
      />
      <Tile
        title={t("overview.process")}
        to="/traffic"
        of={overview}
        value={({ process }) =>
          process === null
            ? "–"
            : formatBytes(live["process.memory"] ?? process.rss_bytes)}
        note={({ process }) =>
          process &&
          t("overview.cpu", {
            percent: live["process.cpu"] ?? process.cpu_percent ?? 0,
            lag: Math.round(
              live["process.lag"] === undefined
                ? process.event_loop_lag_ms ?? 0
                : live["process.lag"] * 1000,
            ),
          })}
      />
    </>
  );
}

function daysLeft(tls: Overview["tls"]): number | undefined {
  const all = tls.map(({ days_left }) => days_left);
  return all.length === 0 ? undefined : Math.min(...all);
}
