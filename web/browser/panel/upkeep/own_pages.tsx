/** Pages of the operator's own: which there are, and what is wrong with them; where the site is seen. @module */
import type { ComponentChildren, JSX } from "preact";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { Lead } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { Badge, Card, Code, Facts } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";

interface PageProblem {
  readonly file: string;
  readonly line: number | null;
  readonly problem: string;
  readonly severity: "error" | "warning";
}

interface SitePages {
  readonly directory: string | null;
  readonly readable: boolean;
  readonly override_fallback: boolean;
  readonly files: number;
  readonly overridden: readonly string[];
  readonly stale: readonly string[];
  readonly both_changed: readonly string[];
  readonly problems: readonly PageProblem[];
  readonly problems_total: number;
  readonly site_url: string | null;
  readonly paths: readonly string[];
}

export function OwnPages(): JSX.Element {
  const { data, error, loading, refresh } = useOperation<SitePages>(
    "html.status",
    {},
    { events: ["settings", "reload"] },
  );
  return (
    <>
      <Card
        title={t("own_pages.title")}
        actions={
          <Button small onClick={() => void refresh()}>
            {t("own_pages.look_again")}
          </Button>
        }
      >
        <Lead>{t("own_pages.text")}</Lead>
        {error && <Failure error={error} retry={() => void refresh()} />}
        {loading && <Loading />}
        {data && <State of={data} />}
      </Card>
      {data?.site_url && <Preview url={data.site_url} paths={data.paths} />}
    </>
  );
}

function State({ of }: { readonly of: SitePages }) {
  if (of.directory === null) return <p>{t("own_pages.none")}</p>;
  return (
    <div class="stack">
      <Facts
        rows={[
          [t("own_pages.directory"), <Code key="d">{of.directory}</Code>],
          [t("own_pages.files"), formatNumber(of.files)],
          [t("own_pages.overridden"), <Names key="o" of={of.overridden} />],
          [t("own_pages.stale"), <Names key="s" of={of.stale} />],
          [t("own_pages.both_changed"), <Names key="b" of={of.both_changed} />],
          [
            t("own_pages.fallback"),
            t(of.override_fallback ? "own_pages.ours" : "own_pages.fault"),
          ],
        ]}
      />
      {!of.readable && (
        <p class="problem" role="alert">{t("own_pages.unreadable")}</p>
      )}
      {of.readable && <Problems of={of} />}
    </div>
  );
}

function Names({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <>–</>;
  const shown: ComponentChildren[] = [];
  for (const name of of) {
    if (shown.length > 0) shown.push(" ");
    shown.push(<Code key={name}>{name}</Code>);
  }
  return <>{shown}</>;
}

function Problems({ of }: { readonly of: SitePages }) {
  return (
    <>
      <DataTable
        caption={t("own_pages.problems")}
        rows={of.problems.map((problem, row) => ({ ...problem, row }))}
        rowKey={({ row }) => String(row)}
        columns={[
          {
            key: "file",
            label: t("own_pages.file"),
            render: ({ file, line }) => (
              <Code>{line === null ? file : `${file}:${line}`}</Code>
            ),
          },
          {
            key: "severity",
            label: t("own_pages.severity"),
            render: ({ severity }) => (
              <Badge kind={severity === "error" ? "bad" : "warn"}>
                {t(`own_pages.${severity}`)}
              </Badge>
            ),
          },
          {
            key: "problem",
            label: t("own_pages.problem"),
            render: ({ problem }) => <Code>{problem}</Code>,
          },
        ]}
        empty={<p>{t("own_pages.no_problems")}</p>}
      />
      {of.problems_total > of.problems.length && (
        <p>{t("own_pages.more", { count: of.problems_total })}</p>
      )}
    </>
  );
}

interface PreviewProps {
  readonly url: string;
  readonly paths: readonly string[];
}

function Preview({ url, paths }: PreviewProps) {
  return (
    <Card title={t("own_pages.preview")}>
      <p>{t("own_pages.preview_text")}</p>
      <ul>
        {paths.map((path) => (
          <li key={path}>
            <a href={url + path} target="_blank" rel="noopener noreferrer">
              <Code>{url + path}</Code>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
