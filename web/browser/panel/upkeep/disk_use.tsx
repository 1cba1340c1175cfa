/** What fills the disk, and whose mail most of it is. @module */
import type { JSX } from "preact";
import { Link } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, formatNumber, t } from "../i18n/translate.ts";
import { Card, Code } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import type { BackupList, StorageStatus } from "./shapes.ts";

const LARGEST = 5;

interface Quota {
  readonly total_storage_bytes: number;
  readonly accounts_count: number;
}

interface Largest {
  readonly accounts: readonly {
    readonly username: string;
    readonly used_bytes: number;
    readonly messages: number;
  }[];
}

export function DiskUse(): JSX.Element {
  const watching = { refreshMs: 30_000, events: ["job", "account"] as const };
  const status = useOperation<StorageStatus>("status", {}, watching);
  const quota = useOperation<Quota>("quota.status", {}, watching);
  const backups = useOperation<BackupList>("backup.list", {}, watching);
  const failed = status.error ?? quota.error ?? backups.error;
  return (
    <Card title={t("disk.title")}>
      {failed && <Failure error={failed} />}
      {(status.loading || quota.loading) && <Loading />}
      {status.data && quota.data && (
        <Parts
          parts={[
            ["mail", quota.data.total_storage_bytes],
            ["database", status.data.storage.database_bytes],
            ["log", status.data.storage.log_bytes],
            ["queue", status.data.storage.queued_bytes],
            ["backups", sum(backups.data)],
          ]}
        />
      )}
      <LargestAccounts />
    </Card>
  );
}

function sum(list: BackupList | undefined): number {
  return list?.backups.reduce((all, { bytes }) => all + bytes, 0) ?? 0;
}

type Part = readonly [name: string, octets: number];

function Parts({ parts }: { readonly parts: readonly Part[] }) {
  const most = Math.max(1, ...parts.map(([, octets]) => octets));
  const sorted = [...parts].sort(([, a], [, b]) => b - a);
  return (
    <DataTable<Part>
      caption={t("disk.title")}
      rows={sorted}
      rowKey={([name]) => name}
      columns={[
        {
          key: "name",
          label: t("disk.what"),
          render: ([name]) => (
            <span>
              {t(`disk.${name}`)}
              <span class="hint">{t(`disk.${name}_hint`)}</span>
            </span>
          ),
        },
        {
          key: "share",
          label: t("disk.share"),
          render: ([name, octets]) => (
            <progress
              aria-label={t(`disk.${name}`)}
              max={most}
              value={octets}
            />
          ),
        },
        {
          key: "size",
          label: t("account.size"),
          numeric: true,
          render: ([, octets]) => formatBytes(octets),
        },
      ]}
    />
  );
}

function LargestAccounts() {
  const list = useOperation<Largest>("accounts.list", {
    sort: "used",
    dir: "desc",
    limit: LARGEST,
  }, { events: ["account"] });
  const accounts = list.data?.accounts.filter(({ used_bytes }) =>
    used_bytes > 0
  );
  if (!accounts || accounts.length === 0) return null;
  return (
    <>
      <h3>{t("disk.largest")}</h3>
      <DataTable
        caption={t("disk.largest")}
        rows={accounts}
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
            render: ({ used_bytes }) => (
              formatBytes(used_bytes)
            ),
          },
        ]}
      />
    </>
  );
}
