/** Copies of the relay. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { ISLAND } from "../client/island.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, formatNumber, formatTime, t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Lead, Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Card, Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import type { Backup, BackupList } from "./shapes.ts";

export function Backups(): JSX.Element {
  const list = useOperation<BackupList>("backup.list", {}, { events: ["job"] });
  const action = useAction();
  const [removed, setRemoved] = useState<Backup>();
  const refresh = () => void list.refresh();
  const { data } = list;
  const make = () =>
    action.run(async () => {
      await call("backup.create");
      await list.refresh();
    }, t("backup.made"));
  return (
    <Card
      title={t("backup.title")}
      actions={
        <Button
          kind="primary"
          busy={action.busy}
          onClick={() => void make()}
        >
          {t("backup.make")}
        </Button>
      }
    >
      {action.error && <p class="problem" role="alert">{action.error}</p>}
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading />}
      {data && (
        <>
          <Lead>
            {t(data.periodic ? "backup.periodic" : "backup.manual")}{" "}
            <Code>{data.directory}</Code>
          </Lead>
          <BackupTable list={data} onRemove={setRemoved} />
          {data.broken.length > 0 && (
            <ul class="lost">
              {data.broken.map(({ name, reason }) => (
                <li key={name}>
                  <Code>{name}</Code>: <Said>{reason}</Said>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {removed && (
        <RemoveBackup
          of={removed}
          left={(data?.backups.length ?? 1) - 1}
          onRemoved={refresh}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </Card>
  );
}

function BackupTable(
  { list, onRemove }: {
    readonly list: BackupList;
    readonly onRemove: (one: Backup) => void;
  },
) {
  return (
    <DataTable
      caption={t("backup.title")}
      rows={[...list.backups].reverse()}
      rowKey={({ name }) => name}
      columns={[
        {
          key: "created_at",
          label: t("accounts.created"),
          render: ({ created_at }) => <When at={created_at} />,
        },
        {
          key: "bytes",
          label: t("account.size"),
          numeric: true,
          render: ({ bytes }) => formatBytes(bytes),
        },
        {
          key: "accounts",
          label: t("screen.accounts"),
          numeric: true,
          render: ({ accounts }) => formatNumber(accounts),
        },
        {
          key: "messages",
          label: t("accounts.messages"),
          numeric: true,
          render: ({ messages }) => formatNumber(messages),
        },
        {
          key: "actions",
          label: t("people.actions"),
          render: (one) => (
            <span class="buttons">
              <a
                class="button small"
                href={`${ISLAND.api}/backup/${one.name}`}
                download
                aria-label={t("backup.download_name", { name: one.name })}
              >
                {t("backup.download")}
              </a>
              <Button
                small
                label={t("backup.remove_name", { name: one.name })}
                onClick={() => onRemove(one)}
              >
                {t("people.delete")}
              </Button>
            </span>
          ),
        },
      ]}
      empty={<Empty title={t("backup.none")} />}
    />
  );
}

function RemoveBackup(
  { of, left, onRemoved, onClose }: {
    readonly of: Backup;
    /** How many there are besides. */
    readonly left: number;
    readonly onRemoved: () => void;
    readonly onClose: () => void;
  },
) {
  return (
    <ConfirmDialog
      title={t("backup.remove_title")}
      confirmLabel={t("people.delete")}
      danger
      onConfirm={async () => {
        await call("backup.remove", { name: of.name });
        toast(t("backup.removed"), "good");
        onRemoved();
      }}
      onClose={onClose}
    >
      <p>
        {t("backup.remove_text", {
          time: formatTime(of.created_at),
          size: formatBytes(of.bytes),
          left,
        })}
      </p>
    </ConfirmDialog>
  );
}
