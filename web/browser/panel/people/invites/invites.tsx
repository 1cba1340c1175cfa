/** Invitations, and whether anybody may sign up without one. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { oneOf, useKept } from "../../client/kept_query.ts";
import { changeQuery, useRoute } from "../../client/router.ts";
import { useOperation } from "../../client/use_operation.ts";
import { formatNumber, t } from "../../i18n/translate.ts";
import { AT_FIRST, PART_FIELDS, PartPager } from "../../parts/page_size.tsx";
import { Lead, Row, Said, When } from "../../parts/shown.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Badge, Code, Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/state.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { EditInvite, NewInvite } from "./invite_form.tsx";
import { InviteLink } from "./invite_link.tsx";
import { PrintSheet } from "./print_sheet.tsx";
import { SignUpSwitches } from "./sign_up_switches.tsx";
import type { Invite } from "../shapes.ts";

const STATES = ["all", "active", "exhausted", "expired"] as const;

/** Who signs up is no change of an operator. */
const REFRESH_MS = 10_000;

interface InvitePage {
  readonly tokens: readonly Invite[];
  readonly total: number;
}

type Open =
  | { readonly what: "new" }
  | {
    readonly what: "link" | "edit" | "delete" | "print";
    readonly of: Invite;
  };

export function Invites(): JSX.Element {
  const isBegun = useRoute().query.has("new");
  const [open, setOpen] = useState<Open | undefined>(
    isBegun ? { what: "new" } : undefined,
  );
  const list = useOperation<InvitePage>("registration_tokens.list", {}, {
    events: ["account", "settings"],
    refreshMs: REFRESH_MS,
  });
  const refresh = () => void list.refresh();
  const close = () => {
    refresh(); // somebody may have come by it meanwhile
    if (isBegun) changeQuery({ new: undefined }); // whoever loads the page again begins no other
    setOpen(undefined);
  };
  if (open?.what === "print") {
    return <PrintSheet of={open.of} onClose={close} />;
  }
  return (
    <Page
      title={t("screen.invites")}
      actions={
        <Button kind="primary" onClick={() => setOpen({ what: "new" })}>
          {t("invites.new")}
        </Button>
      }
    >
      <Lead>{t("invites.text")}</Lead>
      <SignUpSwitches />
      {list.error && <Failure error={list.error} retry={refresh} />}
      {list.loading && <Loading />}
      {list.data && <InviteList invites={list.data.tokens} onOpen={setOpen} />}
      {open?.what === "new" && (
        <NewInvite
          onClose={close}
          onMade={(of) => {
            refresh();
            setOpen({ what: "link", of });
          }}
        />
      )}
      {open?.what === "link" && (
        <InviteLink
          of={open.of}
          onPrint={() => setOpen({ what: "print", of: open.of })}
          onClose={close}
        />
      )}
      {open?.what === "edit" && (
        <EditInvite of={open.of} onClose={close} onChanged={refresh} />
      )}
      {open?.what === "delete" && (
        <DeleteInvite of={open.of} onClose={close} onDeleted={refresh} />
      )}
    </Page>
  );
}

interface InviteListProps {
  readonly invites: readonly Invite[];
  readonly onOpen: (open: Open) => void;
}

const FIELDS = { state: oneOf(STATES), ...PART_FIELDS };

function InviteList({ invites, onOpen }: InviteListProps) {
  const [{ state, ...part }, setQuery] = useKept(FIELDS);
  const found = invites.filter(({ status }) =>
    state === "all" || status === state
  );
  const shown = found.slice(part.offset, part.offset + part.limit);
  return (
    <>
      {invites.length > 0 && (
        <Row>
          <SelectField
            label={t("invites.filter")}
            value={state}
            options={STATES.map((one) => [one, t(`invites.state_${one}`)])}
            onChange={(chosen) => setQuery({ ...AT_FIRST, state: chosen })}
          />
        </Row>
      )}
      <DataTable
        caption={t("screen.invites")}
        rows={shown}
        rowKey={({ token }) => token}
        columns={columns(onOpen)}
        empty={
          <Empty title={t("invites.none")}>
            <p>{t("invites.none_hint")}</p>
          </Empty>
        }
      />
      <PartPager part={part} total={found.length} onPart={setQuery} />
    </>
  );
}

const SHOWN = 4;

/** Enough to tell one from another, and too little to use it. */
function masked({ token }: Pick<Invite, "token">): string {
  return `${token.slice(0, SHOWN)}…`;
}

function columns(onOpen: InviteListProps["onOpen"]): readonly Column<Invite>[] {
  return [
    {
      key: "token",
      label: t("invites.token"),
      render: (invite) => <Code>{masked(invite)}</Code>,
    },
    {
      key: "comment",
      label: t("invites.comment"),
      render: ({ comment }) => <Said>{comment || "–"}</Said>,
    },
    {
      key: "uses",
      label: t("invites.uses"),
      render: (invite) => <Uses of={invite} />,
    },
    {
      key: "expires_at",
      label: t("invites.expires"),
      render: ({ expires_at }) =>
        expires_at === null ? t("invites.for_ever") : <When at={expires_at} />,
    },
    {
      key: "status",
      label: t("accounts.status"),
      render: ({ status }) => (
        <Badge kind={status === "active" ? "good" : "plain"}>
          {t(`invites.state_${status}`)}
        </Badge>
      ),
    },
    {
      key: "actions",
      label: t("people.actions"),
      render: (of) => (
        <span class="buttons">
          {of.status === "active" && (
            <Button
              small
              kind="primary"
              onClick={() => onOpen({ what: "link", of })}
            >
              {t("invites.share")}
            </Button>
          )}
          {of.status !== "active" && of.uses > 0 && (
            <Button
              small
              onClick={() => onOpen({ what: "link", of })}
            >
              {t("invites.who")}
            </Button>
          )}
          <Button small onClick={() => onOpen({ what: "edit", of })}>
            {t("people.edit")}
          </Button>
          <Button small onClick={() => onOpen({ what: "delete", of })}>
            {t("people.delete")}
          </Button>
        </span>
      ),
    },
  ];
}

function Uses({ of }: { readonly of: Invite }) {
  return (
    <span class="usage">
      <progress
        aria-label={t("invites.uses")}
        max={of.max_uses}
        value={of.uses}
      />
      <span>
        {t("invites.uses_of", {
          used: formatNumber(of.used_count),
          pending: formatNumber(of.pending_reservations),
          max: formatNumber(of.max_uses),
        })}
      </span>
    </span>
  );
}

interface DeleteInviteProps {
  readonly of: Invite;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

function DeleteInvite({ of, onClose, onDeleted }: DeleteInviteProps) {
  return (
    <ConfirmDialog
      title={t("invites.delete_title")}
      confirmLabel={t("people.delete")}
      danger
      onConfirm={async () => {
        await call("registration_tokens.delete", { token: of.token });
        toast(t("invites.deleted"), "good");
        onDeleted();
      }}
      onClose={onClose}
    >
      <p>
        {t("invites.delete_text", {
          left: of.max_uses - of.uses,
          used: of.uses,
        })}
      </p>
    </ConfirmDialog>
  );
}
