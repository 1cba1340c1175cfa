/**
 * One message to whoever is about to lose an account for want of logins. That it
 * was told is remembered by the key under which the store took the message: a
 * login, and another long rest, have it told again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { days } from "../base/durations.ts";
import type { NoticeText } from "../delivery/notices/notice_message.ts";
import { domain } from "../mail/address.ts";
import type { AccountListing } from "../store/accounts.ts";
import type { Task, TaskWork } from "./task.ts";

const AT_ONCE = 100;
const SECONDS_PER_DAY = 86_400;
const KEY_OCTETS = 16;

export const warnInactiveAccounts: Task = {
  name: "warn-inactive-accounts",
  aliases: [],
  description:
    "Tell accounts that they will be deleted unless somebody logs in",
  schedule: { kind: "nightly", from: 5, to: 6 },
  isEnabled: (settings) =>
    settings.get("inactive_warning") > 0 &&
    settings.get("inactive_account_retention") >
      settings.get("inactive_warning"),
  async run(work) {
    const { settings, store: { accounts }, dryRun } = work;
    const rest = settings.get("inactive_account_retention") -
      settings.get("inactive_warning");
    const filter = {
      kind: "inactive",
      days: Math.ceil(rest / SECONDS_PER_DAY),
    } as const;
    let others = 0;
    for (let offset = 0;; offset += AT_ONCE) {
      const page = await accounts.list({ filter, offset, limit: AT_ONCE });
      for (const account of page.accounts) {
        if (account.pinned) continue;
        if (dryRun || await warn(work, account)) others++;
      }
      if (page.accounts.length < AT_ONCE) return { others };
      await work.pause();
    }
  },
};

/** Whether it was told now, and not before. */
async function warn(work: TaskWork, account: AccountListing): Promise<boolean> {
  const { store: { mail, accountKeys }, sealer, settings, quota, nowSeconds } =
    work;
  const now = nowSeconds();
  const warning = settings.get("inactive_warning");
  const key = keyOf(account);
  const keys = await accountKeys.of([account.id]);
  const { octets, headerOctets } = await sealer.write(
    textOf(account.address, now + warning),
    {
      sender: `admin@${domain(account.address)}`,
      recipient: account.address,
      messageId: `<warning-${key.toHex()}@${domain(account.address)}>`,
      writtenAt: now,
    },
    keys.get(account.id),
  );
  const { results } = await mail.accept({
    content: { kind: "inline", octets },
    headerOctets,
    recipients: [account.id],
    arrivedAt: now,
    quota,
    ignoreQuota: true,
    key: { octets: key, of: "recipient", seconds: warning + days(3) },
  });
  return results.some(({ outcome }) => outcome === "delivered");
}

function textOf(address: string, deletedAt: number): NoticeText {
  const day = new Date(deletedAt * 1000).toISOString().slice(0, 10);
  return {
    subject: "This account will be deleted",
    body:
      `Nobody has logged in to ${address} for a long time. The account is deleted with all its mail after ${day}, unless somebody logs in before.`,
  };
}

function keyOf({ id, lastLoginDay }: AccountListing): Uint8Array {
  const hash = createHash("sha256")
    .update(`inactive warning\n${id}\n${lastLoginDay}`).digest();
  return new Uint8Array(hash.subarray(0, KEY_OCTETS));
}
