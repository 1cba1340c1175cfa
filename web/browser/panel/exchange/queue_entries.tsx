/** What waits, a row for each recipient. @module */
import type { JSX } from "preact";
import { oneOf, useKept, WORDS } from "../client/kept_query.ts";
import { Link } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, t } from "../i18n/translate.ts";
import { Row, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Badge, Card, Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { type Column, DataTable } from "../ui/table.tsx";
import { Reason } from "./destinations.tsx";
import { QueueActions } from "./queue_actions.tsx";
import type { QueueEntry } from "./shapes.ts";

const STATES = ["waiting", "held", "failed", "leased"] as const;
const ALL = "all";
const SIZES = [25, 50, 100] as const;
const BETWEEN = " ";
const FIELDS = {
  state: oneOf([ALL, ...STATES]),
  limit: oneOf(SIZES),
  /** Where each page begins that was gone through. */
  through: WORDS,
};

interface QueuePage {
  readonly entries: readonly QueueEntry[];
  readonly next: string | null;
}

interface QueueEntriesProps {
  /** Only mail to this server. */
  readonly dest: string | undefined;
  readonly onChanged: () => void;
}

export function QueueEntries(
  { dest, onChanged }: QueueEntriesProps,
): JSX.Element {
  const [{ state, limit, through }, setQuery] = useKept(FIELDS);
  const starts = through === "" ? [] : through.split(BETWEEN);
  const setStarts = (next: readonly string[]) =>
    setQuery({ through: next.join(BETWEEN) });
  const list = useOperation<QueuePage>("queue.list", {
    dest,
    state: state === ALL ? undefined : state,
    after: starts.at(-1),
    limit,
  }, { events: ["queue"], refreshMs: 10_000 });
  const change = () => {
    void list.refresh();
    onChanged();
  };
  return (
    <Card title={t("queue.entries")}>
      <Row>
        <SelectField
          label={t("queue.state")}
          value={state}
          options={[
            [ALL, t("peers.all")],
            ...STATES.map((one) => [one, t(`queue.state_${one}`)] as const),
          ]}
          onChange={(chosen) => setQuery({ state: chosen, through: "" })}
        />
        {dest !== undefined && (
          <p>
            {t("queue.only_to")} <Code>{dest}</Code>{" "}
            <Link to="/queue">{t("queue.show_all")}</Link>
          </p>
        )}
      </Row>
      {list.error && <Failure error={list.error} retry={change} />}
      {list.loading && <Loading lines={6} />}
      {list.data && (
        <>
          <DataTable
            caption={t("queue.entries")}
            rows={list.data.entries}
            rowKey={({ id }) => id}
            columns={columns(change)}
            empty={<Empty title={t("queue.none_found")} />}
          />
          <div class="paging">
            <nav class="pager" aria-label={t("pager.label")}>
              <Button
                small
                disabled={starts.length === 0}
                onClick={() => setStarts(starts.slice(0, -1))}
              >
                {t("pager.before")}
              </Button>
              <Button
                small
                disabled={list.data.next === null}
                onClick={() => {
                  const next = list.data?.next;
                  if (next) setStarts([...starts, next]);
                }}
              >
                {t("pager.next")}
              </Button>
            </nav>
            <SelectField
              label={t("people.rows")}
              value={String(limit)}
              options={SIZES.map((size) => [String(size), String(size)])}
              onChange={(size) => setQuery({ limit: size, through: "" })}
            />
          </div>
        </>
      )}
    </Card>
  );
}

const KINDS: Readonly<
  Record<QueueEntry["state"], "plain" | "good" | "warn" | "bad">
> = { waiting: "plain", leased: "good", held: "warn", failed: "bad" };

function columns(onChanged: () => void): readonly Column<QueueEntry>[] {
  return [
    {
      key: "message",
      label: t("queue.message"),
      render: (entry) => <Message of={entry} />,
    },
    {
      key: "state",
      label: t("queue.state"),
      render: ({ state }) => (
        <Badge kind={KINDS[state]}>{t(`queue.state_${state}`)}</Badge>
      ),
    },
    {
      key: "reason",
      label: t("queue.reason"),
      render: (entry) => <Reason of={entry} />,
    },
    {
      key: "next",
      label: t("queue.next"),
      render: ({ next_attempt_unix: at, tries_count, queued_at_unix }) => (
        <span>
          {at === null ? "–" : <When at={at} />}
          <span class="hint">
            {t("queue.tried", { count: tries_count })}{" "}
            <When at={queued_at_unix} />
          </span>
        </span>
      ),
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: ({ id, rcpt_to, state }) => (
        <QueueActions
          of={{ id }}
          name={rcpt_to}
          count={1}
          isHeld={state === "held"}
          onChanged={onChanged}
        />
      ),
    },
  ];
}

function Message({ of }: { readonly of: QueueEntry }) {
  return (
    <span>
      <Code>{of.rcpt_to}</Code>
      <span class="hint">
        {t("queue.from")} {of.mail_from === ""
          ? t("queue.no_sender")
          : <Code>{of.mail_from}</Code>}, {formatBytes(of.size)}
      </span>
    </span>
  );
}
