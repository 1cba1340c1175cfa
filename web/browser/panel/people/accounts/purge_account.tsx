/** Deletes mail of one account: first it is counted, then it is gone. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatBytes, t } from "../../i18n/translate.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { SwitchField } from "../../ui/fields.tsx";
import { DurationField, SizeField } from "../../ui/measures.tsx";
import { toast } from "../../ui/toast.tsx";
import type { AccountInfo } from "../shapes.ts";

interface PurgeAccountProps {
  readonly of: AccountInfo;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

interface Purged {
  readonly deleted: number;
  readonly bytes: number;
}

export function PurgeAccount(
  { of, onChanged, onClose }: PurgeAccountProps,
): JSX.Element {
  const [age, setAge] = useState("");
  const [isOnlyRead, setOnlyRead] = useState(false);
  const [larger, setLarger] = useState<number>();
  const input = {
    username: of.username,
    older_than: age === "" ? undefined : age,
    larger_than: larger,
    only_read: isOnlyRead,
  };
  const counted = useOperation<Purged>("accounts.purge", {
    ...input,
    dry_run: true,
  });
  return (
    <ConfirmDialog
      title={t("purge.title")}
      confirmLabel={t("purge.confirm")}
      danger
      onConfirm={async () => {
        const { deleted, bytes } = await call<Purged>("accounts.purge", input);
        const size = formatBytes(bytes);
        toast(t("purge.done", { count: deleted, size }), "good");
        onChanged();
      }}
      onClose={onClose}
    >
      <p>{t("purge.text", { address: of.username })}</p>
      <DurationField
        label={t("purge.older")}
        hint={t("purge.older_hint")}
        value={age}
        error={counted.error?.field === "older_than"
          ? counted.error.message
          : undefined}
        onChange={setAge}
      />
      <SizeField
        label={t("purge.larger")}
        hint={t("purge.larger_hint")}
        value={larger}
        onChange={setLarger}
      />
      <SwitchField
        label={t("purge.only_read")}
        value={isOnlyRead}
        onChange={setOnlyRead}
      />
      <p role="status">
        <strong>
          {counted.data && !counted.error && !counted.isOld
            ? t("purge.count", {
              count: counted.data.deleted,
              size: formatBytes(counted.data.bytes),
            })
            : t("purge.counting")}
        </strong>
      </p>
    </ConfirmDialog>
  );
}
