/** Names that may neither log in nor get mail. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, CallError } from "../client/call.ts";
import { useKept, WORDS } from "../client/kept_query.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { useBulk } from "../parts/bulk.ts";
import { FormDialog } from "../parts/form_dialog.tsx";
import { AT_FIRST, PART_FIELDS, PartPager } from "../parts/page_size.tsx";
import { Search } from "../parts/search.tsx";
import { Lead, Note, Row, Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { Code, Page } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import type { Blocked as BlockedName } from "./shapes.ts";

interface BlockedPage {
  readonly entries: readonly BlockedName[];
  readonly total: number;
}

const FIELDS = { search: WORDS, ...PART_FIELDS };

export function Blocked(): JSX.Element {
  const [query, setQuery] = useKept(FIELDS);
  const [open, setOpen] = useState<"add" | "all">();
  const list = useOperation<BlockedPage>(
    "blocklist.list",
    { ...query, search: query.search.trim() || undefined },
    { events: ["account"] },
  );
  const refresh = () => void list.refresh();
  const { data } = list;
  return (
    <Page
      title={t("screen.blocked")}
      actions={
        <>
          <Button
            disabled={!data || data.total === 0}
            onClick={() => setOpen("all")}
          >
            {t("blocked.unblock_all")}
          </Button>
          <Button kind="primary" onClick={() => setOpen("add")}>
            {t("blocked.add")}
          </Button>
        </>
      }
    >
      <Lead>{t("blocked.text")}</Lead>
      <Row>
        <Search
          label={t("blocked.search")}
          value={query.search}
          onSearch={(search) => setQuery({ ...AT_FIRST, search })}
        />
      </Row>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading />}
      {data && (
        <>
          <Names rows={data.entries} onChanged={refresh} />
          <PartPager part={query} total={data.total} onPart={setQuery} />
        </>
      )}
      {open === "add" && (
        <AddBlock onClose={() => setOpen(undefined)} onChanged={refresh} />
      )}
      {open === "all" && (
        <UnblockAll onClose={() => setOpen(undefined)} onChanged={refresh} />
      )}
    </Page>
  );
}

interface NamesProps {
  readonly rows: readonly BlockedName[];
  readonly onChanged: () => void;
}

function Names({ rows, onChanged }: NamesProps) {
  return (
    <DataTable
      caption={t("screen.blocked")}
      rows={rows}
      rowKey={({ username }) => username}
      columns={[
        {
          key: "username",
          label: t("blocked.name"),
          render: ({ username }) => <Code>{username}</Code>,
        },
        {
          key: "reason",
          label: t("ban.reason"),
          render: ({ reason }) => <Said>{reason}</Said>,
        },
        {
          key: "blocked_at",
          label: t("blocked.since"),
          render: ({ blocked_at }) => <When at={blocked_at} />,
        },
        {
          key: "actions",
          label: t("people.actions"),
          render: ({ username }) => (
            <Button
              small
              label={t("blocked.unblock_name", { name: username })}
              onClick={async () => {
                await attempt(
                  () => call("blocklist.remove", { username }),
                  t("blocked.unblocked"),
                );
                onChanged();
              }}
            >
              {t("account.do_unblock")}
            </Button>
          ),
        },
      ]}
      empty={
        <Empty title={t("blocked.none")}>
          <p>{t("blocked.none_hint")}</p>
        </Empty>
      }
    />
  );
}

interface StepProps {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** A pattern is asked about: the server counts whom it covers. */
function AddBlock({ onClose, onChanged }: StepProps) {
  const [username, setUsername] = useState("");
  const [reason, setReason] = useState("");
  const [warning, setWarning] = useState<string>();
  return (
    <FormDialog
      title={t("blocked.add")}
      submit={t(warning ? "blocked.confirm" : "blocked.add")}
      danger
      disabled={username.trim() === ""}
      done={t("block.done", { address: username.trim() })}
      onSubmit={async () => {
        try {
          await call("blocklist.add", {
            username: username.trim(),
            reason: reason.trim() || undefined,
            confirmed: warning !== undefined,
          });
        } catch (error) {
          if (error instanceof CallError && isQuestion(error)) {
            setWarning(error.message);
          }
          throw error;
        }
      }}
      onChanged={onChanged}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{t("blocked.add_text")}</p>
          <TextField
            label={t("blocked.name")}
            hint={t("blocked.name_hint")}
            code
            required
            value={username}
            error={problem("username")}
            onChange={(text) => {
              setUsername(text);
              setWarning(undefined);
            }}
          />
          <TextField
            label={t("ban.reason")}
            hint={t("ban.reason_hint")}
            value={reason}
            maxLength={500}
            error={problem("reason")}
            onChange={setReason}
          />
          {warning && <Note>{t("blocked.pattern")}</Note>}
        </>
      )}
    </FormDialog>
  );
}

function isQuestion({ code }: CallError): boolean {
  return code === "confirmation_required";
}

function UnblockAll({ onClose, onChanged }: StepProps) {
  const all = useOperation<BlockedPage>("blocklist.list");
  const bulk = useBulk();
  const names = all.data?.entries.map(({ username }) => username) ?? [];
  return (
    <ConfirmDialog
      title={t("blocked.unblock_all")}
      confirmLabel={t("blocked.unblock_all")}
      danger
      onConfirm={async () => {
        const lost = await bulk.run(
          names,
          (username) => call("blocklist.remove", { username }),
        );
        const count = names.length - lost.length;
        toast(t("blocked.all_unblocked", { count }), "good");
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("blocked.unblock_all_text", { count: names.length })}</p>
      {bulk.progress && (
        <progress
          aria-label={t("bulk.progress")}
          max={bulk.progress.of}
          value={bulk.progress.done}
        />
      )}
    </ConfirmDialog>
  );
}
