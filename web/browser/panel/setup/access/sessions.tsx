/** Browsers that are logged in to the panel. @module */
import type { JSX } from "preact";
import { call } from "../../client/call.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatAgo, t } from "../../i18n/translate.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Code } from "../../ui/page.tsx";
import { Failure, Loading } from "../../ui/state.tsx";
import { DataTable } from "../../ui/table.tsx";
import { attempt } from "../attempt.ts";

interface AdminSession {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly ip: string;
  readonly user_agent: string;
  readonly current: boolean;
}

export function Sessions(): JSX.Element {
  const { data, error, refresh } = useOperation<
    { sessions: readonly AdminSession[] }
  >("admin_sessions.list");
  const end = async (id?: string) => {
    await attempt(() => call("admin_sessions.end", { id }), t("session.ended"));
    await refresh();
  };
  return (
    <Card
      title={t("session.title")}
      actions={<Button onClick={() => end()}>{t("session.end_others")}</Button>}
    >
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && (
        <DataTable
          caption={t("session.title")}
          rows={data.sessions}
          rowKey={({ id }) => id}
          columns={[
            {
              key: "name",
              label: t("session.by"),
              render: ({ name, current }) => (
                <span>
                  <bdi>{name}</bdi>{" "}
                  {current && <Badge kind="good">{t("session.this")}</Badge>}
                </span>
              ),
            },
            {
              key: "address",
              label: t("session.from"),
              render: ({ ip }) => <Code>{ip || "–"}</Code>,
            },
            {
              key: "agent",
              label: t("session.browser"),
              render: ({ user_agent }) => (
                <bdi class="hint">{user_agent || "–"}</bdi>
              ),
            },
            {
              key: "used",
              label: t("token.used"),
              render: ({ last_used_at }) => formatAgo(last_used_at),
            },
            {
              key: "actions",
              label: "",
              render: ({ id, current }) =>
                !current && (
                  <Button small onClick={() => end(id)}>
                    {t("session.end")}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}
