/** Where mail to some domains goes instead of where their DNS says. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import {
  FALLBACK_CHOICES,
  TLS_CHOICES,
} from "../../../federation/overrides/override.ts";
import type {
  Override,
  Overrides,
} from "../../../federation/overrides/overrides.ts";
import { targetText } from "../../../federation/overrides/target.ts";
import { choice, flag, line, text } from "../../fields.ts";
import { domainIn } from "../../names.ts";
import { operation } from "../../operation.ts";

const KEY = text("a domain, an IP address, *.domain or *");

export interface OverrideShape {
  readonly lookup_key: string;
  readonly target_host: string;
  readonly comment: string;
  readonly tls: string;
  readonly fallback: string;
  readonly http: boolean;
  readonly smtp: boolean;
  readonly created_at: number;
  readonly updated_at: number;
  /** Attempts that went by it. */
  readonly hits: number;
  readonly last_used_at: number | null;
}

function shape(override: Override, overrides: Overrides): OverrideShape {
  const use = overrides.use(override.key);
  return {
    lookup_key: override.key,
    target_host: targetText(override.target),
    comment: override.comment,
    tls: override.tls,
    fallback: override.fallback,
    http: override.http,
    smtp: override.smtp,
    created_at: override.createdAt,
    updated_at: override.updatedAt,
    hits: use?.hits ?? 0,
    last_used_at: use?.lastUsedAt ?? null,
  };
}

function unknownKey(): Refusal {
  return new Refusal("not_found", { explanation: "There is no such entry" });
}

export const ENDPOINT_CACHE_OPERATIONS = {
  "endpoint_cache.list": operation({
    summary: "All entries that say where mail goes instead of the DNS",
    scope: "read",
    changes: false,
    input: {},
    run({ exchange: { overrides } }) {
      const all = overrides.list().map((one) => shape(one, overrides));
      return { overrides: all, total: all.length };
    },
  }),
  "endpoint_cache.get": operation({
    summary: "One entry",
    scope: "read",
    changes: false,
    input: { lookup_key: KEY },
    run({ exchange: { overrides } }, { lookup_key }) {
      const found = overrides.get(lookup_key);
      if (!found) throw unknownKey();
      return shape(found, overrides);
    },
  }),
  "endpoint_cache.set": operation({
    summary: "Say where mail to a domain goes; no rule is made by it",
    scope: "full",
    changes: true,
    input: {
      lookup_key: KEY,
      target_host: text(
        "host, host:port, https://…, http://…, smtp://…, smtps://… or exchanger:NAME",
      ),
      comment: optional(line("what it is for; else it stays as it is")),
      tls: optional(
        choice("how far a certificate is believed", TLS_CHOICES),
        "any",
      ),
      fallback: optional(
        choice("what follows when the target fails for now", FALLBACK_CHOICES),
        "none",
      ),
      http: optional(flag("of a host: plain HTTP too"), false),
      smtp: optional(flag("of a URL: SMTP at its host too"), false),
    },
    async run({ exchange: { overrides } }, input) {
      const { lookup_key, target_host, comment, ...options } = input;
      const { override, created } = await overrides.set({
        key: lookup_key,
        target: target_host,
        options,
        ...(comment !== undefined && { comment }),
      });
      return { ...shape(override, overrides), created };
    },
  }),
  "endpoint_cache.remove": operation({
    summary: "Remove an entry: mail goes where the DNS says",
    scope: "full",
    changes: true,
    input: { lookup_key: KEY },
    async run({ exchange: { overrides } }, { lookup_key }) {
      const deleted = await overrides.remove(lookup_key);
      if (deleted === undefined) throw unknownKey();
      return { deleted };
    },
  }),
  "endpoint_cache.test": operation({
    summary: "Where mail to a domain would go now, and who answers there",
    scope: "full",
    changes: false,
    input: { domain: text("a domain or an IP address") },
    async run({ exchange, live }, input) {
      const domain = domainIn("domain", input.domain);
      const { key, ways, problem, exchanger, waiting, isLocal = false } =
        await exchange.probe(
          domain,
          (port) => live?.ownAddresses(port) ?? new Set(),
        );
      return {
        domain,
        local: isLocal,
        lookup_key: key ?? null,
        exchanger: exchanger ?? waiting?.fetchedBy ?? null,
        waiting: waiting?.reason ?? null,
        problem: problem ?? null,
        ways: ways.map(({ name, ...rest }) => ({ way: name, ...rest })),
      };
    },
  }),
} as const;
