/** How much one account may hold. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { formatBytes, t } from "../../i18n/translate.ts";
import { attempt } from "../../parts/action.ts";
import { FormDialog } from "../../parts/form_dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { SizeField } from "../../ui/measures.tsx";
import type { AccountInfo } from "../shapes.ts";

interface AccountQuotaProps {
  readonly of: AccountInfo;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function AccountQuota(
  { of, onChanged, onClose }: AccountQuotaProps,
): JSX.Element {
  const { username } = of;
  const [octets, setOctets] = useState<number | undefined>(of.max_bytes);
  const finish = () => {
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={t("account.quota")}
      submit={t("people.save")}
      done={t("people.saved")}
      disabled={octets === undefined}
      onSubmit={() => call("quota.set", { username, max_bytes: octets })}
      onDone={finish}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{t("quota.text", { used: formatBytes(of.used_bytes) })}</p>
          <SizeField
            label={t("account.quota")}
            hint={t("quota.hint")}
            value={octets}
            error={problem("max_bytes")}
            onChange={setOctets}
          />
          {!of.is_default_quota && (
            <Button
              onClick={async () => {
                const work = () => call("quota.reset", { username });
                if (await attempt(work, t("people.saved"))) finish();
              }}
            >
              {t("quota.reset")}
            </Button>
          )}
        </>
      )}
    </FormDialog>
  );
}
