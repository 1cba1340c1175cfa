/** Who has changed what. @module */
import type { JSX } from "preact";
import { COUNT, useKept, WORDS } from "../../client/kept_query.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatTime, t } from "../../i18n/translate.ts";
import { Search } from "../../parts/search.tsx";
import { Badge, Card, Code } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Failure, Loading } from "../../ui/state.tsx";
import { DataTable } from "../../ui/table.tsx";

interface Entry {
  readonly ts: number;
  readonly actor: string;
  readonly ip: string | null;
  readonly resource: string;
  readonly method: string;
  readonly summary: string;
  readonly status: string;
}

const LIMIT = 50;
const FIELDS = { q: WORDS, offset: COUNT };

export function Audit(): JSX.Element {
  const [{ q, offset }, setQuery] = useKept(FIELDS);
  const { data, error, refresh } = useOperation<
    { entries: readonly Entry[]; total: number }
  >("audit.list", { q, offset, limit: LIMIT });
  return (
    <Card title={t("audit.title")}>
      <div class="stack">
        <Search
          label={t("audit.search")}
          value={q}
          maxLength={100}
          onSearch={(text) => setQuery({ q: text, offset: 0 })}
        />
        {error && <Failure error={error} retry={refresh} />}
        {!data && !error && <Loading />}
        {data && (
          <>
            <DataTable
              caption={t("audit.title")}
              rows={data.entries.map((entry, row) => ({ ...entry, row }))}
              rowKey={({ ts, row }) => `${ts} ${row}`}
              columns={[
                {
                  key: "ts",
                  label: t("graph.time"),
                  render: ({ ts }) => formatTime(ts),
                },
                {
                  key: "actor",
                  label: t("audit.actor"),
                  render: ({ actor, ip }) => (
                    <div>
                      <Code>{actor}</Code>
                      {ip && (
                        <p class="hint">
                          <Code>{ip}</Code>
                        </p>
                      )}
                    </div>
                  ),
                },
                {
                  key: "what",
                  label: t("audit.what"),
                  render: ({ resource, method, summary }) => (
                    <div>
                      <Code>{`${method} ${resource}`.trim()}</Code>
                      {summary && (
                        <p class="hint">
                          <Code>{summary}</Code>
                        </p>
                      )}
                    </div>
                  ),
                },
                {
                  key: "status",
                  label: t("audit.status"),
                  render: ({ status }) => (
                    <Badge kind={status === "ok" ? "good" : "bad"}>
                      {status}
                    </Badge>
                  ),
                },
              ]}
            />
            <Pager
              offset={offset}
              limit={LIMIT}
              total={data.total}
              onChange={(offset) => setQuery({ offset })}
            />
          </>
        )}
      </div>
    </Card>
  );
}
