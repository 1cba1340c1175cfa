/** With whom mail is exchanged, and how that goes. @module */
import { optional } from "valibot";
import { formatSize } from "../../../base/sizes.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../../admin/context.ts";
import { choice, flag, integer, line, text } from "../../../admin/fields.ts";
import type { AdminInput } from "../../../admin/operation_table.ts";
import {
  federationSwitch,
  POLICY_CHOICES,
} from "../../../admin/operations/federation.ts";
import type { Resource } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

const DOMAIN = text("a domain, an IP address, *.domain or *");

function federationShape(context: AdminContext) {
  const { enabled, policy, max_federation_size } = federationSwitch(context);
  return {
    enabled,
    policy,
    max_federation_size: formatSize(max_federation_size),
    federation_size_effective: formatSize(max_federation_size),
    federation_size_effective_bytes: max_federation_size,
  };
}

const settings: Resource = {
  path: "/admin/settings/federation",
  methods: {
    GET: shows(({ context }) => federationShape(context)),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        enabled: optional(flag("whether mail is exchanged")),
        policy: optional(choice("where no rule is", POLICY_CHOICES)),
      },
      async run({ context, body: { enabled, policy } }) {
        if (policy !== undefined) {
          await perform(context, "federation.set_policy", { policy });
        }
        if (enabled !== undefined) {
          const name = enabled ? "federation.enable" : "federation.disable";
          await perform(context, name, {});
        }
        return federationShape(context);
      },
    }),
  },
};

/** Whoever takes away what is not there has what they want: `otherwise` is the answer. */
async function removal<T>(work: Promise<T>, otherwise: () => T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal && error.code === "not_found") {
      return otherwise();
    }
    throw error;
  }
}

const rules: Resource = {
  path: "/admin/federation/rules",
  methods: {
    GET: shows(({ context }) => perform(context, "federation.rules", {})),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        domain: DOMAIN,
        action: optional(
          choice("else block under ACCEPT, allow under REJECT", [
            "allow",
            "block",
          ]),
        ),
        comment: optional(line("what it is for")),
      },
      async run({ context, body }) {
        const { domain, total } = await perform(
          context,
          "federation.set_rule",
          given(body),
        );
        return { domain, total };
      },
    }),
    DELETE: action({
      scope: "full",
      changes: true,
      body: { domain: DOMAIN },
      run: ({ context, body: { domain } }) =>
        removal(
          perform(context, "federation.remove_rule", { domain }),
          () => ({
            domain,
            remaining: context.federation.rules.rules().length,
          }),
        ),
    }),
  },
};

const dismissed: Resource = {
  path: "/admin/federation/silent-dismiss",
  methods: {
    GET: shows(async ({ context }) => {
      const { domains, total } = await perform(
        context,
        "federation.dismissed",
        {},
      );
      return {
        domains: domains.map(({ domain, added }) => ({
          domain,
          created_at: added,
        })),
        total,
      };
    }),
    POST: action({
      scope: "full",
      changes: true,
      body: { domain: DOMAIN },
      async run({ context, body }) {
        const { domain, total } = await perform(
          context,
          "federation.dismiss",
          body,
        );
        return { domain, total };
      },
    }),
    DELETE: action({
      scope: "full",
      changes: true,
      body: { domain: DOMAIN },
      run: ({ context, body: { domain } }) =>
        removal(
          perform(context, "federation.undismiss", { domain }),
          () => ({
            domain,
            remaining: context.federation.rules.dismissed().length,
          }),
        ),
    }),
  },
};

const MAX_SERVERS = 20_000;

const servers: Resource = {
  path: "/admin/federation/servers",
  methods: {
    GET: action({
      scope: "read",
      changes: false,
      body: {
        offset: optional(integer("leave out", { min: 0, max: MAX_SERVERS })),
        limit: optional(integer("at most", { min: 1, max: MAX_SERVERS })),
      },
      async run({ context, body }) {
        const input: AdminInput<"federation.servers"> = {
          limit: MAX_SERVERS,
          ...given(body),
        };
        const { servers, total } = await perform(
          context,
          "federation.servers",
          input,
        );
        return {
          servers: servers.map((server) => ({
            ...server,
            mean_latency_ms: server.mean_latency_ms ?? 0,
            last_active: server.last_active ?? 0,
          })),
          total,
        };
      },
    }),
  },
};

export const FEDERATION_RESOURCES: readonly Resource[] = [
  settings,
  rules,
  dismissed,
  servers,
];
