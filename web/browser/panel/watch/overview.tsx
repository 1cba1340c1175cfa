/** The relay at a glance. @module */
import type { JSX } from "preact";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, formatNumber, formatSpan, t } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { Card, Page } from "../ui/page.tsx";
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { ConditionList } from "./condition_list.tsx";
import { type Condition, conditionsOf } from "./conditions.ts";
import { Tile } from "./tile.tsx";

interface Status {
  readonly version: string | null;
  readonly uptime_seconds: number | null;
  readonly services: readonly {
    readonly name: string;
    readonly connections: number;
  }[];
  readonly tls: readonly {
    readonly name: string;
    readonly days_left: number;
    readonly trusted: boolean;
  }[];
  readonly degraded: readonly Condition[];
  readonly queue: { readonly waiting: number; readonly held: number };
  readonly storage: { readonly database_bytes: number };
}

export function Overview(): JSX.Element {
  const status = useOperation<Status>("status", {}, {
    events: ["metrics", "settings", "reload"],
  });
  return (
    <Page title={t("screen.overview")} actions={<Actions />}>
      {status.data && conditionsOf(status.data).length > 0 && (
        <Card title={t("overview.warnings")}>
          <ConditionList conditions={conditionsOf(status.data)} />
        </Card>
      )}
      <div class="tiles">
        <Tile
          title={t("overview.version")}
          of={status}
          value={({ version }) => <bdi dir="ltr">{version ?? "–"}</bdi>}
          note={({ uptime_seconds }) =>
            t("overview.up", { span: formatSpan(uptime_seconds ?? 0) })}
        />
        <Tile
          title={t("overview.connections")}
          of={status}
          value={({ services }) =>
            formatNumber(
              services.reduce((sum, { connections }) => sum + connections, 0),
            )}
        />
        <Tile
          title={t("screen.queue")}
          to="/queue"
          of={status}
          value={({ queue }) => formatNumber(queue.waiting)}
          note={({ queue }) => t("overview.held", { count: queue.held })}
        />
        <Tile
          title={t("overview.storage")}
          to="/storage"
          of={status}
          value={({ storage }) => formatBytes(storage.database_bytes)}
        />
      </div>
    </Page>
  );
}

function Actions() {
  return (
    <>
      <Button
        onClick={async () => {
          try {
            await call("reload");
            toast(t("overview.reloaded"), "good");
          } catch (error) {
            toast(errorText(error), "bad");
          }
        }}
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
          try {
            await call("restart");
            toast(t("overview.restarting"), "good");
          } catch (error) {
            toast(errorText(error), "bad");
          }
        }}
      >
        {t("overview.restart")}
      </Button>
    </>
  );
}
