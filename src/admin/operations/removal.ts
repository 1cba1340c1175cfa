/** Deleting accounts and what they hold. @module */
import { optional } from "valibot";
import type { AccountId } from "../../base/ids.ts";
import { Refusal } from "../../base/refusal.ts";
import type { AdminContext } from "../context.ts";
import { flag, line, text, username } from "../fields.ts";
import type { JobProgress } from "../jobs.ts";
import { exportMailOf } from "./copies/mail_export.ts";
import { accountAddress, accountNamed } from "../names.ts";
import { operation } from "../operation.ts";

export interface RemovedAccount {
  readonly username: string;
  readonly blocked: boolean;
  readonly reason: string | null;
  /** Messages that were written to files before. */
  readonly exported: number | null;
}

function reason(initial: string) {
  return optional(line("why, for the blocklist"), initial);
}

/** Deletes the account if there is one, and blocks the name in any case. */
async function ban(
  context: AdminContext,
  name: string,
  why: string,
): Promise<RemovedAccount> {
  const address = accountAddress(context, name);
  const account = await context.store.accounts.find(address);
  if (account?.state === "active") {
    await context.accounts.remove(account, why);
  } else {
    await context.accounts.block(address, why);
  }
  return { username: address, blocked: true, reason: why, exported: null };
}

/** Whoever cannot be deleted is counted, and the others go. */
async function removeEverybody(
  { accounts, store }: AdminContext,
  why: string,
  progress: JobProgress,
): Promise<void> {
  for (let after = 0 as AccountId; !progress.signal.aborted;) {
    const page = await store.accounts.page(after, PAGE);
    if (page.length === 0) return;
    for (const account of page) {
      if (progress.signal.aborted) return;
      after = account.id;
      try {
        await accounts.remove(account, why);
        progress.add({ done: 1 });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        progress.add({ failed: 1 });
        progress.error(error.message);
      }
    }
  }
}

const PAGE = 100;

/** What was written stays: a person decides whether that is enough. */
function notWhole(lost: number): Refusal {
  return new Refusal("unavailable", {
    explanation:
      `The mail was written, but ${lost} of its messages cannot be read; nothing was deleted`,
  });
}

export const REMOVAL_OPERATIONS = {
  "accounts.delete": operation({
    summary: "Delete an account with all its mail",
    scope: "accounts",
    changes: true,
    input: {
      username: username(),
      block: optional(
        flag("block the name, so that nobody can register it again"),
        true,
      ),
      reason: reason("deleted by an admin"),
      export: optional(
        text(
          "absolute path of a Maildir, which must not be there yet: all mail is written there before anything is deleted",
        ),
      ),
    },
    async run(context, input): Promise<RemovedAccount> {
      const account = await accountNamed(context, input.username);
      const exported = input.export === undefined
        ? undefined
        : await exportMailOf(context, account, { maildir: input.export });
      if (exported && exported.lost > 0) throw notWhole(exported.lost);
      const blockReason = input.block ? input.reason : undefined;
      await context.accounts.remove(account, blockReason);
      return {
        username: account.address,
        blocked: input.block,
        reason: blockReason ?? null,
        exported: exported?.messages ?? null,
      };
    },
  }),
  "accounts.ban": operation({
    summary: "Delete the account if there is one, and block the name",
    scope: "accounts",
    changes: true,
    input: { username: username(), reason: reason("banned by an admin") },
    run: (context, input) => ban(context, input.username, input.reason),
  }),
  "accounts.delete_all": operation({
    takesLong: true,
    summary: "Delete and block all accounts",
    scope: "full",
    changes: true,
    input: {
      confirm: line("the primary domain, so that nobody does this by accident"),
      reason: reason("deleted by an admin"),
      background: optional(flag("answer at once, with a job"), false),
    },
    async run(context, { confirm, reason, background }) {
      const { domains, jobs } = context;
      if (confirm !== domains.primary) {
        throw new Refusal("invalid_value", {
          field: "confirm",
          explanation:
            `To delete all accounts, confirm with the domain ${domains.primary}`,
        });
      }
      const { id } = jobs.start(
        "accounts.delete_all",
        await context.store.accounts.countAbout(),
        (progress) => removeEverybody(context, reason, progress),
      );
      const job = background ? jobs.get(id) : await jobs.finished(id);
      return { deleted: job.done, errors: job.errors, job };
    },
  }),
} as const;
