/** What the operator has to say to people here. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useDirty } from "../client/dirty.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatNumber, t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Lead } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { Card, Page } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { NoticeHistory } from "./notice_history.tsx";

const AUDIENCES = ["all", "one", "inactive", "never", "over_quota"] as const;
const MAX_SUBJECT = 200;
const MAX_BODY_OCTETS = 64 * 1024;
/** Above so many a word has to be typed. */
const MANY = 100;

interface Status {
  readonly total_users: number;
  readonly domain: string;
  readonly sender: string;
  readonly with_key: number;
}

interface Draft {
  readonly audience: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
}

interface Preview {
  readonly recipients: number;
  readonly with_key: number;
}

const NOTHING: Draft = {
  audience: "all",
  recipient: "",
  subject: "",
  body: "",
};

function inputOf({ audience, recipient, subject, body }: Draft) {
  const to = audience === "one"
    ? { recipient: recipient.trim() }
    : { audience };
  return { ...to, subject: subject.trim(), body };
}

export function Notice(): JSX.Element {
  const status = useOperation<Status>("notice.status", {}, {
    events: ["account"],
  });
  return (
    <Page title={t("screen.notice")}>
      <Lead>{t("notice.text")}</Lead>
      {status.error && (
        <Failure
          error={status.error}
          retry={() => void status.refresh()}
        />
      )}
      {status.loading && <Loading lines={5} />}
      {status.data && <Writing status={status.data} />}
      <NoticeHistory />
    </Page>
  );
}

function Writing({ status }: { readonly status: Status }) {
  const [draft, setDraft] = useState(NOTHING);
  const [asked, setAsked] = useState<Preview & { readonly draft: Draft }>();
  const action = useAction();
  const change = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  useDirty(draft.subject !== "" || draft.body !== "");
  const octets = new TextEncoder().encode(draft.body).length;
  const isReady = draft.subject.trim() !== "" && draft.body.trim() !== "" &&
    octets <= MAX_BODY_OCTETS &&
    (draft.audience !== "one" || draft.recipient.trim() !== "");
  const problem = (field: string) =>
    action.field === field ? action.error : undefined;
  return (
    <div class="columns">
      <Card title={t("notice.new")}>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (!isReady) return;
            void action.run(async () => {
              const input = inputOf(draft);
              const preview = await call<Preview>("notice.preview", input);
              // what was counted is what goes, whatever is typed meanwhile
              setAsked({ ...preview, draft });
            });
          }}
        >
          <SelectField
            label={t("notice.to")}
            value={draft.audience}
            options={AUDIENCES.map((one) => [one, t(`notice.to_${one}`)])}
            onChange={(audience) => change({ audience })}
          />
          {draft.audience === "one" && (
            <TextField
              label={t("accounts.address")}
              code
              value={draft.recipient}
              error={problem("recipient") ?? problem("username")}
              onChange={(recipient) => change({ recipient })}
            />
          )}
          <TextField
            label={t("notice.subject")}
            value={draft.subject}
            maxLength={MAX_SUBJECT}
            hint={t("notice.left", {
              left: MAX_SUBJECT - draft.subject.length,
            })}
            error={problem("subject")}
            onChange={(subject) => change({ subject })}
          />
          <TextField
            label={t("notice.body")}
            lines={8}
            value={draft.body}
            hint={t("notice.octets", {
              used: formatNumber(octets),
              max: formatNumber(MAX_BODY_OCTETS),
            })}
            error={problem("body")}
            onChange={(body) => change({ body })}
          />
          {action.error && action.field === undefined && (
            <p class="problem" role="alert">{action.error}</p>
          )}
          <div class="buttons">
            <Button
              submit
              kind="primary"
              busy={action.busy}
              disabled={!isReady}
            >
              {t("notice.send")}
            </Button>
          </div>
        </form>
      </Card>
      <Bubble draft={draft} sender={status.sender} />
      {asked && (
        <Send
          draft={asked.draft}
          recipients={asked.recipients}
          seeing={asked.with_key}
          onSent={() => setDraft((now) => now === asked.draft ? NOTHING : now)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

interface BubbleProps {
  readonly draft: Draft;
  readonly sender: string;
}

/** About as Delta Chat shows it. */
function Bubble({ draft, sender }: BubbleProps) {
  return (
    <Card title={t("notice.preview")}>
      <div class="bubble">
        <p class="bubble-from">
          <bdi>{sender}</bdi>
        </p>
        <p class="bubble-text" dir="auto">
          {draft.subject.trim() !== "" && (
            <>
              <strong>{draft.subject}</strong>
              {"\n"}
            </>
          )}
          {draft.body || t("notice.nothing")}
        </p>
      </div>
    </Card>
  );
}

interface SendProps {
  readonly draft: Draft;
  readonly recipients: number;
  readonly seeing: number;
  readonly onSent: () => void;
  readonly onClose: () => void;
}

function Send({ draft, recipients, seeing, onSent, onClose }: SendProps) {
  const isOne = draft.audience === "one";
  // one for each question: whoever presses again after silence sends no other
  const [key] = useState(() =>
    crypto.getRandomValues(new Uint32Array(4)).join("-")
  );
  return (
    <ConfirmDialog
      title={t("notice.send_title")}
      confirmLabel={t("notice.send")}
      {...(recipients > MANY ? { typeToConfirm: String(recipients) } : {})}
      onConfirm={async () => {
        await call("notice.send", {
          ...inputOf(draft),
          key,
          confirmed: true,
          background: true,
        });
        toast(t("notice.begun"), "good");
        onSent();
      }}
      onClose={onClose}
    >
      <p>
        <strong>
          {t(isOne ? "notice.reaches_one" : "notice.reaches", {
            count: recipients,
            address: draft.recipient.trim(),
          })}
        </strong>
      </p>
      <p>
        {t("notice.seen_by", {
          seen: formatNumber(seeing),
          total: formatNumber(recipients),
        })}
      </p>
      <p>{t("notice.no_way_back")}</p>
    </ConfirmDialog>
  );
}
