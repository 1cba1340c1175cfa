/** One account, all there is to tell of it. @module */
import type { Account } from "../../../store/accounts.ts";
import type { AdminContext } from "../../context.ts";
import { username } from "../../fields.ts";
import { accountNamed } from "../../names.ts";
import { operation } from "../../operation.ts";
import { ACCOUNT_OPERATIONS } from "../accounts.ts";
import { MAILBOX_OPERATIONS } from "../mailboxes/mailboxes.ts";

async function detail(context: AdminContext, name: string) {
  const account = await accountNamed(context, name);
  const of = { username: account.address };
  const info = await ACCOUNT_OPERATIONS["accounts.info"].run(context, of);
  const { mailboxes } = await MAILBOX_OPERATIONS["mailboxes.list"]
    .run(context, of);
  const tokens = await context.store.metadata.pushTokens(account.id);
  const sessions =
    context.live?.sessions.list().filter((session) =>
      session.account === account.address
    ) ?? [];
  const sent = context.live?.sent(account.id);
  const octets = context.bandwidth.ofAccount(account.id);
  return {
    ...info,
    blocked: info.blocklisted,
    mailboxes,
    sessions: sessions.map((one) => ({
      kind: one.kind,
      sessions: one.sessions,
    })),
    push_tokens: tokens.length,
    invitation: await invitationOf(context, account),
    /** Today, and since when they are counted. */
    sent_today: sent?.messages ?? null,
    sent_since: sent?.since ?? null,
    bandwidth: octets
      ? {
        bytes_in: octets.in,
        bytes_out: octets.out,
        /** UTC, those of this month on which anything was moved. */
        days: octets.days.map((day) => ({
          day_start: day.startSeconds,
          bytes_in: day.in,
          bytes_out: day.out,
        })),
      }
      : null,
    /** Whether what single accounts move is counted at all. */
    bandwidth_counted: context.bandwidth.isPerAccount,
  };
}

const SHOWN = 4;

/** By which it came; null where there was none, or it is gone. */
async function invitationOf(
  { store }: AdminContext,
  { tokenId }: Account,
): Promise<{ readonly token: string; readonly comment: string } | null> {
  if (tokenId === undefined) return null;
  const tokens = await store.accounts.listTokens();
  const found = tokens.find(({ id }) => id === tokenId);
  if (!found) return null;
  // enough to tell one from another, and too little to use it
  const shown = Math.min(SHOWN, Math.floor(found.token.length / 2));
  return { token: `${found.token.slice(0, shown)}…`, comment: found.comment };
}

export const ACCOUNT_DETAIL = {
  "accounts.detail": operation({
    summary:
      "One account with its mailboxes, sessions, devices and what it has moved",
    scope: "accounts",
    changes: false,
    input: { username: username() },
    run: (context, input) => detail(context, input.username),
  }),
} as const;
