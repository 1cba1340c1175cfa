/** The servers that mail waits for. @module */
import type { JSX } from "preact";
import { Link } from "../client/router.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { Said, When } from "../parts/shown.tsx";
import { Badge, Card, Code } from "../ui/page.tsx";
import { DataTable } from "../ui/table.tsx";
import { QueueActions } from "./queue_actions.tsx";
import type { Destination } from "./shapes.ts";

interface DestinationsProps {
  readonly of: readonly Destination[];
  readonly onChanged: () => void;
}

export function Destinations(
  { of, onChanged }: DestinationsProps,
): JSX.Element {
  return (
    <Card title={t("queue.by_server")}>
      <DataTable
        caption={t("queue.by_server")}
        rows={of}
        rowKey={({ dest }) => dest}
        columns={[
          {
            key: "dest",
            label: t("queue.server"),
            render: ({ dest, held }) => (
              <>
                <Link to={`/queue?dest=${encodeURIComponent(dest)}`}>
                  <Code>{dest}</Code>
                </Link>{" "}
                {held && <Badge kind="warn">{t("queue.state_held")}</Badge>}
              </>
            ),
          },
          {
            key: "recipients",
            label: t("queue.recipients"),
            numeric: true,
            render: ({ recipients }) => formatNumber(recipients),
          },
          {
            key: "reason",
            label: t("queue.reason"),
            render: (row) => <Reason of={row} />,
          },
          {
            key: "next",
            label: t("queue.next"),
            render: (row) => <Next of={row} />,
          },
          {
            key: "actions",
            label: t("people.actions"),
            render: ({ dest, held, recipients }) => (
              <QueueActions
                of={{ dest }}
                name={dest}
                count={recipients}
                isHeld={held}
                onChanged={onChanged}
              />
            ),
          },
        ]}
      />
    </Card>
  );
}

function Next({ of }: { readonly of: Destination }) {
  if (of.next_attempt_unix === null) return <>–</>;
  return <When at={of.next_attempt_unix} />;
}

interface Told {
  readonly last_error: string | null;
  readonly last_transport: string | null;
  readonly last_host: string | null;
}

/** What the other side said, in its own words. */
export function Reason({ of }: { readonly of: Told }): JSX.Element {
  if (of.last_error === null) return <>{t("queue.not_tried")}</>;
  return (
    <span class="reason">
      <Said>{of.last_error}</Said>
      {of.last_host !== null && (
        <span class="hint">
          {of.last_transport?.toUpperCase()} <Code>{of.last_host}</Code>
        </span>
      )}
    </span>
  );
}
