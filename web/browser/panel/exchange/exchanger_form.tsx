/** Names an exchanger, or changes what is said of one. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { FormDialog } from "../parts/form_dialog.tsx";
import {
  NumberField,
  SelectField,
  SwitchField,
  TextField,
} from "../ui/fields.tsx";
import type { Exchanger } from "./shapes.ts";

const ROLES = ["pull", "push", "serve"] as const;
const PROTOCOLS = ["auto", "v1", "pull", "me"] as const;

interface ExchangerFormProps {
  /** undefined: a new one. */
  readonly of: Exchanger | undefined;
  /** With the token, where one was made. */
  readonly onStored: (token: string | null) => void;
  readonly onClose: () => void;
}

function firstOf(of: Exchanger | undefined) {
  return {
    name: of?.name ?? "",
    url: of?.url ?? "",
    roles: of?.roles ?? ["pull"],
    protocol: of?.protocol ?? "auto",
    token: "",
    domains: of?.domains.join(" ") ?? "",
    poll_interval: (of?.poll_interval ?? 60) as number | undefined,
    tls: of?.tls ?? "verify",
    when: of?.when ?? "always",
    trust_auth: of?.trust_auth ?? false,
    allow_insecure: of?.allow_insecure ?? false,
  };
}

type Wanted = ReturnType<typeof firstOf>;

function inputOf(wanted: Wanted) {
  return {
    ...wanted,
    name: wanted.name.trim(),
    url: wanted.url.trim() || undefined,
    token: wanted.token.trim() || undefined,
    domains: wanted.domains.split(/[\s,]+/).filter((one) => one !== ""),
  };
}

export function ExchangerForm(
  { of, onStored, onClose }: ExchangerFormProps,
): JSX.Element {
  const [wanted, setWanted] = useState(() => firstOf(of));
  const change = (more: Partial<Wanted>) => setWanted({ ...wanted, ...more });
  return (
    <FormDialog
      title={t(of ? "exchangers.edit" : "exchangers.add")}
      submit={t("people.save")}
      disabled={wanted.name.trim() === ""}
      onSubmit={async () => {
        const { token } = await call<{ token: string | null }>(
          of ? "exchangers.set" : "exchangers.add",
          inputOf(wanted),
        );
        onStored(token);
      }}
      onDone={() => {}}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            label={t("exchangers.name")}
            hint={t("exchangers.name_hint")}
            code
            required
            disabled={of !== undefined}
            value={wanted.name}
            error={problem("name")}
            onChange={(name) => change({ name })}
          />
          <TextField
            label={t("exchangers.url")}
            hint={t("exchangers.url_hint")}
            kind="url"
            code
            value={wanted.url}
            error={problem("url")}
            onChange={(url) => change({ url })}
          />
          {ROLES.map((role) => (
            <SwitchField
              key={role}
              label={t(`exchangers.do_${role}`)}
              value={wanted.roles.includes(role)}
              error={role === "pull" ? problem("roles") : undefined}
              onChange={(isOn) =>
                change({
                  roles: isOn
                    ? [...wanted.roles, role]
                    : wanted.roles.filter((one) => one !== role),
                })}
            />
          ))}
          <TextField
            label={t("exchangers.domains")}
            hint={t("exchangers.domains_hint")}
            code
            value={wanted.domains}
            error={problem("domains")}
            onChange={(domains) => change({ domains })}
          />
          <NumberField
            label={t("exchangers.interval")}
            min={1}
            max={86_400}
            value={wanted.poll_interval}
            error={problem("poll_interval")}
            onChange={(poll_interval) => change({ poll_interval })}
          />
          <SelectField
            label={t("exchangers.when")}
            value={wanted.when}
            options={[
              ["always", t("exchangers.when_always")],
              ["fallback", t("exchangers.when_fallback")],
            ]}
            error={problem("when")}
            onChange={(when) => change({ when })}
          />
          <TextField
            label={t("exchangers.token")}
            hint={t("exchangers.token_hint")}
            kind="secret"
            value={wanted.token}
            error={problem("token")}
            onChange={(token) => change({ token })}
          />
          <Uncommon wanted={wanted} change={change} problem={problem} />
        </>
      )}
    </FormDialog>
  );
}

interface UncommonProps {
  readonly wanted: Wanted;
  readonly change: (more: Partial<Wanted>) => void;
  readonly problem: (field: string) => string | undefined;
}

function Uncommon({ wanted, change, problem }: UncommonProps) {
  return (
    <details>
      <summary>{t("exchangers.more")}</summary>
      <SelectField
        label={t("exchangers.protocol")}
        value={wanted.protocol}
        options={PROTOCOLS.map((one) => [one, one])}
        error={problem("protocol")}
        onChange={(protocol) => change({ protocol })}
      />
      <SelectField
        label={t("rewrite.tls")}
        value={wanted.tls}
        options={[
          ["verify", t("rewrite.tls_verify")],
          ["any", t("rewrite.tls_any")],
        ]}
        error={problem("tls")}
        onChange={(tls) => change({ tls })}
      />
      <SwitchField
        label={t("exchangers.trust")}
        hint={t("exchangers.trust_hint")}
        value={wanted.trust_auth}
        error={problem("trust_auth")}
        onChange={(trust_auth) => change({ trust_auth })}
      />
      <SwitchField
        label={t("exchangers.insecure")}
        hint={t("exchangers.insecure_hint")}
        value={wanted.allow_insecure}
        error={problem("allow_insecure")}
        onChange={(allow_insecure) => change({ allow_insecure })}
      />
    </details>
  );
}
