/** Makes or changes the rule about a domain. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { CommentField, FormDialog } from "../parts/form_dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import type { Policy, Rule } from "./shapes.ts";

interface RuleFormProps {
  /** undefined: a new one. */
  readonly of: Rule | undefined;
  /** To begin with, if it is a new one. */
  readonly domain?: string;
  readonly policy: Policy;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

interface Wanted {
  readonly domain: string;
  readonly action: string;
  readonly http: string;
  readonly smtp: string;
  readonly comment: string;
}

const CHANNEL_STATES = ["default", "on", "off"] as const;

/** Two operations: the second is about the same rule, and may be said again. */
async function store(wanted: Wanted, before: Rule | undefined): Promise<void> {
  const domain = wanted.domain.trim();
  const { action, http, smtp, comment } = wanted;
  if (action !== "none") {
    await call("federation.set_rule", {
      domain,
      action,
      comment: comment.trim(),
    });
  }
  const isSame = http === (before?.http ?? "default") &&
    smtp === (before?.smtp ?? "default");
  if (!isSame) await call("federation.set_channels", { domain, http, smtp });
}

export function RuleForm(
  { of, domain = "", policy, onChanged, onClose }: RuleFormProps,
): JSX.Element {
  const usual = policy === "ACCEPT" ? "block" : "allow";
  const [wanted, setWanted] = useState<Wanted>({
    domain: of?.domain ?? domain,
    action: of ? of.action ?? "none" : usual,
    http: of?.http ?? "default",
    smtp: of?.smtp ?? "default",
    comment: of?.comment ?? "",
  });
  const change = (more: Partial<Wanted>) => setWanted({ ...wanted, ...more });
  const actions = of?.action || !of ? ["block", "allow"] : [
    "none",
    "block",
    "allow",
  ];
  return (
    <FormDialog
      title={t(of ? "rules.edit" : "rules.new")}
      submit={t("people.save")}
      done={t("people.saved")}
      disabled={wanted.domain.trim() === ""}
      onSubmit={() => store(wanted, of)}
      onChanged={onChanged}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            label={t("federation.domain")}
            hint={t("rules.domain_hint")}
            code
            required
            disabled={of !== undefined}
            value={wanted.domain}
            error={problem("domain")}
            onChange={(text) => change({ domain: text })}
          />
          <SelectField
            label={t("rules.effect")}
            value={wanted.action}
            options={actions.map((one) => [one, t(`rules.do_${one}`)])}
            error={problem("action")}
            onChange={(action) => change({ action })}
          />
          <SelectField
            label={t("rules.http")}
            value={wanted.http}
            options={CHANNEL_STATES.map((one) => [one, t(`rules.way_${one}`)])}
            error={problem("http")}
            onChange={(http) => change({ http })}
          />
          <SelectField
            label={t("rules.smtp")}
            value={wanted.smtp}
            options={CHANNEL_STATES.map((one) => [one, t(`rules.way_${one}`)])}
            error={problem("smtp")}
            onChange={(smtp) => change({ smtp })}
          />
          {wanted.action !== "none" && (
            <CommentField
              value={wanted.comment}
              problem={problem}
              onChange={(comment) => change({ comment })}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}
