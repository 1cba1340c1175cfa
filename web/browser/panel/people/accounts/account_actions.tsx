/** What can be done about one account; each says first what will happen. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { asLeft, navigate } from "../../client/router.ts";
import { formatBytes, formatNumber, t } from "../../i18n/translate.ts";
import { attempt } from "../../parts/action.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { SwitchField, TextField } from "../../ui/fields.tsx";
import { Card } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import { AccountQuota } from "./account_quota.tsx";
import { OneTime } from "../one_time.tsx";
import { PurgeAccount } from "./purge_account.tsx";
import type { AccountInfo, NewAccount, NewPassword } from "../shapes.ts";

type Open =
  | "password"
  | "quota"
  | "kick"
  | "block"
  | "ban"
  | "purge"
  | "delete";

export interface ActionProps {
  readonly of: AccountInfo;
  readonly onChanged: () => Promise<void>;
}

interface StepProps extends ActionProps {
  readonly onClose: () => void;
}

export function AccountActions({ of, onChanged }: ActionProps): JSX.Element {
  const [open, setOpen] = useState<Open>();
  const [made, setMade] = useState<NewAccount>();
  const step = { of, onChanged, onClose: () => setOpen(undefined) };
  const opens = (what: Open, kind: "plain" | "danger" = "plain") => (
    <Button
      kind={kind}
      onClick={() => setOpen(what)}
    >
      {t(`account.do_${what}`)}
    </Button>
  );
  return (
    <Card title={t("account.actions")}>
      <div class="buttons">
        {of.credentials && (
          <>
            {opens("password")}
            {opens("quota")}
            {opens("kick")}
            {opens("purge")}
          </>
        )}
        {of.blocklisted
          ? <Unblock of={of} onChanged={onChanged} />
          : opens("block")}
        {of.credentials && (
          <>
            {opens("ban", "danger")}
            {opens("delete", "danger")}
          </>
        )}
      </div>
      {of.credentials && (
        <Toggle
          label={t("account.pin")}
          hint={t("account.pin_hint")}
          value={of.pinned}
          change={async (pinned) => {
            await call("accounts.set_pinned", {
              username: of.username,
              pinned,
            });
            await onChanged();
          }}
        />
      )}
      {open === "password" && <ResetPassword {...step} onMade={setMade} />}
      {open === "quota" && <AccountQuota {...step} />}
      {open === "kick" && <Kick {...step} />}
      {open === "purge" && <PurgeAccount {...step} />}
      {open === "block" && <Block {...step} />}
      {open === "ban" && <Ban {...step} />}
      {open === "delete" && <Delete {...step} />}
      {made && (
        <OneTime
          title={t("password.made")}
          account={made}
          onClose={() => setMade(undefined)}
        />
      )}
    </Card>
  );
}

function Unblock({ of, onChanged }: ActionProps) {
  return (
    <Button
      onClick={async () => {
        const work = () => call("blocklist.remove", { username: of.username });
        await attempt(work, t("blocked.unblocked"));
        await onChanged();
      }}
    >
      {t("account.do_unblock")}
    </Button>
  );
}

function ResetPassword(
  { of, onClose, onMade }: StepProps & {
    readonly onMade: (made: NewAccount) => void;
  },
) {
  return (
    <ConfirmDialog
      title={t("password.title")}
      confirmLabel={t("password.confirm")}
      onConfirm={async () => {
        const { username: email, ...made } = await call<NewPassword>(
          "accounts.reset_password",
          { username: of.username },
        );
        onMade({ email, ...made });
      }}
      onClose={onClose}
    >
      <p>{t("password.text", { address: of.username })}</p>
    </ConfirmDialog>
  );
}

function Kick({ of, onChanged, onClose }: StepProps) {
  return (
    <ConfirmDialog
      title={t("kick.title")}
      confirmLabel={t("account.do_kick")}
      onConfirm={async () => {
        const { ended } = await call<{ ended: number }>("sessions.kill", {
          username: of.username,
        });
        toast(t("kick.done", { count: ended }), "good");
        void onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("kick.text", { address: of.username })}</p>
    </ConfirmDialog>
  );
}

function Reason(
  { value, onChange }: {
    readonly value: string;
    readonly onChange: (value: string) => void;
  },
) {
  return (
    <TextField
      label={t("ban.reason")}
      hint={t("ban.reason_hint")}
      value={value}
      maxLength={500}
      onChange={onChange}
    />
  );
}

function given(reason: string): string | undefined {
  return reason.trim() === "" ? undefined : reason.trim();
}

function Block({ of, onChanged, onClose }: StepProps) {
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      title={t("block.title")}
      confirmLabel={t("account.do_block")}
      danger
      onConfirm={async () => {
        await call("blocklist.add", {
          username: of.username,
          reason: given(reason),
        });
        toast(t("block.done", { address: of.username }), "good");
        void onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("block.text", { address: of.username })}</p>
      <Reason value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}

/** What goes with the account, in numbers. */
function Loss(
  { of, text }: { readonly of: AccountInfo; readonly text: string },
) {
  return (
    <p>
      {t(text, {
        address: of.username,
        count: formatNumber(of.messages),
        size: formatBytes(of.used_bytes),
      })}
    </p>
  );
}

function Ban({ of, onChanged, onClose }: StepProps) {
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      title={t("ban.title")}
      confirmLabel={t("account.do_ban")}
      danger
      onConfirm={async () => {
        await call("accounts.ban", {
          username: of.username,
          reason: given(reason),
        });
        toast(t("ban.done", { address: of.username }), "good");
        void onChanged();
      }}
      onClose={onClose}
    >
      <Loss of={of} text="ban.text" />
      <Reason value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}

function Delete({ of, onClose }: StepProps) {
  const [isBlocked, setBlocked] = useState(true);
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      title={t("delete.title")}
      confirmLabel={t("account.do_delete")}
      danger
      onConfirm={async () => {
        await call("accounts.delete", {
          username: of.username,
          block: isBlocked,
          reason: isBlocked ? given(reason) : undefined,
        });
        toast(t("delete.done", { address: of.username }), "good");
        void navigate(asLeft("/accounts"));
      }}
      onClose={onClose}
    >
      <Loss of={of} text="delete.text" />
      <SwitchField
        label={t("delete.also_block")}
        hint={t(isBlocked ? "delete.blocked_hint" : "delete.free_hint")}
        value={isBlocked}
        onChange={setBlocked}
      />
      {isBlocked && <Reason value={reason} onChange={setReason} />}
    </ConfirmDialog>
  );
}
