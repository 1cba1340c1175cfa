/** What is wrong today: what the relay has noticed itself, and a walk that looks further. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Badge, Card, Code, Page } from "../ui/page.tsx";
import { DataTable } from "../ui/table.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import type { Warning } from "./overview_shape.ts";
import { ConditionList } from "./condition_list.tsx";
import { detailOf, type Finding, translated } from "./finding_words.ts";

const REFRESH_MS = 15_000;

export function Conditions(): JSX.Element {
  const { data, error, refresh } = useOperation<
    { readonly warnings: readonly Warning[] }
  >("overview", {}, { refreshMs: REFRESH_MS, events: ["settings", "reload"] });
  return (
    <Page title={t("screen.conditions")}>
      <Card title={t("conditions.now")}>
        {error && <Failure error={error} retry={refresh} />}
        {!data && !error && <Loading />}
        {data && data.warnings.length === 0 && (
          <Empty title={t("conditions.none")} />
        )}
        {data && <ConditionList conditions={data.warnings} />}
      </Card>
      <Walk />
    </Page>
  );
}

const KINDS = {
  pass: "good",
  warn: "warn",
  fail: "bad",
  skip: "plain",
} as const;

function Walk() {
  const [findings, setFindings] = useState<readonly Finding[]>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const walk = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { findings } = await call<{ findings: readonly Finding[] }>(
        "doctor",
      );
      setFindings(findings);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      title={t("doctor.title")}
      actions={
        <Button kind="primary" busy={busy} onClick={walk}>
          {t("doctor.run")}
        </Button>
      }
    >
      <p class="hint">{t("doctor.text")}</p>
      {error !== undefined && <Failure error={error} retry={walk} />}
      {findings && <Findings findings={findings} />}
    </Card>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <DataTable
      caption={t("doctor.title")}
      rows={findings.map((finding, index) => ({ ...finding, index }))}
      rowKey={({ index }) => String(index)}
      columns={[
        {
          key: "id",
          label: t("doctor.check"),
          render: ({ id }) => <Code>{id}</Code>,
        },
        {
          key: "status",
          label: t("doctor.state"),
          render: ({ status }) => (
            <Badge kind={KINDS[status]}>{t(`doctor.${status}`)}</Badge>
          ),
        },
        {
          key: "detail",
          label: t("doctor.detail"),
          render: (finding) => <Detail finding={finding} />,
        },
      ]}
    />
  );
}

function Detail({ finding }: { readonly finding: Finding }) {
  const { detail, remedy, condition } = finding;
  const said = detailOf(finding);
  const mending = remedy === null ? undefined : translated(remedy);
  return (
    <div>
      {said ?? <bdi lang="en">{detail}</bdi>}
      {condition !== undefined && said !== undefined && (
        <p class="hint">
          <bdi lang="en">{detail}</bdi>
        </p>
      )}
      {remedy && <p class="hint">{mending ?? <Code>{remedy}</Code>}</p>}
    </div>
  );
}
