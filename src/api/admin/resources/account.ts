/** `/admin/accounts/:address`: one account, and what can be done with it. @module */
import { optional } from "valibot";
import { duration, flag, line } from "../../../admin/fields.ts";
import { accountNamed } from "../../../admin/names.ts";
import type { Resource } from "../resource.ts";
import { action, given, perform, shows, unknownAction } from "./action.ts";

const ACTIONS = ["reset_password", "kick", "purge"] as const;

export const ACCOUNT_RESOURCES: readonly Resource[] = [{
  path: "/admin/accounts/:address",
  methods: {
    GET: shows(
      ({ context, params }) =>
        perform(context, "accounts.detail", { username: params.address! }),
      "accounts",
    ),
    POST: action({
      scope: "accounts",
      changes: true,
      body: {
        action: line(ACTIONS.join(", ")),
        older_than: optional(duration("of a purge: only what came longer ago")),
        only_read: optional(flag("of a purge: only what was read")),
        dry_run: optional(flag("of a purge: only count")),
      },
      async run({ context, params, body }) {
        const username = params.address!;
        const { older_than, only_read, dry_run } = body;
        switch (body.action) {
          case "reset_password":
            return await perform(context, "accounts.reset_password", {
              username,
            });
          case "kick": {
            const { address } = await accountNamed(context, username);
            return await perform(context, "sessions.kill", {
              username: address,
            });
          }
          case "purge":
            return await perform(context, "accounts.purge", {
              username,
              ...given({ only_read, dry_run }),
              ...(older_than === undefined
                ? {}
                : { older_than: `${older_than}s` }),
            });
          default:
            return unknownAction(ACTIONS);
        }
      },
    }),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: {
        block: optional(flag("nobody can register the name again")),
        reason: optional(line("why, for the blocklist")),
      },
      async run({ context, params, body }) {
        const removed = await perform(context, "accounts.delete", {
          username: params.address!,
          ...given(body),
        });
        return { deleted: removed.username, blocked: removed.blocked };
      },
    }),
  },
}];
