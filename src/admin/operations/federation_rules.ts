/** Rules about domains, and those whose mail is dismissed. @module */
import { optional } from "valibot";
import type { StoredRule } from "../../federation/policy/rule_book.ts";
import type { AdminContext } from "../context.ts";
import { choice, line, text } from "../fields.ts";
import { invalidField, operation } from "../operation.ts";
import { federationSwitch, type PolicyWord } from "./federation.ts";

export interface RuleShape {
  readonly domain: string;
  /** Null: it is about channels alone. */
  readonly action: "allow" | "block" | null;
  /** Null: what wider rules say, and on in the end. */
  readonly http: "on" | "off" | null;
  readonly smtp: "on" | "off" | null;
  readonly comment: string;
  readonly created_at: number;
  /** Decisions that rested on it. */
  readonly hits: number;
  readonly last_hit_at: number | null;
}

export interface RuleList {
  readonly policy: PolicyWord;
  readonly rules: readonly RuleShape[];
  readonly total: number;
}

const DOMAIN = text("a domain, an IP address, *.domain or *");
const CHANNEL_STATES = ["on", "off", "default"] as const;

function ruleShape(
  { pattern, action, channels, comment, createdAt, hits, lastHitAt }:
    StoredRule,
): RuleShape {
  return {
    domain: pattern,
    action: action ?? null,
    http: channels?.http ?? null,
    smtp: channels?.smtp ?? null,
    comment,
    created_at: createdAt,
    hits,
    last_hit_at: lastHitAt ?? null,
  };
}

function listRules(context: AdminContext): RuleList {
  const rules = context.federation.rules.rules().map(ruleShape);
  const { policy } = federationSwitch(context);
  return { policy, rules, total: rules.length };
}

function listDismissed({ federation }: AdminContext) {
  const domains = federation.rules.dismissed().map((
    { pattern, createdAt },
  ) => ({ domain: pattern, added: createdAt }));
  return { domains, total: domains.length };
}

/** One word of other programs, which means what the policy leaves to mean. */
function impliedAction(context: AdminContext): "allow" | "block" {
  return federationSwitch(context).policy === "ACCEPT" ? "block" : "allow";
}

export const FEDERATION_RULE_OPERATIONS = {
  "federation.rules": operation({
    summary: "All rules; each counts whatever the policy is",
    scope: "read",
    changes: false,
    input: {},
    run: listRules,
  }),
  "federation.set_rule": operation({
    summary: "Allow or block a domain",
    scope: "full",
    changes: true,
    input: {
      domain: DOMAIN,
      action: optional(
        choice("else block under ACCEPT, allow under REJECT", [
          "allow",
          "block",
        ]),
      ),
      comment: optional(line("what it is for; else it stays as it is")),
    },
    async run(context, { domain, action = impliedAction(context), comment }) {
      const { rules } = context.federation;
      const rule = await rules.setAction(domain, action, comment);
      return { ...ruleShape(rule), total: rules.rules().length };
    },
  }),
  "federation.set_channels": operation({
    summary: "Turn ways to send mail to a domain on or off",
    scope: "full",
    changes: true,
    input: {
      domain: DOMAIN,
      http: optional(
        choice("/mxdeliv; default: what wider rules say", CHANNEL_STATES),
      ),
      smtp: optional(choice("SMTP, likewise", CHANNEL_STATES)),
    },
    async run({ federation }, { domain, http, smtp }) {
      if (!http && !smtp) throw invalidField("http", "name http, smtp or both");
      const rule = await federation.rules.setChannels(domain, {
        ...(http && { http }),
        ...(smtp && { smtp }),
      });
      return { rule: rule ? ruleShape(rule) : null };
    },
  }),
  "federation.remove_rule": operation({
    summary: "Remove the rule for a domain",
    scope: "full",
    changes: true,
    input: { domain: DOMAIN },
    async run({ federation: { rules } }, { domain }) {
      const removed = await rules.removeRule(domain);
      return { domain: removed, remaining: rules.rules().length };
    },
  }),
  "federation.flush_rules": operation({
    summary: "Remove all rules",
    scope: "full",
    changes: true,
    input: {},
    run: async ({ federation }) => ({
      deleted: await federation.rules.flushRules(),
    }),
  }),
  "federation.dismissed": operation({
    summary: "Domains to which mail is taken and never sent",
    scope: "read",
    changes: false,
    input: {},
    run: listDismissed,
  }),
  "federation.dismiss": operation({
    summary: "Take mail for a domain, and send it nowhere, without a word",
    scope: "full",
    changes: true,
    input: { domain: DOMAIN },
    async run({ federation: { rules } }, { domain }) {
      const { pattern, createdAt } = await rules.dismiss(domain);
      const total = rules.dismissed().length;
      return { domain: pattern, added: createdAt, total };
    },
  }),
  "federation.undismiss": operation({
    summary: "Send mail for a domain again",
    scope: "full",
    changes: true,
    input: { domain: DOMAIN },
    async run({ federation: { rules } }, { domain }) {
      const removed = await rules.undismiss(domain);
      return { domain: removed, remaining: rules.dismissed().length };
    },
  }),
  "federation.flush_dismissed": operation({
    summary: "Dismiss mail for no domain any more",
    scope: "full",
    changes: true,
    input: {},
    run: async ({ federation }) => ({
      deleted: await federation.rules.flushDismissed(),
    }),
  }),
} as const;
