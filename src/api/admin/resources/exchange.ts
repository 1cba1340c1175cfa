/** Ways that mail takes instead of those of the DNS: `/admin/dns` and `/admin/exchangers`. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import { choice, flag, integer, line, text } from "../../../admin/fields.ts";
import { invalidField } from "../../../admin/operation.ts";
import { POLL_INTERVAL, WHEN } from "../../../federation/exchange/exchanger.ts";
import { type Resource, ResourceAnswer } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

const KEY = text("a domain, an IP address, *.domain or *");

const dns: Resource = {
  path: "/admin/dns",
  methods: {
    GET: shows(({ context }) => perform(context, "endpoint_cache.list", {})),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        lookup_key: KEY,
        target_host: text("a host, host:port or URL"),
        comment: optional(line("what it is for")),
      },
      async run({ context, body }) {
        const set = await perform(context, "endpoint_cache.set", given(body));
        return new ResourceAnswer(201, {
          lookup_key: set.lookup_key,
          target_host: set.target_host,
          comment: set.comment,
        });
      },
    }),
    DELETE: action({
      scope: "full",
      changes: true,
      body: { lookup_key: KEY },
      async run({ context, body }) {
        try {
          return await perform(context, "endpoint_cache.remove", body);
        } catch (error) {
          if (!(error instanceof Refusal) || error.code !== "not_found") {
            throw error;
          }
          return { deleted: body.lookup_key };
        }
      },
    }),
  },
};

const NAME = text("up to 64 of a-z, 0-9, dots, dashes and underscores");
const FIELDS = {
  enabled: optional(flag("whether anything is done with it")),
  poll_interval: optional(integer("seconds between polls", POLL_INTERVAL)),
  when: optional(choice("fallback: when all direct ways fail", WHEN)),
  allow_insecure: optional(flag("HTTP in clear, or a private network")),
};
const URL_MEANING = "https://host, with a port or a path if need be";

function iso(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

const exchangers: Resource = {
  path: "/admin/exchangers",
  methods: {
    GET: shows(async ({ context }) => {
      const { exchangers, total } = await perform(
        context,
        "exchangers.list",
        {},
      );
      return {
        exchangers: exchangers.map((one) => ({
          name: one.name,
          url: one.url,
          enabled: one.enabled,
          poll_interval: one.poll_interval,
          last_poll_at: iso(one.last_poll_at),
          last_success_at: iso(one.last_ok_at),
          last_error: one.last_error,
          messages_pulled: one.pulled,
          when: one.when,
          allow_insecure: one.allow_insecure,
        })),
        total,
      };
    }),
    POST: action({
      scope: "full",
      changes: true,
      body: { name: NAME, url: text(URL_MEANING), ...FIELDS },
      async run({ context, body }) {
        const added = await perform(context, "exchangers.add", given(body));
        return new ResourceAnswer(201, {
          name: added.name,
          ...(added.token === null ? {} : { token: added.token }),
        });
      },
    }),
    PUT: action({
      scope: "full",
      changes: true,
      body: { name: NAME, url: optional(text(URL_MEANING)), ...FIELDS },
      async run({ context, body }) {
        const { url, ...rest } = body;
        const change = { ...rest, url: url === "" ? undefined : url };
        if (Object.keys(given(change)).length < 2) {
          throw invalidField("name", "say what is to be changed");
        }
        const set = await perform(context, "exchangers.set", given(change));
        return { updated: set.name };
      },
    }),
    DELETE: action({
      scope: "full",
      changes: true,
      body: { name: NAME },
      run: ({ context, body }) => perform(context, "exchangers.remove", body),
    }),
  },
};

export const EXCHANGE_RESOURCES: readonly Resource[] = [dns, exchangers];
