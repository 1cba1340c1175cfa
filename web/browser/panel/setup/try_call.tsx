/** Whether calls get through, seen from the server and from this browser. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call, CallError } from "../client/call.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Badge, Card, Code, Facts } from "../ui/page.tsx";
import { Failure } from "../ui/state.tsx";
import {
  callThroughRelay,
  type IceAccess,
  type RelayedCall,
} from "./relay_call.ts";

interface ServerTest {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly detail: string;
  }[];
}

export function CallTest(): JSX.Element {
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [server, setServer] = useState<ServerTest>();
  const [relayed, setRelayed] = useState<RelayedCall>();
  const attempt = async (name: string, work: () => Promise<void>) => {
    setBusy(name);
    setError(undefined);
    try {
      await work();
    } catch (failure) {
      setError(
        failure instanceof CallError
          ? failure
          : new Error(t("calltest.failed", { reason: String(failure) })),
      );
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Card
      title={t("calltest.title")}
      actions={
        <>
          <Button
            busy={busy === "server"}
            disabled={busy === "browser"}
            onClick={() =>
              attempt("server", async () => {
                setServer(await call<ServerTest>("turn.test"));
              })}
          >
            {t("calltest.server")}
          </Button>
          <Button
            busy={busy === "browser"}
            disabled={busy === "server"}
            onClick={() =>
              attempt("browser", async () => {
                setRelayed(undefined);
                const access = await call<IceAccess>("turn.credentials");
                setRelayed(await callThroughRelay(access));
              })}
          >
            {t("calltest.browser")}
          </Button>
        </>
      }
    >
      <p class="hint">{t("calltest.text")}</p>
      {error !== undefined && <Failure error={error} />}
      {server && (
        <ul class="plain-list">
          {server.steps.map(({ name, ok, detail }) => (
            <li key={name}>
              <Badge kind={ok ? "good" : "bad"}>
                {t(ok ? "doctor.pass" : "doctor.fail")}
              </Badge>{" "}
              <Code>{name}</Code> <bdi lang="en">{detail}</bdi>
            </li>
          ))}
        </ul>
      )}
      {relayed && (
        <Facts
          rows={[
            [
              t("calltest.addresses"),
              <Code key="a">{relayed.addresses.join(" ")}</Code>,
            ],
            [
              t("calltest.connected"),
              `${formatNumber(Math.round(relayed.connectedMs))}\u00a0ms`,
            ],
            [
              t("calltest.round_trip"),
              `${formatNumber(Math.round(relayed.roundTripMs))}\u00a0ms`,
            ],
          ]}
        />
      )}
    </Card>
  );
}
