/** Servers that carry mail between relays that cannot reach each other. @module */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Lead, Note, Said, When } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { ConfirmDialog, Dialog } from "../ui/dialog.tsx";
import { Badge, Card, Code, Facts } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { ExchangerForm } from "./exchanger_form.tsx";
import type { Exchanger } from "./shapes.ts";

type Open =
  | { readonly what: "new" }
  | { readonly what: "edit" | "remove" | "renew"; readonly of: Exchanger }
  | { readonly what: "token"; readonly token: string };

export function Exchangers(): JSX.Element {
  const [open, setOpen] = useState<Open>();
  const list = useOperation<{ readonly exchangers: readonly Exchanger[] }>(
    "exchangers.list",
    {},
    { events: ["settings"], refreshMs: 15_000 },
  );
  const refresh = () => void list.refresh();
  const close = () => setOpen(undefined);
  const showToken = (token: string | null) => {
    refresh();
    setOpen(token === null ? undefined : { what: "token", token });
  };
  const all = list.data?.exchangers;
  return (
    <>
      <div class="row">
        <Lead>{t("exchangers.text")}</Lead>
        <Button kind="primary" onClick={() => setOpen({ what: "new" })}>
          {t("exchangers.add")}
        </Button>
      </div>
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading />}
      {all?.length === 0 && <Empty title={t("exchangers.none")} />}
      {all?.map((one) => (
        <ExchangerCard
          key={one.name}
          of={one}
          onChanged={refresh}
          onOpen={setOpen}
        />
      ))}
      {(open?.what === "new" || open?.what === "edit") && (
        <ExchangerForm
          of={open.what === "edit" ? open.of : undefined}
          onStored={showToken}
          onClose={close}
        />
      )}
      {open?.what === "remove" && (
        <RemoveExchanger of={open.of} onRemoved={refresh} onClose={close} />
      )}
      {open?.what === "renew" && (
        <RenewToken of={open.of} onToken={showToken} onClose={close} />
      )}
      {open?.what === "token" && (
        <TokenShown token={open.token} onClose={close} />
      )}
    </>
  );
}

interface ExchangerCardProps {
  readonly of: Exchanger;
  readonly onChanged: () => void;
  readonly onOpen: (open: Open) => void;
}

function ExchangerCard({ of, onChanged, onOpen }: ExchangerCardProps) {
  const change = async (work: () => Promise<unknown>, done: string) => {
    await attempt(work, done);
    onChanged();
  };
  const { name } = of;
  return (
    <Card title={name}>
      <p class="badges">
        <Badge kind={of.enabled ? "good" : "plain"}>
          {t(of.enabled ? "exchangers.on" : "exchangers.off")}
        </Badge>
        {of.roles.map((role) => (
          <Badge key={role}>{t(`exchangers.role_${role}`)}</Badge>
        ))}
      </p>
      <p>
        <Code>{of.url}</Code>
      </p>
      {of.last_error !== null && (
        <p class="reason">
          {t("exchangers.last_error")} <Said>{of.last_error}</Said>
        </p>
      )}
      <Facts
        rows={[
          [t("exchangers.last_poll"), <When key="p" at={of.last_poll_at} />],
          [t("exchangers.last_ok"), <When key="o" at={of.last_ok_at} />],
          [t("exchangers.pulled"), formatNumber(of.pulled)],
          [t("exchangers.pushed"), formatNumber(of.pushed)],
        ]}
      />
      <div class="buttons">
        <Button
          onClick={() =>
            void change(
              () => call("exchangers.poll", { name }),
              t("exchangers.polled"),
            )}
        >
          {t("exchangers.poll")}
        </Button>
        <Button
          onClick={() =>
            void change(
              () => call("exchangers.set", { name, enabled: !of.enabled }),
              t("people.saved"),
            )}
        >
          {t(of.enabled ? "exchangers.disable" : "exchangers.enable")}
        </Button>
        <Button onClick={() => onOpen({ what: "edit", of })}>
          {t("people.edit")}
        </Button>
        <Button onClick={() => onOpen({ what: "renew", of })}>
          {t("exchangers.renew")}
        </Button>
        <Button kind="danger" onClick={() => onOpen({ what: "remove", of })}>
          {t("people.remove")}
        </Button>
      </div>
    </Card>
  );
}

interface RemoveExchangerProps {
  readonly of: Exchanger;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

function RemoveExchanger({ of, onRemoved, onClose }: RemoveExchangerProps) {
  return (
    <ConfirmDialog
      title={t("exchangers.remove_title", { name: of.name })}
      confirmLabel={t("people.remove")}
      danger
      onConfirm={async () => {
        await call("exchangers.remove", { name: of.name });
        onRemoved();
      }}
      onClose={onClose}
    >
      <p>{t("exchangers.remove_text")}</p>
    </ConfirmDialog>
  );
}

interface RenewTokenProps {
  readonly of: Exchanger;
  readonly onToken: (token: string | null) => void;
  readonly onClose: () => void;
}

function RenewToken({ of: { name }, onToken, onClose }: RenewTokenProps) {
  const shown = useRef<string | null>(null);
  return (
    <ConfirmDialog
      title={t("exchangers.renew")}
      confirmLabel={t("exchangers.renew")}
      onConfirm={async () => {
        const made = await call<{ token: string | null }>("exchangers.token", {
          name,
        });
        shown.current = made.token;
      }}
      onClose={() =>
        shown.current === null ? onClose() : onToken(shown.current)}
    >
      <p>{t("exchangers.renew_text", { name })}</p>
    </ConfirmDialog>
  );
}

/** Once, and never again. */
function TokenShown(
  { token, onClose }: { readonly token: string; readonly onClose: () => void },
) {
  return (
    <Dialog title={t("exchangers.token")} onClose={onClose} stays>
      <div class="dialog-text">
        <Note>{t("exchangers.token_once")}</Note>
        <div class="copied">
          <Code>{token}</Code>
          <CopyButton text={token} />
        </div>
      </div>
      <footer class="dialog-foot">
        <Button kind="primary" onClick={onClose}>{t("people.done")}</Button>
      </footer>
    </Dialog>
  );
}
