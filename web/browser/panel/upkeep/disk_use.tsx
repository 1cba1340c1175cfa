/** What fills the disk, and whose mail most of it is. @module */
import type { JSX } from "preact";
import { Link } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import {
  formatBytes,
  formatNumber,
  formatPercent,
  t,
} from "../i18n/translate.ts";
import { Badge, Card, Code } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";

interface Part {
  readonly kind: string;
  readonly bytes: number;
  readonly files: number;
}

interface Largest {
  readonly username: string;
  readonly used_bytes: number;
  readonly messages: number;
}

interface Usage {
  readonly disk: {
    readonly total_bytes: number;
    readonly available_bytes: number;
    readonly percent_used: number;
  } | null;
  readonly parts: readonly Part[];
  readonly total_bytes: number;
  readonly database: { readonly free_bytes: number };
  readonly accounts: readonly Largest[];
}

const AMBER = 80;
const RED = 90;

export function DiskUse(): JSX.Element {
  const usage = useOperation<Usage>("storage.usage", {}, {
    refreshMs: 30_000,
    events: ["job"],
  });
  const { data } = usage;
  return (
    <Card title={t("disk.title")}>
      {usage.error && (
        <Failure
          error={usage.error}
          retry={() => void usage.refresh()}
        />
      )}
      {usage.loading && <Loading lines={5} />}
      {data && (
        <>
          {data.disk && <Disk of={data.disk} ours={data.total_bytes} />}
          <Parts parts={data.parts} free={data.database.free_bytes} />
          {data.accounts.length > 0 && <LargestAccounts of={data.accounts} />}
        </>
      )}
    </Card>
  );
}

interface DiskProps {
  readonly of: NonNullable<Usage["disk"]>;
  readonly ours: number;
}

function Disk({ of, ours }: DiskProps) {
  const { percent_used: percent } = of;
  return (
    <div class="stack">
      <meter
        aria-label={t("disk.used")}
        min={0}
        max={100}
        low={AMBER}
        high={RED}
        optimum={0}
        value={percent}
      />
      <p>
        <Badge kind={percent > RED ? "bad" : percent > AMBER ? "warn" : "good"}>
          {t("disk.percent", { percent: formatPercent(percent / 100) })}
        </Badge>{" "}
        {t("disk.numbers", {
          free: formatBytes(of.available_bytes),
          total: formatBytes(of.total_bytes),
          ours: formatBytes(ours),
        })}
      </p>
    </div>
  );
}

interface PartsProps {
  readonly parts: readonly Part[];
  /** Of the database, which it does not use. */
  readonly free: number;
}

function Parts({ parts, free }: PartsProps) {
  const most = Math.max(1, ...parts.map(({ bytes }) => bytes));
  return (
    <DataTable
      caption={t("disk.title")}
      rows={parts}
      rowKey={({ kind }) => kind}
      columns={[
        {
          key: "kind",
          label: t("disk.what"),
          render: ({ kind }) => (
            <span>
              {t(`disk.${kind}`)}
              <span class="hint">
                {kind === "database" && free > 0
                  ? t("disk.database_free", { size: formatBytes(free) })
                  : t(`disk.${kind}_hint`)}
              </span>
            </span>
          ),
        },
        {
          key: "share",
          label: t("disk.share"),
          render: ({ kind, bytes }) => (
            <progress aria-label={t(`disk.${kind}`)} max={most} value={bytes} />
          ),
        },
        {
          key: "files",
          label: t("disk.files"),
          numeric: true,
          render: ({ files }) => formatNumber(files),
        },
        {
          key: "size",
          label: t("account.size"),
          numeric: true,
          render: ({ bytes }) => formatBytes(bytes),
        },
      ]}
    />
  );
}

function LargestAccounts({ of }: { readonly of: readonly Largest[] }) {
  return (
    <>
      <h3>{t("disk.largest")}</h3>
      <DataTable
        caption={t("disk.largest")}
        rows={of}
        rowKey={({ username }) => username}
        columns={[
          {
            key: "username",
            label: t("accounts.address"),
            render: ({ username }) => (
              <Link to={`/accounts/${encodeURIComponent(username)}`}>
                <Code>{username}</Code>
              </Link>
            ),
          },
          {
            key: "messages",
            label: t("accounts.messages"),
            numeric: true,
            render: ({ messages }) => formatNumber(messages),
          },
          {
            key: "used",
            label: t("accounts.used"),
            numeric: true,
            render: ({ used_bytes }) => formatBytes(used_bytes),
          },
        ]}
      />
    </>
  );
}
