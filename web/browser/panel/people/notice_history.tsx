/** Notices that were sent, and the one that is being sent. @module */
import type { JSX } from "preact";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t, tOr } from "../i18n/translate.ts";
import { JobList } from "../parts/job_view.tsx";
import { Said, When } from "../parts/shown.tsx";
import { Badge, Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";

interface Sent {
  readonly id: string;
  readonly subject: string;
  readonly body: string;
  readonly audience: string;
  readonly total: number;
  readonly sent: number;
  readonly failed: number;
  readonly state: string;
  readonly started_at: number;
}

export function NoticeHistory(): JSX.Element {
  const list = useOperation<{ readonly notices: readonly Sent[] }>(
    "notice.history",
    {},
    { events: ["job"], refreshMs: 5000 },
  );
  return (
    <Card title={t("notice.history")}>
      <JobList kind="notice.send" />
      {list.error && <Failure error={list.error} />}
      {list.loading && <Loading />}
      {list.data && (
        <DataTable
          caption={t("notice.history")}
          rows={list.data.notices}
          rowKey={({ id }) => id}
          columns={[
            {
              key: "started_at",
              label: t("notice.when"),
              render: ({ started_at }) => <When at={started_at} />,
            },
            {
              key: "subject",
              label: t("notice.subject"),
              render: ({ subject, body }) => (
                <details>
                  <summary>
                    <Said>{subject}</Said>
                  </summary>
                  <p class="bubble-text" dir="auto">{body}</p>
                </details>
              ),
            },
            {
              key: "audience",
              label: t("notice.to"),
              render: ({ audience }) => tOr(`notice.to_${audience}`, audience),
            },
            {
              key: "sent",
              label: t("notice.sent"),
              numeric: true,
              render: ({ sent, total }) =>
                t("people.used_of", {
                  used: formatNumber(sent),
                  max: formatNumber(total),
                }),
            },
            {
              key: "state",
              label: t("accounts.status"),
              render: ({ state, failed }) => (
                <Badge
                  kind={failed > 0 || state === "interrupted"
                    ? "bad"
                    : state === "done"
                    ? "good"
                    : "warn"}
                >
                  {failed > 0
                    ? t("notice.failed", { count: failed })
                    : tOr(`jobs.state_${state}`, state)}
                </Badge>
              ),
            },
          ]}
          empty={<p>{t("notice.none")}</p>}
        />
      )}
    </Card>
  );
}
