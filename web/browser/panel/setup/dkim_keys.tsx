/** Keys that sign mail. @module */
import type { JSX } from "preact";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatTime, t, tOr } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { Badge, Card, Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { attempt } from "./attempt.ts";

interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  readonly state: string;
  readonly created_at: number;
}

export function DkimKeys(): JSX.Element {
  const { data, error, refresh } = useOperation<
    { keys: readonly DkimKey[] }
  >("dkim.list");
  return (
    <Card
      title={t("dkim.title")}
      actions={
        <Button
          onClick={async () => {
            const isMeant = await ask({
              title: t("dkim.rotate"),
              text: t("dkim.rotate_text"),
              confirmLabel: t("dkim.rotate"),
            });
            if (!isMeant) return;
            await attempt(() => call("dkim.rotate"), t("dkim.rotated"));
            await refresh();
          }}
        >
          {t("dkim.rotate")}
        </Button>
      }
    >
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && (
        <DataTable
          caption={t("dkim.title")}
          rows={data.keys}
          rowKey={({ domain, selector }) => `${selector}._domainkey.${domain}`}
          empty={<Empty title={t("dkim.none")} />}
          columns={[
            {
              key: "domain",
              label: t("dkim.domain"),
              render: ({ domain }) => <Code>{domain}</Code>,
            },
            {
              key: "selector",
              label: t("dkim.selector"),
              render: ({ selector }) => <Code>{selector}</Code>,
            },
            {
              key: "algorithm",
              label: t("dkim.algorithm"),
              render: ({ algorithm }) => <Code>{algorithm}</Code>,
            },
            {
              key: "state",
              label: t("dns.state"),
              render: ({ state }) => (
                <Badge kind={state === "active" ? "good" : "plain"}>
                  {tOr(`dkim.state.${state}`, state)}
                </Badge>
              ),
            },
            {
              key: "created",
              label: t("dkim.created"),
              render: ({ created_at }) => formatTime(created_at),
            },
          ]}
        />
      )}
    </Card>
  );
}
