/** The certificate, what the DNS has to say of us, and the keys that sign mail. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatAgo, formatTime, t, tOr } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { Badge, Card, Code, Facts, Page } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { attempt } from "./attempt.ts";
import { DkimKeys } from "./dkim_keys.tsx";
import { DnsRecords } from "./dns_records.tsx";

interface CertificateStatus {
  readonly tls_management: "self_signed" | "file" | "autocert";
  readonly domain: string;
  readonly present: boolean;
  readonly cert_type?: string;
  readonly issuer?: string;
  readonly sans?: readonly string[];
  readonly not_after?: number;
  readonly days_remaining?: number;
  readonly status?: "valid" | "expired" | "not yet valid";
  readonly key_type?: string;
  readonly fingerprint?: string;
  readonly last_error: string | null;
  readonly names: readonly {
    readonly name: string;
    readonly covered: boolean;
    readonly not_after: number | null;
    readonly next_renewal: number | null;
    readonly problem: string | null;
  }[];
  readonly authority: {
    readonly directory: string;
    readonly ordering: boolean;
    readonly next_renewal: number | null;
    readonly failures: number;
    readonly last_error: string | null;
    readonly last_error_at: number | null;
    readonly next_attempt: number | null;
  } | null;
}

export function Certificates(): JSX.Element {
  const { data, error, refresh } = useOperation<CertificateStatus>(
    "certificate.status",
    {},
    { events: ["settings", "reload"] },
  );
  return (
    <Page title={t("screen.certificates")}>
      <Card
        title={t("certificate.title")}
        actions={data?.tls_management === "autocert" &&
          <Renewal status={data} refresh={refresh} />}
      >
        {error && <Failure error={error} retry={refresh} />}
        {!data && !error && <Loading />}
        {data && <CertificateFacts status={data} />}
      </Card>
      <DnsRecords />
      <DkimKeys />
    </Page>
  );
}

function Renewal(
  { status, refresh }: {
    readonly status: CertificateStatus;
    readonly refresh: () => Promise<void>;
  },
) {
  const [busy, setBusy] = useState(false);
  return (
    <Button
      kind="primary"
      busy={busy || (status.authority?.ordering ?? false)}
      onClick={async () => {
        const isMeant = await ask({
          title: t("certificate.renew"),
          text: t("certificate.renew_text", { domain: status.domain }),
          confirmLabel: t("certificate.renew"),
        });
        if (!isMeant) return;
        setBusy(true);
        await attempt(
          () => call("certificate.obtain", { force: true }),
          t("certificate.renewed"),
        );
        setBusy(false);
        await refresh();
      }}
    >
      {t("certificate.renew")}
    </Button>
  );
}

function CertificateFacts({ status }: { readonly status: CertificateStatus }) {
  const { authority, days_remaining: days = 0 } = status;
  const kind = status.status !== "valid" || days < 7
    ? "bad"
    : days < 14
    ? "warn"
    : "good";
  return (
    <div class="stack">
      <Facts
        rows={[
          [t("certificate.name"), <Code key="n">{status.domain}</Code>],
          [
            t("certificate.from"),
            t(`certificate.${status.tls_management}`),
          ],
          ...(status.present
            ? [
              [
                t("certificate.until"),
                <Badge key="u" kind={kind}>
                  {formatTime(status.not_after)} (
                  {formatAgo(status.not_after)})
                </Badge>,
              ],
              [t("certificate.issuer"), <Code key="i">{status.issuer}</Code>],
              [t("certificate.key"), <Code key="k">{status.key_type}</Code>],
            ] as const
            : [[t("certificate.until"), t("certificate.absent")]] as const),
          ...(authority?.next_renewal
            ? [[
              t("certificate.next"),
              formatTime(authority.next_renewal),
            ]] as const
            : []),
        ]}
      />
      {!authority && status.last_error && (
        <p class="notice bad">
          <bdi lang="en">{status.last_error}</bdi>
        </p>
      )}
      {authority?.last_error && (
        <p class="notice bad">
          {t("certificate.failed", {
            count: authority.failures,
            time: formatTime(authority.last_error_at),
          })} <bdi lang="en">{authority.last_error}</bdi>
        </p>
      )}
      <DataTable
        caption={t("certificate.names")}
        rows={status.names}
        rowKey={({ name }) => name}
        columns={[
          {
            key: "name",
            label: t("certificate.name"),
            render: ({ name }) => <Code>{name}</Code>,
          },
          {
            key: "covered",
            label: t("certificate.state"),
            render: ({ covered, problem }) => (
              <div>
                <Badge kind={covered ? "good" : "bad"}>
                  {t(covered ? "certificate.covered" : "certificate.missing")}
                </Badge>{" "}
                {problem && <bdi lang="en">{problem}</bdi>}
              </div>
            ),
          },
          {
            key: "until",
            label: t("certificate.until"),
            render: ({ not_after }) => formatTime(not_after),
          },
        ]}
      />
      {status.fingerprint && (
        <p class="hint">
          {tOr("certificate.fingerprint", "SHA-256")}{" "}
          <Code>{status.fingerprint}</Code>
        </p>
      )}
    </div>
  );
}
