/** What can be done to all accounts that were picked. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { t } from "../../i18n/translate.ts";
import { type Lost, useBulk } from "../../parts/bulk.ts";
import { Said } from "../../parts/shown.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { SwitchField, TextField } from "../../ui/fields.tsx";
import { Code } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";

const DEEDS = ["ban", "block", "kick", "reset_quota", "delete"] as const;
type Deed = (typeof DEEDS)[number];

interface Choice {
  readonly reason: string;
  readonly block: boolean;
}

function doneTo(
  deed: Deed,
  username: string,
  { reason, block }: Choice,
): Promise<unknown> {
  const why = reason.trim() === "" ? undefined : reason.trim();
  switch (deed) {
    case "ban":
      return call("accounts.ban", { username, reason: why });
    case "block":
      return call("blocklist.add", { username, reason: why });
    case "kick":
      return call("sessions.kill", { username });
    case "reset_quota":
      return call("quota.reset", { username });
    case "delete":
      return call("accounts.delete", { username, block, reason: why });
  }
}

interface BulkBarProps {
  readonly picked: ReadonlySet<string>;
  readonly onDone: () => void;
}

export function BulkBar({ picked, onDone }: BulkBarProps): JSX.Element | null {
  const [deed, setDeed] = useState<Deed>();
  const [choice, setChoice] = useState<Choice>({ reason: "", block: true });
  const [lost, setLost] = useState<readonly Lost[]>([]);
  const bulk = useBulk();
  const count = picked.size;
  async function run(chosen: Deed): Promise<void> {
    const failed = await bulk.run(
      [...picked],
      (username) => doneTo(chosen, username, choice),
    );
    toast(t("bulk.done", { count: count - failed.length }), "good");
    setLost(failed);
    onDone();
  }
  return (
    <>
      {count > 0 && (
        <div class="bulk" role="group" aria-label={t("bulk.label")}>
          <span aria-live="polite">{t("bulk.picked", { count })}</span>
          {DEEDS.map((one) => (
            <Button
              key={one}
              small
              kind={one === "ban" || one === "delete" ? "danger" : "plain"}
              onClick={() => setDeed(one)}
            >
              {t(`bulk.${one}`)}
            </Button>
          ))}
        </div>
      )}
      {deed && (
        <ConfirmDialog
          title={t(`bulk.${deed}_title`, { count })}
          confirmLabel={t(`bulk.${deed}`)}
          danger={deed === "ban" || deed === "delete"}
          onConfirm={() => run(deed)}
          onClose={() => setDeed(undefined)}
        >
          <p>{t(`bulk.${deed}_text`, { count })}</p>
          {deed === "delete" && (
            <SwitchField
              label={t("delete.also_block")}
              value={choice.block}
              onChange={(block) => setChoice({ ...choice, block })}
            />
          )}
          {(deed === "ban" || deed === "block" || deed === "delete") && (
            <TextField
              label={t("ban.reason")}
              hint={t("ban.reason_hint")}
              value={choice.reason}
              maxLength={500}
              onChange={(reason) => setChoice({ ...choice, reason })}
            />
          )}
          {bulk.progress && (
            <progress
              aria-label={t("bulk.progress")}
              max={bulk.progress.of}
              value={bulk.progress.done}
            />
          )}
        </ConfirmDialog>
      )}
      {lost.length > 0 && <NotDone lost={lost} onClose={() => setLost([])} />}
    </>
  );
}

interface NotDoneProps {
  readonly lost: readonly Lost[];
  readonly onClose: () => void;
}

function NotDone({ lost, onClose }: NotDoneProps) {
  return (
    <Dialog
      title={t("bulk.lost", { count: lost.length })}
      onClose={onClose}
    >
      <ul class="lost dialog-text">
        {lost.map(({ item, reason }) => (
          <li key={item}>
            <Code>{item}</Code>: <Said>{reason}</Said>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
