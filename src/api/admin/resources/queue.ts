/**
 * `/admin/queue`: mail in mailboxes, deleted for all or for one, and the queue
 * of mail for others, by the actions that other relays have. They ask nobody
 * twice; `messages.purge` and `/admin/outbound` do.
 *
 * @module
 */
import { optional } from "valibot";
import { parseDuration } from "../../../base/durations.ts";
import type { AdminContext } from "../../../admin/context.ts";
import type { AdminInput } from "../../../admin/operation_table.ts";
import { line, text } from "../../../admin/fields.ts";
import { invalidField } from "../../../admin/operation.ts";
import type { Resource } from "../resource.ts";
import { action, perform, unknownAction } from "./action.ts";

interface Wanted {
  readonly username?: string | undefined;
  readonly retention?: string | undefined;
}

type Purge = (context: AdminContext, wanted: Wanted) => Promise<number>;

/** In seconds when it is a number alone. @throws {Refusal} */
function retentionOf({ retention = "" }: Wanted): string {
  const written = retention.trim();
  const text = /^\d{1,12}$/.test(written) ? `${written}s` : written;
  try {
    if (parseDuration(text) > 0) return text;
  } catch (error) {
    throw invalidField(
      "retention",
      error instanceof Error ? error.message : "must be a duration",
    );
  }
  throw invalidField("retention", "must be longer than 0s");
}

async function purged(
  context: AdminContext,
  input: Pick<AdminInput<"messages.purge">, "which" | "older_than">,
): Promise<number> {
  const { deleted } = await perform(context, "messages.purge", {
    ...input,
    confirmed: true,
  });
  return deleted;
}

const purgeRead: Purge = (context) => purged(context, { which: "read" });
const purgeAll: Purge = (context) => purged(context, { which: "all" });

const ACTIONS: Readonly<Record<string, Purge>> = {
  async purge_user(context, { username = "" }) {
    if (username.trim() === "") throw invalidField("username", "it is missing");
    return (await perform(context, "accounts.purge", { username })).deleted;
  },
  purge_all: purgeAll,
  purge_blobs: purgeAll,
  purge_read: purgeRead,
  purge_read_blobs: purgeRead,
  purge_older: (context, wanted) =>
    purged(context, { which: "unread", older_than: retentionOf(wanted) }),
  purge_blobs_older: (context, wanted) =>
    purged(context, { which: "all", older_than: retentionOf(wanted) }),
  async purge_queue(context) {
    return (await perform(context, "queue.purge", {})).deleted;
  },
};

export const QUEUE_RESOURCES: readonly Resource[] = [{
  path: "/admin/queue",
  methods: {
    POST: action({
      scope: "full",
      changes: true,
      body: {
        action: line("what is deleted"),
        username: optional(text("of purge_user")),
        retention: optional(text("of those with an age")),
      },
      async run({ context, body }) {
        const names = Object.keys(ACTIONS);
        const purge = Object.hasOwn(ACTIONS, body.action)
          ? ACTIONS[body.action]!
          : unknownAction(names);
        const deleted = await purge(context, body);
        return {
          action: body.action,
          message: `deleted ${deleted}`,
          deleted,
        };
      },
    }),
  },
}];
