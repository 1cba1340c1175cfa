/** How the relay is, in one word, wherever one looks. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isSilent, lastHeard, STALE_MS } from "../client/freshness.ts";
import { connection } from "../client/live.ts";
import { Link } from "../client/router.ts";
import { useStore } from "../client/store.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import type { Warning } from "../watch/overview_shape.ts";

const REFRESH_MS = 60_000;
const TICK_MS = 5000;

export function StatusPill(): JSX.Element {
  const heard = useStore(lastHeard);
  const silent = useStore(isSilent);
  const live = useStore(connection);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const { data } = useOperation<{ warnings?: readonly Warning[] }>(
    "overview",
    {},
    { refreshMs: REFRESH_MS, events: ["settings", "reload"] },
  );
  const isStale = now - heard > STALE_MS;
  if (silent || isStale) {
    return (
      <span class="pill warn" role="status">
        {t(silent ? "pill.reconnecting" : "pill.stale", {
          seconds: Math.round((now - heard) / 1000),
        })}
      </span>
    );
  }
  const found = data?.warnings ?? [];
  const kind = found.length === 0
    ? "good"
    : found.some(({ severity }) => severity === "error")
    ? "bad"
    : "warn";
  return (
    <Link to="/conditions" class={`pill ${kind}`}>
      {found.length === 0
        ? t("pill.ok")
        : t("pill.warnings", { count: found.length })}
      {live === "polling" && <span class="pill-note">{t("pill.polling")}</span>}
    </Link>
  );
}
