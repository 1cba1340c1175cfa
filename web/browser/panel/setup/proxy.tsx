/** Ways in for people whose network lets them reach nothing else. @module */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, formatNumber, t } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Card, Code, Facts, Page } from "../ui/page.tsx";
import { QrCode } from "../ui/qr.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { Toggle } from "../ui/toggle.tsx";
import { attempt } from "./attempt.ts";
import { SettingGroup } from "./setting_group.tsx";
import type { HttpProxyStatus, ShadowsocksStatus } from "./shapes.ts";

type TunnelStatus = ShadowsocksStatus | HttpProxyStatus;

type Kind = "shadowsocks" | "http_proxy";

export function Proxy(): JSX.Element {
  return (
    <Page title={t("screen.proxy")}>
      <p class="hint">{t("proxy.text")}</p>
      <div class="columns">
        <TunnelCard kind="shadowsocks" />
        <TunnelCard kind="http_proxy" />
      </div>
      <SettingGroup
        title={t("proxy.shadowsocks_values")}
        keys={[
          "shadowsocks_port",
          "shadowsocks_cipher",
          "shadowsocks_password",
        ]}
      />
      <SettingGroup
        title={t("proxy.connect_values")}
        keys={["http_proxy_username", "http_proxy_password"]}
      />
    </Page>
  );
}

function TunnelCard({ kind }: { readonly kind: Kind }) {
  const { data, error, refresh } = useOperation<TunnelStatus>(
    `${kind}.status`,
    {},
    { events: ["settings", "metrics"] },
  );
  return (
    <Card title={t(`proxy.${kind}`)}>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && (
        <div class="stack">
          <Toggle
            label={t(`proxy.${kind}`)}
            hint={t(`proxy.${kind}.text`)}
            value={data.enabled}
            change={async (isOn) => {
              await call(`${kind}.${isOn ? "enable" : "disable"}`);
              await refresh();
            }}
            ask={async (isOn) =>
              isOn || await ask({
                title: t(`proxy.${kind}`),
                text: t("proxy.off_text", {
                  count: data.traffic?.connections ?? 0,
                }),
                confirmLabel: t("service.turn_off"),
                danger: true,
              })}
          />
          <Facts rows={factsOf(data)} />
          {data.enabled && <TunnelLink kind={kind} refresh={refresh} />}
        </div>
      )}
    </Card>
  );
}

function factsOf(data: TunnelStatus) {
  const { traffic } = data;
  return [
    ...placeOf(data).map(([name, value]) =>
      [name, <Code key={name}>{value}</Code>] as const
    ),
    ...(traffic
      ? [
        [t("overview.connections"), formatNumber(traffic.connections)],
        [t("traffic.out"), formatBytes(traffic.bytes_out)],
        [t("traffic.in"), formatBytes(traffic.bytes_in)],
      ] as const
      : []),
  ];
}

/** Where clients find it, and how they speak there. */
function placeOf(data: TunnelStatus): readonly (readonly [string, string])[] {
  if (!("cipher" in data)) {
    return data.address === null ? [] : [[t("proxy.host"), data.address]];
  }
  const { host, port, cipher } = data;
  return [
    [t("proxy.host"), host],
    ...(port === null ? [] : [[t("ports.port"), String(port)] as const]),
    [t("proxy.cipher"), cipher],
  ];
}

/** The link has the password: it is shown to who asks for it. */
function TunnelLink(
  { kind, refresh }: {
    readonly kind: Kind;
    readonly refresh: () => Promise<void>;
  },
) {
  const [url, setUrl] = useState<string>();
  const isShown = useRef(false);
  const lastAsked = useRef(0);
  const show = () =>
    attempt(async () => {
      isShown.current = true;
      const asked = ++lastAsked.current;
      const { url } = await call<{ url: string }>(`${kind}.url`);
      // it may have been hidden, or drawn anew, meanwhile
      if (isShown.current && asked === lastAsked.current) setUrl(url);
    });
  const hide = () => {
    isShown.current = false;
    setUrl(undefined);
  };
  return (
    <div class="stack">
      {url
        ? (
          <>
            <QrCode text={url} label={t("proxy.qr")} />
            <Code>{url}</Code>
            <div class="row-actions">
              <CopyButton text={url} />
              <Button small onClick={hide}>
                {t("field.hide")}
              </Button>
            </div>
          </>
        )
        : (
          <div class="row-actions">
            <Button onClick={show}>{t("proxy.show")}</Button>
          </div>
        )}
      <div class="row-actions">
        <Button
          small
          onClick={async () => {
            const isMeant = await ask({
              title: t("proxy.rotate"),
              text: t("proxy.rotate_text"),
              confirmLabel: t("proxy.rotate"),
              danger: true,
            });
            if (!isMeant) return;
            await attempt(() => call(`${kind}.rotate`), t("proxy.rotated"));
            await refresh();
            if (isShown.current) await show();
          }}
        >
          {t("proxy.rotate")}
        </Button>
      </div>
    </div>
  );
}
