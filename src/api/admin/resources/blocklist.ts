/** `/admin/blocklist`: names that may neither log in nor get mail. @module */
import { optional } from "valibot";
import { flag, line, text } from "../../../admin/fields.ts";
import type { Resource } from "../resource.ts";
import { action, given, perform, shows, unknownAction } from "./action.ts";

const NAME = text("an address or a pattern");

async function unblockAll(context: Parameters<typeof perform>[0]) {
  const { entries } = await perform(context, "blocklist.list", {});
  let unblocked = 0;
  for (const { username } of entries) {
    await perform(context, "blocklist.remove", { username });
    unblocked++;
  }
  return { unblocked };
}

export const BLOCKLIST_RESOURCES: readonly Resource[] = [{
  path: "/admin/blocklist",
  methods: {
    GET: shows(async ({ context }) => {
      const { entries, total } = await perform(context, "blocklist.list", {});
      const blocked = entries.map(({ username, reason, blocked_at }) => ({
        username,
        reason,
        blocked_at,
        blocked_at_iso: new Date(blocked_at * 1000).toISOString(),
      }));
      return { blocked, total };
    }),
    POST: action({
      scope: "accounts",
      changes: true,
      body: {
        username: NAME,
        reason: optional(line("why")),
        confirmed: optional(flag("a pattern is meant")),
      },
      async run({ context, body }) {
        const { username, reason, confirmed } = body;
        const added = await perform(context, "blocklist.add", {
          username,
          ...given({ reason: reason === "" ? undefined : reason, confirmed }),
        });
        return { blocked: added.username, reason: added.reason };
      },
    }),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: { username: NAME },
      async run({ context, body }) {
        const removed = await perform(context, "blocklist.remove", body);
        return { unblocked: removed.username };
      },
    }),
    PATCH: action({
      scope: "accounts",
      changes: true,
      body: { action: line("delete_all") },
      run({ context, body }) {
        return body.action === "delete_all"
          ? unblockAll(context)
          : unknownAction(["delete_all"]);
      },
    }),
  },
}];
