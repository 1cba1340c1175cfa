/** One account: what it holds, who is connected, and what can be done about it. @module */
import { Fragment, type JSX } from "preact";
import { asLeft, Link, useRoute } from "../../client/router.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatBytes, formatNumber, t, tOr } from "../../i18n/translate.ts";
import { Day, Said, Usage, When } from "../../parts/shown.tsx";
import { Badge, Card, Code, Facts, Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/state.tsx";
import { DataTable } from "../../ui/table.tsx";
import { AccountActions } from "./account_actions.tsx";
import { AccountDetail } from "./account_detail.tsx";
import type { AccountInfo } from "../shapes.ts";

interface Mailbox {
  readonly name: string;
  readonly messages: number;
  readonly unseen: number;
  readonly bytes: number;
}

interface Session {
  readonly account: string;
  readonly kind: string;
  readonly sessions: number;
}

export function Account(): JSX.Element {
  const { params } = useRoute();
  const username = params.address ?? "";
  const info = useOperation<AccountInfo>("accounts.info", { username }, {
    events: ["account"],
  });
  const isUnknown = info.error?.code === "not_found" ||
    info.error?.code === "invalid_value";
  return (
    <Page title={info.data?.username ?? username}>
      <p>
        <Link to={asLeft("/accounts")}>{t("account.back")}</Link>
      </p>
      {isUnknown && <NotThere />}
      {info.error && !isUnknown && (
        <Failure
          error={info.error}
          retry={() => void info.refresh()}
        />
      )}
      {info.loading && <Loading lines={6} />}
      {info.data && !isUnknown && (
        <>
          <Summary of={info.data} />
          <AccountActions
            key={info.data.username}
            of={info.data}
            onChanged={info.refresh}
          />
          {info.data.credentials && (
            <Fragment key={`of ${info.data.username}`}>
              <Sessions username={info.data.username} />
              <AccountDetail username={info.data.username} />
              <Mailboxes username={info.data.username} />
            </Fragment>
          )}
        </>
      )}
    </Page>
  );
}

function NotThere() {
  return (
    <Empty title={t("account.unknown")}>
      <p>{t("account.unknown_hint")}</p>
    </Empty>
  );
}

function Summary({ of }: { readonly of: AccountInfo }) {
  const isNew = of.credentials && of.first_login_at === null;
  const hasBadges = of.blocklisted || !of.credentials || of.pinned || isNew;
  return (
    <Card>
      {hasBadges && (
        <p class="badges">
          {of.blocklisted && <Badge kind="bad">{t("account.blocked")}</Badge>}
          {!of.credentials && <Badge kind="warn">{t("account.deleted")}</Badge>}
          {of.pinned && <Badge kind="good">{t("accounts.pinned")}</Badge>}
          {isNew && <Badge>{t("accounts.never_logged_in")}</Badge>}
        </p>
      )}
      {of.blocklisted && (
        <p>
          {t("account.block_reason")} <Said>{of.block_reason || "–"}</Said>
        </p>
      )}
      {of.credentials && (
        <Facts
          rows={[
            [
              t("accounts.used"),
              <Usage
                key="used"
                used={of.used_bytes}
                max={of.max_bytes}
                label={t("accounts.used")}
              />,
            ],
            [
              t("account.quota"),
              t(
                of.is_default_quota
                  ? "account.quota_default"
                  : "account.quota_own",
              ),
            ],
            [t("accounts.messages"), formatNumber(of.messages)],
            [t("accounts.created"), <When key="c" at={of.created_at} />],
            [t("account.first_login"), <When key="f" at={of.first_login_at} />],
            [t("accounts.last_login"), <Day key="l" at={of.last_login_at} />],
            [
              t("account.origin"),
              of.origin ? tOr(`origin.${of.origin}`, of.origin) : "–",
            ],
          ]}
        />
      )}
    </Card>
  );
}

function Sessions({ username }: { readonly username: string }) {
  const all = useOperation<{ sessions: readonly Session[] }>(
    "sessions.list",
    {},
    { refreshMs: 10_000, events: ["account"] },
  );
  const own = all.data?.sessions.filter(({ account }) => account === username);
  return (
    <Card title={t("account.sessions")}>
      {all.error && <Failure error={all.error} />}
      {own && (
        <DataTable
          caption={t("account.sessions")}
          rows={own}
          rowKey={({ kind }) => kind}
          columns={[
            {
              key: "kind",
              label: t("account.session_kind"),
              render: ({ kind }) => tOr(`session.${kind}`, kind),
            },
            {
              key: "sessions",
              label: t("account.session_count"),
              numeric: true,
              render: ({ sessions }) => formatNumber(sessions),
            },
          ]}
          empty={<p>{t("account.no_sessions")}</p>}
        />
      )}
    </Card>
  );
}

function Mailboxes({ username }: { readonly username: string }) {
  const list = useOperation<{ mailboxes: readonly Mailbox[] }>(
    "mailboxes.list",
    { username },
    { events: ["account"] },
  );
  return (
    <Card title={t("account.mailboxes")}>
      {list.error && <Failure error={list.error} />}
      {list.loading && <Loading />}
      {list.data && (
        <DataTable
          caption={t("account.mailboxes")}
          rows={list.data.mailboxes}
          rowKey={({ name }) => name}
          columns={[
            {
              key: "name",
              label: t("account.mailbox"),
              render: ({ name }) => <Code>{name}</Code>,
            },
            {
              key: "messages",
              label: t("accounts.messages"),
              numeric: true,
              render: ({ messages }) => formatNumber(messages),
            },
            {
              key: "unseen",
              label: t("account.unseen"),
              numeric: true,
              render: ({ unseen }) => formatNumber(unseen),
            },
            {
              key: "bytes",
              label: t("account.size"),
              numeric: true,
              render: ({ bytes }) => formatBytes(bytes),
            },
          ]}
        />
      )}
    </Card>
  );
}
