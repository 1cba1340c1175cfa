/** Who has an account here, a page at a time. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { oneOf, useKept, WORDS } from "../../client/kept_query.ts";
import { Link } from "../../client/router.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatBytes, formatNumber, t } from "../../i18n/translate.ts";
import { AT_FIRST, PART_FIELDS, PartPager } from "../../parts/page_size.tsx";
import { Search } from "../../parts/search.tsx";
import { Day, Row, Usage, When } from "../../parts/shown.tsx";
import { Button } from "../../ui/button.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Badge, Code, Facts, Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/state.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { AccountTools } from "./account_tools.tsx";
import { BulkBar } from "./bulk_bar.tsx";
import { CreateAccount } from "./create_account.tsx";
import type {
  AccountPage,
  AccountStatus,
  ListedAccount,
  QuotaStatus,
} from "../shapes.ts";

const FILTERS = [
  "all",
  "never",
  "inactive",
  "over_quota",
  "blocked",
] as const;

const FIELDS = {
  search: WORDS,
  filter: oneOf(FILTERS),
  sort: oneOf(["username", "used", "messages", "created", "last_login"]),
  dir: oneOf(["asc", "desc"]),
  ...PART_FIELDS,
};

export function accountPath(address: string): string {
  return `/accounts/${encodeURIComponent(address)}`;
}

/** Made when it is shown: before that there are no words. */
function columns(): readonly Column<ListedAccount>[] {
  return [
    {
      key: "username",
      label: t("accounts.address"),
      sortable: true,
      render: ({ username }) => (
        <Link to={accountPath(username)}>
          <Code>{username}</Code>
        </Link>
      ),
    },
    {
      key: "used",
      label: t("accounts.used"),
      sortable: true,
      render: ({ username, used_bytes, max_bytes }) => (
        <Usage
          used={used_bytes}
          max={max_bytes}
          label={t("accounts.used_by", { address: username })}
        />
      ),
    },
    {
      key: "messages",
      label: t("accounts.messages"),
      sortable: true,
      numeric: true,
      render: ({ messages }) => formatNumber(messages),
    },
    {
      key: "created",
      label: t("accounts.created"),
      sortable: true,
      render: ({ created_at }) => <When at={created_at} />,
    },
    {
      key: "last_login",
      label: t("accounts.last_login"),
      sortable: true,
      render: ({ last_login_at }) => <Day at={last_login_at} />,
    },
    {
      key: "status",
      label: t("accounts.status"),
      render: (row) => <Status of={row} />,
    },
  ];
}

function Status({ of }: { readonly of: ListedAccount }) {
  return (
    <span class="badges">
      {of.blocked && <Badge kind="bad">{t("account.blocked")}</Badge>}
      {of.first_login_at === null && (
        <Badge>{t("accounts.never_logged_in")}</Badge>
      )}
      {of.used_bytes >= of.max_bytes && (
        <Badge kind="bad">{t("accounts.full")}</Badge>
      )}
      {of.pinned && <Badge kind="good">{t("accounts.pinned")}</Badge>}
    </span>
  );
}

export function Accounts(): JSX.Element {
  const [query, setQuery] = useKept(FIELDS);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [isMaking, setMaking] = useState(false);
  const list = useOperation<AccountPage>("accounts.list", {
    ...query,
    search: query.search.trim() || undefined,
  }, { events: ["account"] });
  // nothing is done to whom nobody sees any more
  const shown = new Set(
    list.data?.accounts.map(({ username }) => username)
      .filter((username) => picked.has(username)),
  );
  const change = (next: Parameters<typeof setQuery>[0]) => {
    setPicked(new Set());
    setQuery({ ...AT_FIRST, ...next });
  };
  return (
    <Page
      title={t("screen.accounts")}
      actions={
        <Button kind="primary" onClick={() => setMaking(true)}>
          {t("accounts.new")}
        </Button>
      }
    >
      <Numbers />
      <Row>
        <Search
          label={t("accounts.search")}
          value={query.search}
          onSearch={(search) => change({ search })}
        />
        <SelectField
          label={t("accounts.filter")}
          value={query.filter}
          options={FILTERS.map((one) => [one, t(`accounts.filter_${one}`)])}
          onChange={(filter) => change({ filter })}
        />
      </Row>
      <BulkBar
        picked={shown}
        onDone={(done) => {
          setPicked((now) => new Set([...now].filter((one) => !done.has(one))));
          void list.refresh();
        }}
      />
      {list.error && (
        <Failure
          error={list.error}
          retry={() => void list.refresh()}
        />
      )}
      {list.loading && <Loading lines={6} />}
      {list.data && (
        <>
          <DataTable
            caption={t("screen.accounts")}
            columns={columns()}
            rows={list.data.accounts}
            rowKey={({ username }) => username}
            sort={{ key: query.sort, dir: query.dir }}
            onSort={({ key, dir }) => change({ sort: key, dir })}
            selected={shown}
            onSelect={setPicked}
            empty={<Nobody isSearching={query.search !== ""} />}
          />
          <PartPager
            part={query}
            total={list.data.total}
            onPart={change}
          />
        </>
      )}
      <AccountTools onChanged={() => void list.refresh()} />
      {isMaking && (
        <CreateAccount
          onClose={() => setMaking(false)}
          onMade={() => void list.refresh()}
        />
      )}
    </Page>
  );
}

function Nobody({ isSearching }: { readonly isSearching: boolean }) {
  return (
    <Empty title={t(isSearching ? "accounts.none_found" : "accounts.none")}>
      {!isSearching && (
        <p>
          {t("accounts.none_hint")}{" "}
          <Link to="/invites">{t("screen.invites")}</Link>
        </p>
      )}
    </Empty>
  );
}

function Numbers() {
  const status = useOperation<AccountStatus>("accounts.status", {}, {
    events: ["account", "settings"],
  });
  const quota = useOperation<QuotaStatus>("quota.status", {}, {
    events: ["account", "settings"],
  });
  if (!status.data || !quota.data) return null;
  return (
    <Facts
      rows={[
        [t("accounts.total"), formatNumber(status.data.login_count)],
        [
          t("accounts.sign_up"),
          <Link key="s" to="/invites">{signUpWord(status.data)}</Link>,
        ],
        [
          t("accounts.blocked_names"),
          <Link key="b" to="/blocked">
            {formatNumber(status.data.blocklisted)}
          </Link>,
        ],
        [t("accounts.mail_kept"), formatBytes(quota.data.total_storage_bytes)],
        [
          t("accounts.default_quota"),
          formatBytes(quota.data.default_quota_bytes),
        ],
      ]}
    />
  );
}

function signUpWord(status: AccountStatus): string {
  if (!status.registration_open) return t("invites.closed_word");
  return t(
    status.token_required ? "invites.invited_word" : "invites.open_word",
  );
}
