/** `/admin/outbound`: mail that waits to be sent to other servers. @module */
import { optional } from "valibot";
import type { AdminContext } from "../../../admin/context.ts";
import {
  choice,
  integer,
  line,
  queueEntry,
  text,
} from "../../../admin/fields.ts";
import { invalidField } from "../../../admin/operation.ts";
import {
  QUEUE_STATES,
  type QueueEntry,
} from "../../../admin/operations/queue.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { Resource } from "../resource.ts";
import { action, given, perform, unknownAction } from "./action.ts";

function entryShape(entry: QueueEntry) {
  return {
    id: entry.id,
    from: entry.mail_from,
    rcpt_domain: entry.dest,
    state: entry.state,
    size: entry.size,
    attempts: entry.tries_count,
    next_attempt: entry.next_attempt_unix,
    last_error: entry.last_error,
    created: entry.queued_at_unix,
  };
}

const ACTIONS = ["retry", "hold", "release", "drop"] as const;

interface Chosen {
  readonly action: string;
  readonly id?: string | undefined;
  readonly domain?: string | undefined;
  readonly confirm?: string | undefined;
}

async function act(context: AdminContext, chosen: Chosen) {
  const { id, domain } = chosen;
  if ((id === undefined) === (domain === undefined)) {
    throw invalidField("id", "name either an entry or a domain");
  }
  const word = ACTIONS.find((known) => known === chosen.action);
  switch (word) {
    case undefined:
      return unknownAction(ACTIONS);
    case "drop":
      return { action: word, changed: await drop(context, chosen) };
    default: {
      const { changed } = await perform(
        context,
        `queue.${word}`,
        given({ id, dest: domain }),
      );
      return { action: word, changed };
    }
  }
}

/** @throws {Refusal} `confirmation_required`, unless what is dropped was said twice */
async function drop(
  context: AdminContext,
  { id, domain, confirm }: Chosen,
): Promise<number> {
  const name = id ?? domain!;
  if (confirm !== name) {
    throw new Refusal("confirmation_required", {
      field: "confirm",
      explanation: `This cannot be undone: confirm with ${name}`,
    });
  }
  if (id !== undefined) {
    return (await perform(context, "queue.remove", { id })).deleted;
  }
  return (await perform(context, "queue.purge", { dest: name })).deleted;
}

export const OUTBOUND_RESOURCES: readonly Resource[] = [{
  path: "/admin/outbound",
  methods: {
    GET: action({
      scope: "full",
      changes: false,
      body: {
        domain: optional(text("only for this one")),
        state: optional(choice("only in this state", QUEUE_STATES)),
        after: optional(queueEntry("next of the page before")),
        limit: optional(integer("at most", { min: 1, max: 500 })),
      },
      async run({ context, body }) {
        const { domain, ...query } = body;
        const { entries, next } = await perform(context, "queue.list", {
          ...given({ ...query, dest: domain }),
        });
        const { recipients, bytes } = await perform(context, "queue.status", {
          limit: 0,
        });
        return {
          entries: entries.map(entryShape),
          next,
          total: recipients,
          bytes,
        };
      },
    }),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        action: line("retry, hold, release or drop"),
        id: optional(queueEntry("one recipient, or a whole message")),
        domain: optional(text("all that goes there")),
        confirm: optional(line("what is dropped, again")),
      },
      run: ({ context, body }) => act(context, body),
    }),
  },
}];
