/** What concerns all accounts: default quota, import, export, deleting them all. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatBytes, formatNumber, t } from "../../i18n/translate.ts";
import { FormDialog } from "../../parts/form_dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { Failure, Loading } from "../../ui/state.tsx";
import { SizeField } from "../../ui/measures.tsx";
import { Card, Code } from "../../ui/page.tsx";
import { toast } from "../../ui/toast.tsx";
import { ExportAccounts } from "./export_accounts.tsx";
import { ImportAccounts } from "./import_accounts.tsx";
import type { AccountStatus, QuotaStatus } from "../shapes.ts";

type Open = "quota" | "import" | "export" | "delete";

export function AccountTools(
  { onChanged }: { readonly onChanged: () => void },
): JSX.Element {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  return (
    <Card title={t("account_tools.title")}>
      <div class="buttons">
        <Button onClick={() => setOpen("quota")}>
          {t("account_tools.quota")}
        </Button>
        <Button onClick={() => setOpen("import")}>
          {t("account_tools.import")}
        </Button>
        <Button onClick={() => setOpen("export")}>
          {t("account_tools.export")}
        </Button>
        <Button kind="danger" onClick={() => setOpen("delete")}>
          {t("account_tools.delete_all")}
        </Button>
      </div>
      {open === "quota" && <DefaultQuota onClose={close} />}
      {open === "import" && (
        <ImportAccounts onClose={close} onImported={onChanged} />
      )}
      {open === "export" && <ExportAccounts onClose={close} />}
      {open === "delete" && <DeleteAll onClose={close} onDeleted={onChanged} />}
    </Card>
  );
}

function DefaultQuota({ onClose }: { readonly onClose: () => void }) {
  const quota = useOperation<QuotaStatus>("quota.status");
  const [octets, setOctets] = useState<number>();
  const known = quota.data?.default_quota_bytes;
  return (
    <FormDialog
      title={t("account_tools.quota")}
      submit={t("people.save")}
      disabled={known === undefined || (octets ?? known) === known}
      done={t("people.saved")}
      onSubmit={() => call("quota.set_default", { max_bytes: octets ?? known })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{t("account_tools.quota_text")}</p>
          {known !== undefined && (
            <SizeField
              label={t("account_tools.quota")}
              hint={t("account_tools.quota_now", { size: formatBytes(known) })}
              value={octets ?? known}
              error={problem("max_bytes")}
              onChange={setOctets}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}

interface Domain {
  readonly name: string;
  readonly primary: boolean;
}

interface DeleteAllProps {
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

function DeleteAll({ onClose, onDeleted }: DeleteAllProps) {
  const domains = useOperation<{ domains: readonly Domain[] }>(
    "domains.list",
  );
  const status = useOperation<AccountStatus>("accounts.status");
  const quota = useOperation<QuotaStatus>("quota.status");
  const domain = domains.data?.domains.find(({ primary }) => primary)?.name;
  const failed = domains.error ?? status.error ?? quota.error;
  if (domain === undefined || !status.data || !quota.data) {
    return (
      <Dialog title={t("delete_all.title")} onClose={onClose}>
        {failed ? <Failure error={failed} /> : <Loading />}
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={t("delete_all.title")}
      confirmLabel={t("delete_all.confirm")}
      danger
      typeToConfirm={domain}
      onConfirm={async () => {
        const { deleted } = await call<{ deleted: number }>(
          "accounts.delete_all",
          { confirm: domain },
        );
        toast(t("delete_all.done", { count: deleted }), "good");
        onDeleted();
      }}
      onClose={onClose}
    >
      <p>
        {t("delete_all.text", {
          count: formatNumber(status.data.login_count),
          size: formatBytes(quota.data.total_storage_bytes),
        })}
      </p>
      <p>
        {t("delete_all.type")} <Code>{domain}</Code>
      </p>
    </ConfirmDialog>
  );
}
