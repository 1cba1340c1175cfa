/** Who may sign up: in force at once, and said in words. @module */
import type { JSX } from "preact";
import { call } from "../../client/call.ts";
import { useOperation } from "../../client/use_operation.ts";
import { t } from "../../i18n/translate.ts";
import { ask } from "../../ui/ask.tsx";
import { Card } from "../../ui/page.tsx";
import { Failure, Loading } from "../../ui/state.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import type { RegistrationStatus } from "../shapes.ts";

export function SignUpSwitches(): JSX.Element {
  const status = useOperation<RegistrationStatus>("registration.status", {}, {
    events: ["settings"],
  });
  const change = async (name: string, input: Record<string, unknown> = {}) => {
    await call(name, input);
    await status.refresh();
  };
  const { data } = status;
  return (
    <Card title={t("services.sign_up")}>
      {status.error && (
        <Failure
          error={status.error}
          retry={() => void status.refresh()}
        />
      )}
      {status.loading && <Loading lines={2} />}
      {data && (
        <>
          <p>
            <strong>{t(summaryOf(data))}</strong>
          </p>
          <Toggle
            label={t("invites.open")}
            hint={t("invites.open_hint")}
            value={data.open}
            ask={(isOpen) => isOpen ? Promise.resolve(true) : askToClose()}
            change={(isOpen) =>
              change(isOpen ? "registration.open" : "registration.close")}
          />
          <Toggle
            label={t("invites.required")}
            hint={t("invites.required_hint")}
            value={data.token_required}
            change={(enabled) =>
              change("registration.token_required", { enabled })}
          />
        </>
      )}
    </Card>
  );
}

function askToClose(): Promise<boolean> {
  return ask({
    title: t("invites.close_title"),
    text: <p>{t("invites.close_text")}</p>,
    confirmLabel: t("invites.close_confirm"),
  });
}

function summaryOf({ open, token_required }: RegistrationStatus): string {
  if (!open) return "invites.closed_summary";
  return token_required ? "invites.invited_summary" : "invites.open_summary";
}
