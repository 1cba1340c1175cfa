/** One account, all there is to tell of it. @module */
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
    bandwidth: octets ? { bytes_in: octets.in, bytes_out: octets.out } : null,
  };
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
