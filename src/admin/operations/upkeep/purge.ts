/** Deleting mail of everybody: counted first, and in steps between which all else goes on. @module */
import { optional } from "valibot";
import type { Cursor } from "../../../base/ids.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { PruneRule } from "../../../store/mail.ts";
import type { AdminContext } from "../../context.ts";
import { choice, duration, flag, integer } from "../../fields.ts";
import type { JobProgress } from "../../jobs.ts";
import { operation } from "../../operation.ts";

export const PURGED_MAIL = ["all", "read", "unread"] as const;

interface Wanted {
  readonly which: (typeof PURGED_MAIL)[number];
  readonly older_than?: number | undefined;
  readonly larger_than?: number | undefined;
}

/** What came in this very second counts too. */
const NOW = -1;

function ruleOf({ which, older_than, larger_than }: Wanted): PruneRule {
  return {
    olderThanSeconds: older_than ?? NOW,
    ...(larger_than === undefined ? {} : { largerThanOctets: larger_than }),
    ...(which === "read" ? { onlySeen: true } : {}),
    ...(which === "unread" ? { onlyUnseen: true } : {}),
  };
}

/** Gives how many; ends between two steps when it is told to. */
async function walk(
  { store, timers }: AdminContext,
  rule: PruneRule,
  progress?: JobProgress,
): Promise<number> {
  let sum = 0;
  let after: Cursor | undefined;
  do {
    const { deleted, next } = await store.mail.prune(rule, after);
    sum += deleted;
    if (deleted > 0) progress?.add({ done: deleted });
    after = next;
    await timers.sleep(0);
  } while (after !== undefined && !progress?.signal.aborted);
  return sum;
}

/** @throws {Refusal} `confirmation_required`, with how much it would be */
async function purge(
  context: AdminContext,
  wanted: Wanted & {
    readonly dry_run: boolean;
    readonly confirmed: boolean;
    readonly background: boolean;
  },
) {
  const rule = ruleOf(wanted);
  const counted = await walk(context, { ...rule, dryRun: true });
  const answer = { which: wanted.which, counted };
  if (wanted.dry_run) {
    return { ...answer, deleted: 0, dry_run: true, job: null };
  }
  if (!wanted.confirmed) {
    throw new Refusal("confirmation_required", {
      explanation: `This would delete ${counted} messages of all accounts`,
    });
  }
  const { jobs } = context;
  const { id } = jobs.start("messages.purge", counted, async (progress) => {
    await walk(context, rule, progress);
  });
  const job = wanted.background ? jobs.get(id) : await jobs.finished(id);
  return { ...answer, deleted: job.done, dry_run: false, job };
}

export const PURGE_OPERATIONS = {
  /** Refuses with `confirmation_required`, `task_running`. */
  "messages.purge": operation({
    summary:
      "Delete mail of all accounts; sessions hear of it, and quotas have it back",
    scope: "full",
    changes: true,
    input: {
      which: choice("whether it was read", PURGED_MAIL),
      older_than: optional(duration("only what came longer ago")),
      larger_than: optional(
        integer("only what has more octets", {
          min: 0,
          max: Number.MAX_SAFE_INTEGER,
        }),
      ),
      dry_run: optional(flag("only count"), false),
      confirmed: optional(flag("it is meant"), false),
      background: optional(flag("answer at once, with a job"), false),
    },
    run: purge,
  }),
} as const;
