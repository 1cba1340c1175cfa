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
  readonly onDone: (picked: ReadonlySet<string>) => void;
}

interface Asked {
  readonly deed: Deed;
  /** As they were when it was asked. */
  readonly picked: ReadonlySet<string>;
}

export function BulkBar({ picked, onDone }: BulkBarProps): JSX.Element | null {
  const [asked, setAsked] = useState<Asked>();
  const [choice, setChoice] = useState<Choice>({ reason: "", block: true });
  const [lost, setLost] = useState<readonly Lost[]>([]);
  const bulk = useBulk();
  const { deed } = asked ?? {};
  const count = asked?.picked.size ?? 0;
  async function run({ deed, picked }: Asked): Promise<void> {
    const failed = await bulk.run(
      [...picked],
      (username) => doneTo(deed, username, choice),
    );
    toast(t("bulk.done", { count: picked.size - failed.length }), "good");
    setLost(failed);
    onDone(picked);
  }
  return (
    <>
      {picked.size > 0 && (
        <div class="bulk" role="group" aria-label={t("bulk.label")}>
          <span aria-live="polite">
            {t("bulk.picked", { count: picked.size })}
          </span>
          {DEEDS.map((one) => (
            <Button
              key={one}
              small
              kind={one === "ban" || one === "delete" ? "danger" : "plain"}
              onClick={() => setAsked({ deed: one, picked })}
            >
              {t(`bulk.${one}`)}
            </Button>
          ))}
        </div>
      )}
      {asked && (
        <ConfirmDialog
          title={t(`bulk.${deed}_title`, { count })}
          confirmLabel={t(`bulk.${deed}`)}
          danger={deed === "ban" || deed === "delete"}
          onConfirm={() => run(asked)}
          onClose={() => setAsked(undefined)}
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
