/** The relay at a glance. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { Link } from "../client/router.ts";
import { allows, session } from "../client/session.ts";
import { useStore } from "../client/store.ts";
import { useOperation } from "../client/use_operation.ts";
import { History, type Range, RangeChoice } from "../graph/history.tsx";
import { t } from "../i18n/translate.ts";
import { attempt } from "../setup/attempt.ts";
import { ask } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { Card, Page } from "../ui/page.tsx";
import { ConditionList } from "./condition_list.tsx";
import { NEW_INVITE } from "./places.ts";
import { MESSAGES } from "./graphs.ts";
import type { Overview as Shape, Warning } from "./overview_shape.ts";
import { Tiles } from "./tiles.tsx";

const REFRESH_MS = 30_000;

export function Overview(): JSX.Element {
  const [range, setRange] = useState<Range>("24h");
  const overview = useOperation<Shape>("overview", {}, {
    refreshMs: REFRESH_MS,
    events: ["settings", "account", "queue", "reload"],
  });
  return (
    <Page title={t("screen.overview")} actions={<Actions />}>
      <Warnings warnings={overview.data?.warnings ?? []} />
      <Tiles overview={overview} />
      <div class="page-head">
        <h2>{t("overview.graphs")}</h2>
        <RangeChoice range={range} onChange={setRange} />
      </div>
      <div class="columns wide-columns">
        <History
          title={t(MESSAGES.title)}
          keys={MESSAGES.keys}
          unit={MESSAGES.unit}
          range={range}
        />
        <History
          title={t("graph.connections")}
          keys={[
            "connections.imap",
            "connections.imap_idle",
            "connections.submission",
            "connections.smtp",
          ]}
          unit="count"
          range={range}
        />
      </div>
    </Page>
  );
}

/** Until the page is left; the list of what is wrong has them all. */
function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const shown = warnings.filter(({ code }) => !dismissed.has(code));
  if (shown.length === 0) return null;
  return (
    <Card title={t("overview.warnings")}>
      <ConditionList
        conditions={shown}
        onDismiss={(code) => setDismissed(new Set([...dismissed, code]))}
      />
    </Card>
  );
}

function Actions() {
  const known = useStore(session);
  return (
    <>
      {allows(known, "accounts") && (
        <Link to={NEW_INVITE} class="button primary">
          {t("overview.invite")}
        </Link>
      )}
      {allows(known, "full") && <ServerActions />}
    </>
  );
}

function ServerActions() {
  return (
    <>
      <Button
        onClick={() => attempt(() => call("reload"), t("overview.reloaded"))}
      >
        {t("overview.reload")}
      </Button>
      <Button
        onClick={async () => {
          const isMeant = await ask({
            title: t("overview.restart"),
            text: t("overview.restart_text"),
            confirmLabel: t("overview.restart"),
          });
          if (!isMeant) return;
          await attempt(() => call("restart"), t("overview.restarting"));
        }}
      >
        {t("overview.restart")}
      </Button>
    </>
  );
}
