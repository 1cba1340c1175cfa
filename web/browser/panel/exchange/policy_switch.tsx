/** Whether mail is exchanged at all, and what holds where no rule says anything. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Card, Code } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { Toggle } from "../ui/toggle.tsx";
import { Button } from "../ui/button.tsx";
import type { FederationStatus, Policy, Rule } from "./shapes.ts";

interface PolicySwitchProps {
  readonly rules: readonly Rule[] | undefined;
  readonly onChanged: () => void;
}

export function PolicySwitch(
  { rules, onChanged }: PolicySwitchProps,
): JSX.Element {
  const [isSwitching, setSwitching] = useState(false);
  const status = useOperation<FederationStatus>(
    "federation.status",
    { limit: 0 },
    { events: ["settings", "queue"] },
  );
  const { data } = status;
  const refresh = async () => {
    onChanged();
    await status.refresh();
  };
  if (!data) {
    return (
      <Card>
        {status.error ? <Failure error={status.error} /> : <Loading />}
      </Card>
    );
  }
  return (
    <Card title={t("policy.title")}>
      <Enabled status={data} onChanged={refresh} />
      <p>
        <strong>{t(`policy.now_${data.policy}`)}</strong>
      </p>
      <Button disabled={!rules} onClick={() => setSwitching(true)}>
        {t(`policy.switch_from_${data.policy}`)}
      </Button>
      {isSwitching && rules && (
        <SwitchPolicy
          to={data.policy === "ACCEPT" ? "REJECT" : "ACCEPT"}
          rules={rules}
          onChanged={() => void refresh()}
          onClose={() => setSwitching(false)}
        />
      )}
    </Card>
  );
}

interface EnabledProps {
  readonly status: FederationStatus;
  readonly onChanged: () => Promise<void>;
}

function Enabled({ status, onChanged }: EnabledProps) {
  const { waiting, held } = status.queue;
  return (
    <Toggle
      label={t("policy.enabled")}
      hint={t("policy.enabled_hint")}
      value={status.enabled}
      ask={(isOn) =>
        isOn ? Promise.resolve(true) : ask({
          title: t("policy.disable_title"),
          text: <p>{t("policy.disable_text", { count: waiting + held })}</p>,
          confirmLabel: t("policy.disable_confirm"),
          danger: true,
        })}
      change={async (isOn) => {
        await call(isOn ? "federation.enable" : "federation.disable");
        await onChanged();
      }}
    />
  );
}

interface SwitchPolicyProps {
  readonly to: Policy;
  readonly rules: readonly Rule[];
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

const MAX_NAMED = 10;

function SwitchPolicy({ to, rules, onChanged, onClose }: SwitchPolicyProps) {
  const word = to === "REJECT" ? "allow" : "block";
  const named = rules.filter(({ action }) => action === word);
  const others = rules.filter(({ action }) =>
    action !== null && action !== word
  );
  const effect = named.length === 0
    ? `policy.to_${to}_none`
    : `policy.to_${to}`;
  return (
    <ConfirmDialog
      title={t(`policy.title_${to}`)}
      confirmLabel={t(`policy.confirm_${to}`)}
      danger={to === "REJECT"}
      onConfirm={async () => {
        await call("federation.set_policy", { policy: to });
        toast(t(`policy.now_${to}`), "good");
        onChanged();
      }}
      onClose={onClose}
    >
      <p>
        <strong>{t(effect, { count: named.length })}</strong>
      </p>
      {named.length > 0 && (
        <ul class="lost">
          {named.slice(0, MAX_NAMED).map(({ domain }) => (
            <li key={domain}>
              <Code>{domain}</Code>
            </li>
          ))}
          {named.length > MAX_NAMED && (
            <li>{t("policy.more", { count: named.length - MAX_NAMED })}</li>
          )}
        </ul>
      )}
      {others.length > 0 && (
        <p>{t(`policy.others_${to}`, { count: others.length })}</p>
      )}
    </ConfirmDialog>
  );
}
