/** Which domains may exchange mail with us. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Lead, Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { Badge, Card, Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { type Column, DataTable } from "../ui/table.tsx";
import { PolicySwitch } from "./policy_switch.tsx";
import { RuleForm } from "./rule_form.tsx";
import type { Rule, RuleList } from "./shapes.ts";

export function Rules(): JSX.Element {
  const [edited, setEdited] = useState<Rule | "new">();
  const list = useOperation<RuleList>("federation.rules", {}, {
    events: ["settings"],
  });
  const refresh = () => void list.refresh();
  const { data } = list;
  return (
    <>
      <PolicySwitch rules={data?.rules} onChanged={refresh} />
      <Card
        title={t("rules.title")}
        actions={
          <Button
            kind="primary"
            disabled={!data}
            onClick={() => setEdited("new")}
          >
            {t(data?.policy === "REJECT" ? "rules.allow" : "rules.block")}
          </Button>
        }
      >
        <Lead>{t("rules.text")}</Lead>
        {list.error && <Failure error={list.error} retry={refresh} />}
        {list.loading && <Loading />}
        {data && (
          <DataTable
            caption={t("rules.title")}
            rows={data.rules}
            rowKey={({ domain }) => domain}
            columns={columns(setEdited, refresh)}
            empty={
              <Empty title={t("rules.none")}>
                <p>
                  {t(
                    data.policy === "ACCEPT"
                      ? "rules.none_accept"
                      : "rules.none_reject",
                  )}
                </p>
              </Empty>
            }
          />
        )}
      </Card>
      {edited && data && (
        <RuleForm
          of={edited === "new" ? undefined : edited}
          policy={data.policy}
          onChanged={refresh}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

function columns(
  onEdit: (rule: Rule) => void,
  onChanged: () => void,
): readonly Column<Rule>[] {
  return [
    {
      key: "domain",
      label: t("federation.domain"),
      render: ({ domain }) => <Code>{domain}</Code>,
    },
    {
      key: "action",
      label: t("rules.effect"),
      render: (rule) => <Effect of={rule} />,
    },
    {
      key: "comment",
      label: t("invites.comment"),
      render: ({ comment }) => <Said>{comment || "–"}</Said>,
    },
    {
      key: "hits",
      label: t("rules.hits"),
      numeric: true,
      render: ({ hits }) => formatNumber(hits),
    },
    {
      key: "created_at",
      label: t("accounts.created"),
      render: ({ created_at }) => <When at={created_at} />,
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: (rule) => (
        <span class="buttons">
          <Button
            small
            label={t("rules.edit_domain", { domain: rule.domain })}
            onClick={() => onEdit(rule)}
          >
            {t("people.edit")}
          </Button>
          <Button
            small
            label={t("rules.remove_domain", { domain: rule.domain })}
            onClick={async () => {
              await attempt(
                () => call("federation.remove_rule", { domain: rule.domain }),
                t("rules.removed"),
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

function Effect({ of: { action, http, smtp } }: { readonly of: Rule }) {
  return (
    <span class="badges">
      {action && (
        <Badge kind={action === "allow" ? "good" : "bad"}>
          {t(`rules.${action}ed`)}
        </Badge>
      )}
      {http && <Badge kind="warn">{t(`rules.http_${http}`)}</Badge>}
      {smtp && <Badge kind="warn">{t(`rules.smtp_${smtp}`)}</Badge>}
    </span>
  );
}
