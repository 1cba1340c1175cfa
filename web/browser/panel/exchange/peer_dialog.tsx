/** One other relay: by which ways mail goes, what failed last, and what can be done. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { Link } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import { Chart } from "../graph/chart.tsx";
import { formatBytes, formatNumber, t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog, Dialog } from "../ui/dialog.tsx";
import { Facts } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import { DeliveryTest } from "./try_delivery.tsx";
import { HealthBadge } from "./health_badge.tsx";
import type { Peer, Way } from "./shapes.ts";

interface PeerDialogProps {
  readonly domain: string;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function PeerDialog(
  { domain, onChanged, onClose }: PeerDialogProps,
): JSX.Element {
  const [isBlocking, setBlocking] = useState(false);
  const found = useOperation<{ readonly server: Peer | null }>(
    "federation.server",
    { domain },
    { events: ["queue"] },
  );
  const peer = found.data?.server;
  if (isBlocking) {
    return (
      <BlockPeer
        domain={domain}
        onChanged={onChanged}
        onClose={() => setBlocking(false)}
      />
    );
  }
  return (
    <Dialog title={domain} onClose={onClose} wide>
      <div class="dialog-text">
        {found.error && <Failure error={found.error} />}
        {found.loading && <Loading lines={6} />}
        {peer && <PeerFigures of={peer} />}
        {peer && peer.queued_messages > 0 && (
          <p>
            {t("peers.waiting", { count: peer.queued_messages })}{" "}
            <Link to={`/queue?dest=${encodeURIComponent(domain)}`}>
              {t("peers.to_queue")}
            </Link>{" "}
            <Button
              small
              kind="primary"
              onClick={async () => {
                await attempt(
                  () => call("queue.retry", { dest: domain }),
                  t("queue.retried"),
                );
                void found.refresh();
              }}
            >
              {t("queue.retry")}
            </Button>
          </p>
        )}
        <DeliveryTest domain={domain} />
      </div>
      <footer class="dialog-foot">
        <Button kind="danger" onClick={() => setBlocking(true)}>
          {t("peers.block")}
        </Button>
        <Button onClick={onClose}>{t("people.close")}</Button>
      </footer>
    </Dialog>
  );
}

function PeerFigures({ of }: { readonly of: Peer }) {
  const { last_failure: failure } = of;
  return (
    <>
      <Facts
        rows={[
          [t("peers.health"), <HealthBadge key="h" of={of.health} />],
          [
            t("peers.in"),
            `${formatNumber(of.inbound_deliveries)} (${
              formatBytes(of.bytes_in)
            })`,
          ],
          [
            t("peers.out"),
            `${formatNumber(of.successful_deliveries)} (${
              formatBytes(of.bytes_out)
            })`,
          ],
          [t("peers.rejected"), formatNumber(of.rejected_in)],
          [t("peers.lost"), formatNumber(of.bounced + of.expired)],
          [t("peers.last_in"), <When key="i" at={of.last_in} />],
          [t("peers.last_out"), <When key="o" at={of.last_out} />],
        ]}
      />
      {failure && (
        <p class="reason">
          {t("peers.last_failure")} <When at={failure.at} />{" "}
          ({failure.transport}): <Said>{failure.text}</Said>
        </p>
      )}
      <Ways ways={of.ways} />
      <Days of={of} />
    </>
  );
}

const DAY = 86_400;
const SHOWN_DAYS = 14;

/** Of those that are kept; on the others there was nothing. */
function Days({ of: { days } }: { readonly of: Peer }) {
  if (days.length === 0) return null;
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
  const keys = ["delivered", "failed", "received"] as const;
  return (
    <div>
      <h3>{t("peers.days")}</h3>
      <Chart
        title={t("peers.days")}
        series={keys.map((key) => ({
          key,
          label: t(`peers.days_${key}`),
          points: days.map((day) => [day.day_start, day[key]] as const),
        }))}
        unit="count"
        step={DAY}
        from={today - (SHOWN_DAYS - 1) * DAY}
        to={today + DAY / 2}
      />
    </div>
  );
}

function Ways({ ways }: { readonly ways: Readonly<Record<string, Way>> }) {
  const rows = Object.entries(ways);
  if (rows.length === 0) return null;
  const number = (key: "success" | "refused" | "deferred" | "unreached") => ({
    key,
    label: t(`peers.${key}`),
    numeric: true,
    render: ([, way]: readonly [string, Way]) => formatNumber(way[key]),
  });
  const latency = (key: "p50_ms" | "p95_ms", label: string) => ({
    key,
    label,
    numeric: true,
    render: ([, { [key]: ms }]: readonly [string, Way]) =>
      ms === null ? "–" : t("peers.ms", { ms }),
  });
  return (
    <DataTable<readonly [string, Way]>
      caption={t("peers.ways")}
      rows={rows}
      rowKey={([name]) => name}
      columns={[
        {
          key: "way",
          label: t("peers.way"),
          render: ([name]) => name.toUpperCase(),
        },
        number("success"),
        number("refused"),
        number("deferred"),
        number("unreached"),
        latency("p50_ms", t("peers.half")),
        latency("p95_ms", t("peers.most")),
      ]}
    />
  );
}

function BlockPeer({ domain, onChanged, onClose }: PeerDialogProps) {
  return (
    <ConfirmDialog
      title={t("peers.block_title", { domain })}
      confirmLabel={t("peers.block")}
      danger
      onConfirm={async () => {
        await call("federation.set_rule", { domain, action: "block" });
        toast(t("peers.blocked", { domain }), "good");
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("peers.block_text", { domain })}</p>
    </ConfirmDialog>
  );
}
