/** Tokens for programs and people. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatAgo, formatTime, t } from "../../i18n/translate.ts";
import { ask } from "../../ui/ask.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/form.tsx";
import { DurationField } from "../../ui/measures.tsx";
import { Badge, Card, Code } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/state.tsx";
import { DataTable } from "../../ui/table.tsx";
import { attempt } from "../attempt.ts";

interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: "read" | "accounts" | "full";
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly expires_at: number | null;
}

export function Tokens(): JSX.Element {
  const { data, error, refresh } = useOperation<
    { tokens: readonly Token[] }
  >("admin_tokens.list");
  const [isMaking, setMaking] = useState(false);
  const [shown, setShown] = useState<string>();
  return (
    <Card
      title={t("token.title")}
      actions={
        <>
          <Button onClick={() => setMaking(true)}>{t("token.make")}</Button>
          <Button kind="danger" onClick={() => rotate(setShown)}>
            {t("token.rotate")}
          </Button>
        </>
      }
    >
      <p class="hint">{t("token.text")}</p>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && <TokenTable tokens={data.tokens} refresh={refresh} />}
      {isMaking && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setShown(token);
            void refresh();
          }}
        />
      )}
      {shown && (
        <Dialog
          title={t("token.shown")}
          onClose={() => setShown(undefined)}
        >
          <p>{t("token.once")}</p>
          <Code>{shown}</Code>
          <div class="form-foot">
            <CopyButton text={shown} />
          </div>
        </Dialog>
      )}
    </Card>
  );
}

async function rotate(show: (token: string) => void): Promise<void> {
  const isMeant = await ask({
    title: t("token.rotate"),
    text: t("token.rotate_text"),
    confirmLabel: t("token.rotate"),
    danger: true,
  });
  if (!isMeant) return;
  await attempt(async () => {
    show((await call<{ token: string }>("admin.rotate")).token);
  });
}

function TokenTable(
  { tokens, refresh }: {
    readonly tokens: readonly Token[];
    readonly refresh: () => Promise<void>;
  },
) {
  return (
    <DataTable
      caption={t("token.title")}
      rows={tokens}
      rowKey={({ id }) => id}
      empty={<Empty title={t("token.none")} />}
      columns={[
        {
          key: "name",
          label: t("token.name"),
          render: ({ name }) => <bdi>{name}</bdi>,
        },
        {
          key: "scope",
          label: t("token.scope"),
          render: ({ scope }) => <Badge>{t(`scope.${scope}`)}</Badge>,
        },
        {
          key: "used",
          label: t("token.used"),
          render: ({ last_used_at }) => formatAgo(last_used_at),
        },
        {
          key: "expires",
          label: t("token.expires"),
          render: ({ expires_at }) => formatTime(expires_at),
        },
        {
          key: "actions",
          label: "",
          render: ({ id, name }) => (
            <Button
              small
              label={t("token.remove_one", { name })}
              onClick={async () => {
                const isMeant = await ask({
                  title: t("token.remove"),
                  text: t("token.remove_text", { name }),
                  confirmLabel: t("token.remove"),
                  danger: true,
                });
                if (!isMeant) return;
                await attempt(
                  () => call("admin_tokens.remove", { id }),
                  t("token.removed"),
                );
                await refresh();
              }}
            >
              {t("token.remove")}
            </Button>
          ),
        },
      ]}
    />
  );
}

function NewToken(
  { onMade, onClose }: {
    readonly onMade: (token: string) => void;
    readonly onClose: () => void;
  },
) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState("read");
  const [lifetime, setLifetime] = useState("");
  // another one may have been begun since
  const isHere = useRef(true);
  useEffect(() => () => void (isHere.current = false), []);
  return (
    <Dialog title={t("token.make")} onClose={onClose}>
      <Form
        submitLabel={t("token.make")}
        onCancel={onClose}
        onSubmit={async () => {
          const made = await call<{ token: string }>("admin_tokens.create", {
            name,
            scope,
            expires_in: lifetime === "" ? undefined : lifetime,
          });
          onMade(made.token);
          if (isHere.current) onClose();
        }}
      >
        {(problem) => (
          <>
            <TextField
              label={t("token.name")}
              hint={t("token.name_hint")}
              value={name}
              onChange={setName}
              error={problem("name")}
              maxLength={100}
              autoFocus
            />
            <SelectField
              label={t("token.scope")}
              value={scope}
              onChange={setScope}
              options={["read", "accounts", "full"].map((value) => [
                value,
                t(`scope.${value}.text`),
              ])}
            />
            <DurationField
              label={t("token.lifetime")}
              hint={t("token.lifetime_hint")}
              value={lifetime}
              onChange={setLifetime}
              error={problem("expires_in")}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}
