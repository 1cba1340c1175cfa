/** Mail that waits to be sent: for whom, why it is still here, and when it is tried again. @module */
import type { JSX } from "preact";
import { useRoute } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, formatNumber, formatSpan, t } from "../i18n/translate.ts";
import { Lead } from "../parts/shown.tsx";
import { Facts, Page } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { Destinations } from "./destinations.tsx";
import { QueueActions } from "./queue_actions.tsx";
import { QueueEntries } from "./queue_entries.tsx";
import type { QueueStatus } from "./shapes.ts";

const MAX_DESTINATIONS = 200;

export function Queue(): JSX.Element {
  const dest = useRoute().query.get("dest") ?? undefined;
  const status = useOperation<QueueStatus>(
    "queue.status",
    { limit: MAX_DESTINATIONS },
    { events: ["queue"], refreshMs: 10_000 },
  );
  const { data } = status;
  const refresh = () => void status.refresh();
  return (
    <Page
      title={t("screen.queue")}
      actions={data && data.recipients > 0 && (
        <QueueActions
          of={{ all: true }}
          count={data.waiting + data.held}
          isHeld={data.waiting === 0 && data.held > 0}
          onChanged={refresh}
        />
      )}
    >
      <Lead>{t("queue.text")}</Lead>
      {status.error && <Failure error={status.error} retry={refresh} />}
      {status.loading && <Loading />}
      {data && (
        <>
          <Numbers of={data} />
          {data.recipients === 0
            ? (
              <Empty title={t("queue.none")}>
                <p>{t("queue.none_hint")}</p>
              </Empty>
            )
            : (
              <>
                <Destinations of={data.by_dest} onChanged={refresh} />
                <QueueEntries key={dest} dest={dest} onChanged={refresh} />
              </>
            )}
        </>
      )}
    </Page>
  );
}

function Numbers({ of }: { readonly of: QueueStatus }) {
  return (
    <Facts
      rows={[
        [t("queue.waiting"), formatNumber(of.waiting)],
        [t("queue.held"), formatNumber(of.held)],
        [t("queue.messages"), formatNumber(of.messages)],
        [t("queue.size"), formatBytes(of.bytes)],
        [
          t("queue.oldest"),
          of.oldest_age_secs === null ? "–" : formatSpan(of.oldest_age_secs),
        ],
        [t("queue.given_up"), formatSpan(of.expires_after_secs)],
      ]}
    />
  );
}
