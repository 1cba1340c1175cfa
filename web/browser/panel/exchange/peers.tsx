/** Other relays, and how mail with each of them goes. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { oneOf, useKept, WORDS } from "../client/kept_query.ts";
import { useOperation } from "../client/use_operation.ts";
import type { Points } from "../graph/points.ts";
import { Sparkline } from "../graph/sparkline.tsx";
import { formatNumber, t } from "../i18n/translate.ts";
import { AT_FIRST, PART_FIELDS, PartPager } from "../parts/page_size.tsx";
import { Search } from "../parts/search.tsx";
import { Row, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { type Column, DataTable } from "../ui/table.tsx";
import { HealthBadge } from "./health_badge.tsx";
import { PeerDialog } from "./peer_dialog.tsx";
import type { Peer } from "./shapes.ts";

const HEALTHS = ["perfect", "federated", "bad", "none"] as const;
const SELECTIONS = ["failures", "queued", "restricted"] as const;
const ORDERS = [
  "traffic",
  "last_active",
  "domain",
  "in",
  "out",
  "queued",
  "latency",
  "failures",
] as const;
const ALL = "all";

const FIELDS = {
  search: WORDS,
  health: oneOf([ALL, ...HEALTHS]),
  only: oneOf([ALL, ...SELECTIONS]),
  order: oneOf(ORDERS),
  ...PART_FIELDS,
};

interface PeerPage {
  readonly servers: readonly Peer[];
  readonly total: number;
  /** Otherwise there are only sums. */
  readonly counted: boolean;
}

function failuresOf(peer: Peer): number {
  return peer.failed_http + peer.failed_https + peer.failed_smtp;
}

export function Peers(): JSX.Element {
  const [query, setQuery] = useKept(FIELDS);
  const [shown, setShown] = useState<string>();
  const list = useOperation<PeerPage>("federation.servers", {
    ...query,
    search: query.search.trim() || undefined,
    health: query.health === ALL ? undefined : query.health,
    only: query.only === ALL ? undefined : query.only,
  }, { events: ["queue", "settings"], refreshMs: 30_000 });
  const change = (next: Parameters<typeof setQuery>[0]) =>
    setQuery({ ...AT_FIRST, ...next });
  const refresh = () => void list.refresh();
  return (
    <>
      <Row>
        <Search
          label={t("peers.search")}
          value={query.search}
          onSearch={(search) => change({ search })}
        />
        <SelectField
          label={t("peers.health")}
          value={query.health}
          options={[
            [ALL, t("peers.all")],
            ...HEALTHS.map((one) => [one, t(`peers.health_${one}`)] as const),
          ]}
          onChange={(health) => change({ health })}
        />
        <SelectField
          label={t("peers.only")}
          value={query.only}
          options={[
            [ALL, t("peers.all")],
            ...SELECTIONS.map((one) => [one, t(`peers.only_${one}`)] as const),
          ]}
          onChange={(only) => change({ only })}
        />
        <SelectField
          label={t("peers.order")}
          value={query.order}
          options={ORDERS.map((one) => [one, t(`peers.order_${one}`)])}
          onChange={(order) => change({ order })}
        />
      </Row>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading lines={6} />}
      {list.data && (
        <>
          <DataTable
            caption={t("federation.tab_peers")}
            rows={list.data.servers}
            rowKey={({ domain }) => domain}
            columns={columns(setShown)}
            empty={list.data.counted
              ? (
                <Empty title={t("peers.none")}>
                  <p>{t("peers.none_hint")}</p>
                </Empty>
              )
              : (
                <Empty title={t("peers.not_counted")}>
                  <p>{t("peers.not_counted_hint")}</p>
                </Empty>
              )}
          />
          <PartPager part={query} total={list.data.total} onPart={setQuery} />
        </>
      )}
      {shown !== undefined && (
        <PeerDialog
          domain={shown}
          onChanged={refresh}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}

/** Of the days on which anything arrived. */
function latencies(days: Peer["days"]): Points {
  return days.flatMap(({ day_start, mean_latency_ms: ms }) =>
    ms === null ? [] : [[day_start, ms] as const]
  );
}

function columns(onShow: (domain: string) => void): readonly Column<Peer>[] {
  const number = (key: string, label: string, of: (peer: Peer) => number) => ({
    key,
    label,
    numeric: true,
    render: (peer: Peer) => formatNumber(of(peer)),
  });
  return [
    {
      key: "domain",
      label: t("federation.domain"),
      render: ({ domain }) => <Code>{domain}</Code>,
    },
    {
      key: "health",
      label: t("peers.health"),
      render: ({ health }) => <HealthBadge of={health} />,
    },
    number("in", t("peers.in"), (peer) => peer.inbound_deliveries),
    number("out", t("peers.out"), (peer) => peer.successful_deliveries),
    number("queued", t("peers.queued"), (peer) => peer.queued_messages),
    number("failures", t("peers.failures"), failuresOf),
    {
      key: "latency",
      label: t("peers.latency"),
      numeric: true,
      render: ({ mean_latency_ms: ms, days }) => (
        <>
          {ms === null ? "–" : t("peers.ms", { ms })}
          <Sparkline points={latencies(days)} />
        </>
      ),
    },
    {
      key: "last_active",
      label: t("peers.last_active"),
      render: ({ last_active }) => <When at={last_active} />,
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: ({ domain }) => (
        <Button
          small
          label={t("peers.show_domain", { domain })}
          onClick={() => onShow(domain)}
        >
          {t("people.details")}
        </Button>
      ),
    },
  ];
}
