/** Where the relay listens: as it shall be, and as it is. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { ISLAND } from "../client/island.ts";
import { useOperation } from "../client/use_operation.ts";
import { t, tOr } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { NumberField } from "../ui/fields.tsx";
import { Form } from "../ui/form.tsx";
import { Badge, Card, Code, Page } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { Toggle } from "../ui/toggle.tsx";
import { attempt } from "./attempt.ts";

interface ServicePort {
  readonly name: string;
  readonly port: number | null;
  readonly mode: "public" | "local";
  readonly enabled: boolean;
}

interface Bound {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly transport: string;
  readonly tls: string;
  readonly state: "listening" | "failed";
  readonly error?: string;
}

/** What apps were told when they were set up: they look for it there. */
const OF_CLIENTS = ["submission", "submission_tls", "imap", "imap_tls"];
const EVENTS = { events: ["settings", "reload"] } as const;

export function Ports(): JSX.Element {
  const wanted = useOperation<{ services: readonly ServicePort[] }>(
    "ports.list",
    {},
    EVENTS,
  );
  const actual = useOperation<{ listeners: readonly Bound[] }>(
    "status",
    {},
    EVENTS,
  );
  const calls = useOperation<{
    running: boolean;
    relay_ports: readonly [number, number];
  }>("turn.status", {}, EVENTS);
  const [edited, setEdited] = useState<ServicePort>();
  const refresh = async () => {
    await Promise.all([wanted.refresh(), actual.refresh()]);
  };
  return (
    <Page title={t("screen.ports")}>
      <p class="hint">{t("ports.text")}</p>
      {calls.data?.running && (
        <p class="hint">
          {t("ports.relay")} <Code>{calls.data.relay_ports.join("–")}/udp</Code>
        </p>
      )}
      <Card>
        {wanted.error && (
          <Failure
            error={wanted.error}
            retry={wanted.refresh}
          />
        )}
        {wanted.loading && <Loading lines={8} />}
        {wanted.data && (
          <DataTable
            caption={t("screen.ports")}
            rows={wanted.data.services}
            rowKey={({ name }) => name}
            columns={[
              {
                key: "name",
                label: t("ports.service"),
                render: ({ name }) => tOr(`listener.${name}`, name),
              },
              {
                key: "port",
                label: t("ports.port"),
                render: ({ port }) => <Code>{port ?? "–"}</Code>,
              },
              {
                key: "bound",
                label: t("ports.bound"),
                render: ({ name }) => (
                  <BoundAt
                    listeners={(actual.data?.listeners ?? []).filter((one) =>
                      one.name === name
                    )}
                  />
                ),
              },
              {
                key: "enabled",
                label: t("ports.enabled"),
                render: (row) => <Enabled row={row} refresh={refresh} />,
              },
              {
                key: "mode",
                label: t("ports.access"),
                render: (row) => <Access row={row} refresh={refresh} />,
              },
              {
                key: "actions",
                label: "",
                render: (row) => (
                  <Button
                    small
                    label={t("ports.change_of", {
                      service: tOr(`listener.${row.name}`, row.name),
                    })}
                    onClick={() => setEdited(row)}
                  >
                    {t("ports.change")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Card>
      {edited && (
        <PortDialog
          row={edited}
          refresh={refresh}
          onClose={() => setEdited((now) => now === edited ? undefined : now)}
        />
      )}
    </Page>
  );
}

/** Names of protocols, which are the same in every language. */
const TLS_WORDS: Readonly<Record<string, string>> = {
  implicit: "TLS",
  starttls: "STARTTLS",
};

function BoundAt({ listeners }: { readonly listeners: readonly Bound[] }) {
  if (listeners.length === 0) return <Badge>{t("ports.closed")}</Badge>;
  return (
    <ul class="plain-list">
      {listeners.map(({ address, port, transport, tls, state, error }) => (
        <li key={`${address} ${port} ${transport}`}>
          <Code>
            {address.includes(":")
              ? `[${address}]`
              : address}:{port}/{transport}
          </Code>{" "}
          {TLS_WORDS[tls] && <Badge>{TLS_WORDS[tls]}</Badge>}{" "}
          {state === "failed" && (
            <Badge kind="bad">
              <bdi>{error ?? t("part.failed")}</bdi>
            </Badge>
          )}
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly row: ServicePort;
  readonly refresh: () => Promise<void>;
}

function Enabled({ row, refresh }: RowProps) {
  const service = tOr(`listener.${row.name}`, row.name);
  return (
    <Toggle
      label={t("ports.listens", { service })}
      value={row.enabled}
      change={async (enabled) => {
        await call("ports.enable", { service: row.name, enabled });
        await refresh();
      }}
      ask={async (enabled) =>
        enabled || await ask({
          title: service,
          text: isOurs(row) ? t("ports.off_ours") : t("ports.off_text"),
          confirmLabel: t("service.turn_off"),
          danger: true,
          ...(isOurs(row) ? { typeToConfirm: row.name } : {}),
        })}
    />
  );
}

function Access({ row, refresh }: RowProps) {
  const service = tOr(`listener.${row.name}`, row.name);
  return (
    <Toggle
      label={t("ports.public", { service })}
      value={row.mode === "public"}
      change={async (isPublic) => {
        await call("ports.access", {
          service: row.name,
          access: isPublic ? "public" : "local",
        });
        await refresh();
      }}
      ask={async (isPublic) =>
        isPublic || await ask({
          title: service,
          text: isOurs(row) ? t("ports.local_ours") : t("ports.local_text"),
          confirmLabel: t("ports.make_local"),
          danger: true,
          ...(isOurs(row) ? { typeToConfirm: row.name } : {}),
        })}
    />
  );
}

/** By which this page came. */
function isOurs({ name, port }: ServicePort): boolean {
  const used = location.port ||
    (location.protocol === "https:" ? "443" : "80");
  return ["http", "https"].includes(name) && String(port) === used;
}

function PortDialog(
  { row, refresh, onClose }: RowProps & { readonly onClose: () => void },
) {
  const [port, setPort] = useState<number | undefined>(row.port ?? undefined);
  const service = tOr(`listener.${row.name}`, row.name);
  const wasOurs = isOurs(row);
  const follow = async (next: number | null) => {
    onClose();
    if (wasOurs && next !== null && next !== row.port) {
      const url = new URL(location.href);
      url.port = String(next);
      location.assign(url);
      return;
    }
    await refresh();
  };
  return (
    <Dialog title={service} onClose={onClose}>
      {OF_CLIENTS.includes(row.name) && (
        <p class="notice warn">{t("ports.of_clients")}</p>
      )}
      {wasOurs && (
        <p class="notice warn">
          {t("ports.ours", { path: ISLAND.base })}
        </p>
      )}
      <Form
        submitLabel={t("setting.save")}
        onCancel={onClose}
        onSubmit={async () => {
          const { port: next } = await call<ServicePort>("ports.set", {
            service: row.name,
            port,
          });
          await follow(next);
        }}
      >
        {(problem) => (
          <NumberField
            label={t("ports.port")}
            value={port}
            min={1}
            max={65_535}
            error={problem("port")}
            onChange={setPort}
          />
        )}
      </Form>
      <div class="form-foot">
        <Button
          onClick={async () => {
            await attempt(async () => {
              const { port: next } = await call<ServicePort>("ports.reset", {
                service: row.name,
              });
              await follow(next);
            });
          }}
        >
          {t("ports.reset")}
        </Button>
      </div>
    </Dialog>
  );
}
