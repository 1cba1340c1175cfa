/** Who could not log in: to mail, and here. @module */
import type { JSX } from "preact";
import { COUNT, useKept } from "../../client/kept_query.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatNumber, formatTime, t } from "../../i18n/translate.ts";
import { Card, Code, Facts } from "../../ui/page.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Failure, Loading } from "../../ui/state.tsx";
import { DataTable } from "../../ui/table.tsx";

export function Failures(): JSX.Element {
  return (
    <>
      <OfMail />
      <OfAdmins />
    </>
  );
}

interface Locked {
  readonly locked: readonly {
    readonly network: string;
    readonly seconds: number;
  }[];
  readonly locked_total: number;
  readonly hidden: boolean;
  readonly bad_credentials: number;
  readonly too_many_attempts: number;
}

const REFRESH_MS = 10_000;

function OfMail() {
  const { data, error, refresh } = useOperation<Locked>(
    "sessions.locked",
    {},
    { refreshMs: REFRESH_MS },
  );
  return (
    <Card title={t("failures.mail")}>
      {error && <Failure error={error} retry={() => void refresh()} />}
      {!data && !error && <Loading />}
      {data && (
        <div class="stack">
          <Facts
            rows={[
              [t("failures.wrong"), formatNumber(data.bad_credentials)],
              [t("failures.turned_away"), formatNumber(data.too_many_attempts)],
              [t("failures.locked_now"), formatNumber(data.locked_total)],
            ]}
          />
          {data.hidden ? <p>{t("failures.hidden")}</p> : (
            <DataTable
              caption={t("failures.locked_now")}
              rows={data.locked}
              rowKey={({ network }) => network}
              columns={[
                {
                  key: "network",
                  label: t("failures.network"),
                  render: ({ network }) => <Code>{network}</Code>,
                },
                {
                  key: "seconds",
                  label: t("failures.seconds"),
                  numeric: true,
                  render: ({ seconds }) => formatNumber(seconds),
                },
              ]}
              empty={<p>{t("failures.nobody")}</p>}
            />
          )}
        </div>
      )}
    </Card>
  );
}

interface Entry {
  readonly id: string;
  readonly ts: number;
  readonly ip: string | null;
  readonly summary: string;
}

const LIMIT = 50;
const FIELDS = { offset: COUNT };

/** Each time that somebody was locked out; single wrong tokens are counted alone. */
function OfAdmins() {
  const [{ offset }, setQuery] = useKept(FIELDS);
  const { data, error, refresh } = useOperation<
    { entries: readonly Entry[]; total: number }
  >("audit.list", { q: "login", failed: true, offset, limit: LIMIT });
  return (
    <Card title={t("failures.admin")}>
      {error && <Failure error={error} retry={() => void refresh()} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <DataTable
            caption={t("failures.admin")}
            rows={data.entries}
            rowKey={({ id }) => id}
            columns={[
              {
                key: "ts",
                label: t("graph.time"),
                render: ({ ts }) => formatTime(ts),
              },
              {
                key: "ip",
                label: t("session.from"),
                render: ({ ip }) => <Code>{ip ?? "–"}</Code>,
              },
              {
                key: "summary",
                label: t("audit.what"),
                render: ({ summary }) => <Code>{summary}</Code>,
              },
            ]}
            empty={<p>{t("failures.no_admins")}</p>}
          />
          <Pager
            offset={offset}
            limit={LIMIT}
            total={data.total}
            onChange={(offset) => setQuery({ offset })}
          />
        </>
      )}
    </Card>
  );
}
