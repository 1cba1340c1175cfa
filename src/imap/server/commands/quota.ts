/** The quota of an account (RFC 9208 §4). One root covers all mailboxes. @module */
import { Refusal } from "../../../base/refusal.ts";
import {
  formatMailboxName,
  scanMailboxName,
} from "../../proto/mailbox_name.ts";
import { type ImapCommand, ImapNo } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN } from "./any_state.ts";

const ROOT = "User quota";
const UNIT = 1024; // RFC 9208 §5.1

export const getQuotaRoot: ImapCommand<string, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    return scanMailboxName(args);
  },
  async *run(session, name) {
    const { mail } = session.account;
    if (!await mail.find(name)) throw new Refusal("no_such_mailbox");
    const quota = await quotaResponse(session);
    const root = quota ? ` "${ROOT}"` : "";
    yield { text: `* QUOTAROOT ${formatMailboxName(name)}${root}\r\n${quota}` };
    return "GETQUOTAROOT completed";
  },
};

export const getQuota: ImapCommand<string, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    return args.astring();
  },
  async *run(session, root) {
    const quota = root === ROOT ? await quotaResponse(session) : "";
    if (!quota) throw new ImapNo("[NONEXISTENT] No such quota root");
    yield { text: quota };
    return "GETQUOTA completed";
  },
};

export const setQuota: ImapCommand<void, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    args.astring();
    args.space();
    args.list(() => {
      args.atom();
      args.space();
      args.number64();
    });
  },
  async *run() {
    throw new ImapNo("[NOPERM] Not permitted");
  },
};

/** Empty if the account has no limit. */
async function quotaResponse({ account }: ImapSession): Promise<string> {
  const { octets, limitOctets } = await account.mail.usage();
  if (!Number.isFinite(limitOctets)) return "";
  const used = Math.ceil(octets / UNIT);
  const limit = Math.floor(limitOctets / UNIT);
  return `* QUOTA "${ROOT}" (STORAGE ${used} ${limit})\r\n`;
}
