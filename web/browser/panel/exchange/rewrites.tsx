/** Where mail to some domains goes instead of where their DNS says. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Lead, Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { Card, Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { type Column, DataTable } from "../ui/table.tsx";
import { RewriteForm } from "./rewrite_form.tsx";
import type { Override } from "./shapes.ts";

export function Rewrites(): JSX.Element {
  const [edited, setEdited] = useState<Override | "new">();
  const list = useOperation<{ readonly overrides: readonly Override[] }>(
    "endpoint_cache.list",
    {},
    { events: ["settings"] },
  );
  const refresh = () => void list.refresh();
  return (
    <Card
      title={t("federation.tab_rewrite")}
      actions={
        <Button kind="primary" onClick={() => setEdited("new")}>
          {t("rewrite.add")}
        </Button>
      }
    >
      <Lead>{t("rewrite.text")}</Lead>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading />}
      {list.data && (
        <DataTable
          caption={t("federation.tab_rewrite")}
          rows={list.data.overrides}
          rowKey={({ lookup_key }) => lookup_key}
          columns={columns(setEdited, refresh)}
          empty={<Empty title={t("rewrite.none")} />}
        />
      )}
      {edited && (
        <RewriteForm
          of={edited === "new" ? undefined : edited}
          onChanged={refresh}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Card>
  );
}

function columns(
  onEdit: (of: Override) => void,
  onChanged: () => void,
): readonly Column<Override>[] {
  return [
    {
      key: "lookup_key",
      label: t("federation.domain"),
      render: ({ lookup_key }) => <Code>{lookup_key}</Code>,
    },
    {
      key: "target_host",
      label: t("rewrite.target"),
      render: ({ target_host }) => <Code>{target_host}</Code>,
    },
    {
      key: "comment",
      label: t("invites.comment"),
      render: ({ comment }) => <Said>{comment || "–"}</Said>,
    },
    {
      key: "hits",
      label: t("rewrite.hits"),
      numeric: true,
      render: ({ hits }) => formatNumber(hits),
    },
    {
      key: "last_used_at",
      label: t("rewrite.last_used"),
      render: ({ last_used_at }) => <When at={last_used_at} />,
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: (of) => (
        <span class="buttons">
          <Button
            small
            label={t("rules.edit_domain", { domain: of.lookup_key })}
            onClick={() => onEdit(of)}
          >
            {t("people.edit")}
          </Button>
          <Button
            small
            label={t("rewrite.remove_domain", { domain: of.lookup_key })}
            onClick={async () => {
              const { lookup_key } = of;
              await attempt(
                () => call("endpoint_cache.remove", { lookup_key }),
                t("rewrite.removed"),
              );
              onChanged();
            }}
          >
            {t("people.remove")}
          </Button>
        </span>
      ),
    },
  ];
}
