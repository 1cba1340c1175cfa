/** Short links to contacts. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { oneOf, useKept, WORDS } from "../client/kept_query.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { AT_FIRST, PART_FIELDS, PartPager } from "../parts/page_size.tsx";
import { Search } from "../parts/search.tsx";
import { Lead, Row, Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Badge, Code, Page } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { type Column, DataTable } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import { Toggle } from "../ui/toggle.tsx";
import { EditShare, NewShare, ReserveShare } from "./share_forms.tsx";
import type { Share } from "./shapes.ts";

interface SharePage {
  readonly shares: readonly Share[];
  readonly total: number;
}

type Open =
  | { readonly what: "new" | "reserve" }
  | { readonly what: "edit" | "remove"; readonly of: Share };

export function Shares(): JSX.Element {
  const status = useOperation<{ readonly enabled: boolean }>(
    "sharing.status",
    {},
    { events: ["settings"] },
  );
  return (
    <Page title={t("screen.shares")}>
      <Lead>{t("shares.text")}</Lead>
      {status.error && (
        <Failure
          error={status.error}
          retry={() => void status.refresh()}
        />
      )}
      {status.loading && <Loading />}
      {status.data && (
        <Toggle
          label={t("shares.enabled")}
          hint={t("shares.enabled_hint")}
          value={status.data.enabled}
          change={async (isOn) => {
            await call(isOn ? "sharing.enable" : "sharing.disable");
            await status.refresh();
          }}
        />
      )}
      {status.data?.enabled && <ShareList />}
    </Page>
  );
}

const FIELDS = {
  search: WORDS,
  order: oneOf(["created", "slug", "name", "views"]),
  direction: oneOf(["desc", "asc"]),
  ...PART_FIELDS,
};

function ShareList() {
  const [query, setQuery] = useKept(FIELDS);
  const [open, setOpen] = useState<Open>();
  const list = useOperation<SharePage>("sharing.list", {
    ...query,
    search: query.search.trim() || undefined,
  }, { events: ["settings"] });
  const refresh = () => void list.refresh();
  const close = () => setOpen(undefined);
  return (
    <>
      <Row>
        <Search
          label={t("shares.search")}
          value={query.search}
          onSearch={(search) => setQuery({ ...AT_FIRST, search })}
        />
        <Button kind="primary" onClick={() => setOpen({ what: "new" })}>
          {t("shares.new")}
        </Button>
        <Button onClick={() => setOpen({ what: "reserve" })}>
          {t("shares.reserve")}
        </Button>
      </Row>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading lines={5} />}
      {list.data && (
        <>
          <DataTable
            caption={t("screen.shares")}
            rows={list.data.shares}
            rowKey={({ slug }) => slug}
            columns={columns(setOpen)}
            sort={{ key: query.order, dir: query.direction }}
            onSort={({ key: order, dir: direction }) =>
              setQuery({ ...AT_FIRST, order, direction })}
            empty={
              <Empty title={t("shares.none")}>
                <p>{t("shares.none_hint")}</p>
              </Empty>
            }
          />
          <PartPager part={query} total={list.data.total} onPart={setQuery} />
        </>
      )}
      {open?.what === "new" && <NewShare onChanged={refresh} onClose={close} />}
      {open?.what === "reserve" && (
        <ReserveShare onChanged={refresh} onClose={close} />
      )}
      {open?.what === "edit" && (
        <EditShare of={open.of} onChanged={refresh} onClose={close} />
      )}
      {open?.what === "remove" && (
        <RemoveShare of={open.of} onChanged={refresh} onClose={close} />
      )}
    </>
  );
}

function columns(onOpen: (open: Open) => void): readonly Column<Share>[] {
  return [
    {
      key: "slug",
      label: t("shares.slug"),
      sortable: true,
      render: ({ slug }) => <Code>{slug}</Code>,
    },
    {
      key: "name",
      label: t("shares.name"),
      sortable: true,
      render: ({ name }) => <Said>{name || "–"}</Said>,
    },
    {
      key: "kind",
      label: t("shares.kind"),
      render: ({ kind }) => (
        <Badge kind={kind === "reserved" ? "warn" : "plain"}>
          {t(`shares.kind_${kind}`)}
        </Badge>
      ),
    },
    {
      key: "views",
      label: t("shares.views"),
      sortable: true,
      numeric: true,
      render: ({ views }) => formatNumber(views),
    },
    {
      key: "created",
      label: t("accounts.created"),
      sortable: true,
      render: ({ created_at }) => <When at={created_at} />,
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: (of) => (
        <span class="buttons">
          {of.link !== null && <CopyButton text={of.link} />}
          {!of.reserved && (
            <Button
              small
              label={t("shares.edit_slug", { slug: of.slug })}
              onClick={() => onOpen({ what: "edit", of })}
            >
              {t("people.edit")}
            </Button>
          )}
          <Button
            small
            label={t("shares.remove_slug", { slug: of.slug })}
            onClick={() => onOpen({ what: "remove", of })}
          >
            {t("people.delete")}
          </Button>
        </span>
      ),
    },
  ];
}

interface RemoveShareProps {
  readonly of: Share;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

function RemoveShare({ of, onChanged, onClose }: RemoveShareProps) {
  return (
    <ConfirmDialog
      title={t("shares.remove_title", { slug: of.slug })}
      confirmLabel={t("people.delete")}
      danger
      onConfirm={async () => {
        await call("sharing.remove", { slug: of.slug });
        toast(t("shares.removed"), "good");
        onChanged();
      }}
      onClose={onClose}
    >
      <p>
        {of.reserved
          ? t("shares.free_text")
          : t("shares.remove_text", { views: of.views })}
      </p>
    </ConfirmDialog>
  );
}
