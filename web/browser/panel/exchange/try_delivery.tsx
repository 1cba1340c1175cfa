/** Tries how another relay would be reached now; no message is sent. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Said } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { Badge, Code } from "../ui/page.tsx";
import { DataTable } from "../ui/table.tsx";
import type { ProbedRoute } from "./shapes.ts";

export function DeliveryTest(
  { domain }: { readonly domain: string },
): JSX.Element {
  const action = useAction();
  const [route, setRoute] = useState<ProbedRoute>();
  return (
    <section>
      <Button
        busy={action.busy}
        onClick={() =>
          void action.run(async () =>
            setRoute(await call<ProbedRoute>("endpoint_cache.test", { domain }))
          )}
      >
        {t("probe.test")}
      </Button>
      {action.error && <p class="problem" role="alert">{action.error}</p>}
      <div role="status">{route && <Found route={route} />}</div>
    </section>
  );
}

function Found({ route }: { readonly route: ProbedRoute }) {
  const reason = route.waiting ?? route.problem;
  return (
    <>
      <p>
        {t(routeKey(route), { by: route.lookup_key ?? route.exchanger ?? "" })}
      </p>
      {reason !== null && (
        <p class="reason">
          <Said>{reason}</Said>
        </p>
      )}
      {route.ways.length > 0 && (
        <DataTable
          caption={t("probe.ways")}
          rows={route.ways}
          rowKey={({ way, host, port }) => `${way} ${host} ${port}`}
          columns={[
            {
              key: "way",
              label: t("peers.way"),
              render: ({ way }) => way.toUpperCase(),
            },
            {
              key: "host",
              label: t("probe.host"),
              render: ({ host, port }) => <Code>{`${host}:${port}`}</Code>,
            },
            {
              key: "reached",
              label: t("probe.result"),
              render: ({ reached, text }) => (
                <>
                  <Badge kind={reached ? "good" : "bad"}>
                    {t(reached ? "probe.reached" : "probe.not_reached")}
                  </Badge>{" "}
                  <Said>{text}</Said>
                </>
              ),
            },
          ]}
        />
      )}
    </>
  );
}

function routeKey({ local, lookup_key, exchanger }: ProbedRoute): string {
  if (local) return "probe.local";
  if (lookup_key !== null) return "probe.rewritten";
  return exchanger === null ? "probe.by_dns" : "probe.by_exchanger";
}
