/** Records to publish, and what the DNS says instead. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t, tOr } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Badge, Card, Code } from "../ui/page.tsx";
import { Failure } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";

interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly value: string | null;
  readonly need: "required" | "recommended" | "optional";
  readonly zone: string | null;
  readonly state?: string;
  readonly problem?: string | null;
  readonly found?: readonly string[] | string | null;
}

interface Checked {
  readonly records: readonly DnsRecord[];
  readonly hosts?: readonly {
    readonly host: string;
    readonly state: string;
    readonly problem: string | null;
  }[];
}

export function DnsRecords(): JSX.Element {
  const [checked, setChecked] = useState<Checked>();
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<unknown>();
  const load = async (operation: "dns.records" | "dns.check") => {
    setBusy(operation);
    setError(undefined);
    try {
      setChecked(await call<Checked>(operation));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Card
      title={t("dns.title")}
      actions={
        <>
          <Button
            busy={busy === "dns.records"}
            disabled={busy === "dns.check"}
            onClick={() => load("dns.records")}
          >
            {t("dns.show")}
          </Button>
          <Button
            kind="primary"
            busy={busy === "dns.check"}
            disabled={busy === "dns.records"}
            onClick={() => load("dns.check")}
          >
            {t("dns.check")}
          </Button>
        </>
      }
    >
      <p class="hint">{t("dns.text")}</p>
      {error !== undefined && <Failure error={error} />}
      {checked && <Records records={checked.records} />}
      {checked?.hosts && checked.hosts.length > 0 && (
        <DataTable
          caption={t("dns.hosts")}
          rows={checked.hosts}
          rowKey={({ host }) => host}
          columns={[
            {
              key: "host",
              label: t("dns.host"),
              render: ({ host }) => <Code>{host}</Code>,
            },
            {
              key: "state",
              label: t("dns.state"),
              render: ({ state, problem }) => (
                <div>
                  <State state={state} />{" "}
                  {problem && <bdi lang="en">{problem}</bdi>}
                </div>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

function Records({ records }: { readonly records: readonly DnsRecord[] }) {
  return (
    <DataTable
      caption={t("dns.title")}
      rows={records}
      rowKey={({ name, type, value }) => `${name} ${type} ${value}`}
      columns={[
        {
          key: "name",
          label: t("dns.name"),
          render: ({ name, type }) => (
            <Code>
              {name} {type}
            </Code>
          ),
        },
        {
          key: "value",
          label: t("dns.value"),
          render: ({ value }) => (
            <div class="dns-value">
              {value === null ? t("dns.unknown") : (
                <>
                  <Code>{value}</Code> <CopyButton text={value} />
                </>
              )}
            </div>
          ),
        },
        {
          key: "need",
          label: t("dns.need"),
          render: ({ need }) => t(`need.${need}`),
        },
        {
          key: "state",
          label: t("dns.state"),
          render: ({ state, problem, found }) => (
            <div>
              {state === undefined ? "–" : <State state={state} />}
              {problem && <p class="hint" lang="en">{problem}</p>}
              {found && found.length > 0 && state !== "ok" && (
                <p class="hint">
                  {t("dns.found")} <Code>{String(found)}</Code>
                </p>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}

function State({ state }: { readonly state: string }) {
  const kind = state === "ok" ? "good" : state === "wrong" ? "bad" : "warn";
  return <Badge kind={kind}>{tOr(`dns.state.${state}`, state)}</Badge>;
}
