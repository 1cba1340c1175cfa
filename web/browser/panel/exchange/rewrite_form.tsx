/** Makes or changes an entry that says where mail to a domain goes. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { CommentField, FormDialog } from "../parts/form_dialog.tsx";
import { SelectField, SwitchField, TextField } from "../ui/fields.tsx";
import type { Override } from "./shapes.ts";

const TLS = ["any", "verify", "none"] as const;
const FALLBACKS = ["none", "direct"] as const;

interface RewriteFormProps {
  /** undefined: a new one. */
  readonly of: Override | undefined;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function RewriteForm(
  { of, onChanged, onClose }: RewriteFormProps,
): JSX.Element {
  const [wanted, setWanted] = useState({
    lookup_key: of?.lookup_key ?? "",
    target_host: of?.target_host ?? "",
    comment: of?.comment ?? "",
    tls: of?.tls ?? "any",
    fallback: of?.fallback ?? "none",
    http: of?.http ?? false,
    smtp: of?.smtp ?? false,
  });
  const change = (more: Partial<typeof wanted>) =>
    setWanted({ ...wanted, ...more });
  const isUrl = wanted.target_host.includes("://");
  return (
    <FormDialog
      title={t(of ? "rewrite.edit" : "rewrite.add")}
      submit={t("people.save")}
      done={t("people.saved")}
      disabled={wanted.lookup_key.trim() === "" ||
        wanted.target_host.trim() === ""}
      onSubmit={() =>
        call("endpoint_cache.set", {
          ...wanted,
          lookup_key: wanted.lookup_key.trim(),
          target_host: wanted.target_host.trim(),
          http: wanted.http && !isUrl,
          smtp: wanted.smtp && isUrl,
        })}
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
            value={wanted.lookup_key}
            error={problem("lookup_key")}
            onChange={(lookup_key) => change({ lookup_key })}
          />
          <TextField
            label={t("rewrite.target")}
            hint={t("rewrite.target_hint")}
            code
            required
            value={wanted.target_host}
            error={problem("target_host")}
            onChange={(target_host) => change({ target_host })}
          />
          <CommentField
            value={wanted.comment}
            problem={problem}
            onChange={(comment) => change({ comment })}
          />
          <SelectField
            label={t("rewrite.tls")}
            value={wanted.tls}
            options={TLS.map((one) => [one, t(`rewrite.tls_${one}`)])}
            error={problem("tls")}
            onChange={(tls) => change({ tls })}
          />
          <SelectField
            label={t("rewrite.fallback")}
            value={wanted.fallback}
            options={FALLBACKS.map((
              one,
            ) => [one, t(`rewrite.fallback_${one}`)])}
            error={problem("fallback")}
            onChange={(fallback) => change({ fallback })}
          />
          {isUrl
            ? (
              <SwitchField
                label={t("rewrite.smtp")}
                value={wanted.smtp}
                error={problem("smtp")}
                onChange={(smtp) => change({ smtp })}
              />
            )
            : (
              <SwitchField
                label={t("rewrite.http")}
                value={wanted.http}
                error={problem("http")}
                onChange={(http) => change({ http })}
              />
            )}
        </>
      )}
    </FormDialog>
  );
}
