/** Domains to which mail is taken and never sent. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { FormDialog } from "../parts/form_dialog.tsx";
import { Lead, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { Card, Code } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";

interface DismissedList {
  readonly domains: readonly {
    readonly domain: string;
    readonly added: number;
  }[];
}

export function Dismissed(): JSX.Element {
  const [isAdding, setAdding] = useState(false);
  const list = useOperation<DismissedList>("federation.dismissed", {}, {
    events: ["settings"],
  });
  const refresh = () => void list.refresh();
  return (
    <Card
      title={t("dismissed.title")}
      actions={
        <Button kind="primary" onClick={() => setAdding(true)}>
          {t("dismissed.add")}
        </Button>
      }
    >
      <Lead>{t("dismissed.text")}</Lead>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading />}
      {list.data && (
        <DataTable
          caption={t("dismissed.title")}
          rows={list.data.domains}
          rowKey={({ domain }) => domain}
          columns={[
            {
              key: "domain",
              label: t("federation.domain"),
              render: ({ domain }) => <Code>{domain}</Code>,
            },
            {
              key: "added",
              label: t("dismissed.since"),
              render: ({ added }) => <When at={added} />,
            },
            {
              key: "actions",
              label: t("people.actions"),
              render: ({ domain }) => (
                <Button
                  small
                  label={t("dismissed.remove_domain", { domain })}
                  onClick={async () => {
                    await attempt(
                      () => call("federation.undismiss", { domain }),
                      t("dismissed.removed"),
                    );
                    refresh();
                  }}
                >
                  {t("people.remove")}
                </Button>
              ),
            },
          ]}
          empty={<Empty title={t("dismissed.none")} />}
        />
      )}
      {isAdding && (
        <AddDismissed
          onChanged={refresh}
          onClose={() => setAdding(false)}
        />
      )}
    </Card>
  );
}

interface AddDismissedProps {
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

function AddDismissed({ onChanged, onClose }: AddDismissedProps) {
  const [domain, setDomain] = useState("");
  return (
    <FormDialog
      title={t("dismissed.add")}
      submit={t("dismissed.confirm")}
      danger
      disabled={domain.trim() === ""}
      done={t("people.saved")}
      onSubmit={() => call("federation.dismiss", { domain: domain.trim() })}
      onChanged={onChanged}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{t("dismissed.add_text")}</p>
          <TextField
            label={t("federation.domain")}
            hint={t("rules.domain_hint")}
            code
            required
            value={domain}
            error={problem("domain")}
            onChange={setDomain}
          />
        </>
      )}
    </FormDialog>
  );
}
