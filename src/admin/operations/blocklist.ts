/** Names that may neither log in nor get mail. @module */
import { optional } from "valibot";
import { parseBlockPattern } from "../../accounts/block_patterns.ts";
import { Refusal } from "../../base/refusal.ts";
import type { AdminContext } from "../context.ts";
import { flag, line, text } from "../fields.ts";
import { inField, operation } from "../operation.ts";

const PATTERN = text("an address, *@domain or prefix*@domain");

interface Block {
  readonly pattern: string;
  readonly reason: string;
  /** The caller means the accounts that a pattern covers. */
  readonly confirmed: boolean;
}

async function add(
  { accounts, domains, store }: AdminContext,
  { pattern, reason, confirmed }: Block,
): Promise<{ username: string; reason: string }> {
  const whole = parseBlockPattern(pattern, domains);
  if (!confirmed && whole.includes("*")) {
    const covered = await store.accounts.countCovered(whole);
    const all = await store.accounts.countAbout();
    throw new Refusal("confirmation_required", {
      explanation:
        `${whole} would lock out ${covered} of ${all} accounts, and let nobody sign up under such a name`,
    });
  }
  return { username: await accounts.block(whole, reason), reason };
}

function withDomain(context: AdminContext, pattern: string): string {
  const trimmed = pattern.trim();
  return trimmed.includes("@")
    ? trimmed
    : `${trimmed}@${context.domains.primary}`;
}

export const BLOCKLIST_OPERATIONS = {
  "blocklist.list": operation({
    summary: "All blocked names",
    scope: "read",
    changes: false,
    input: {},
    async run({ store }) {
      const blocked = await store.accounts.listBlocked();
      const entries = blocked.map(({ pattern, reason, createdAt }) => ({
        username: pattern,
        reason,
        blocked_at: createdAt,
      }));
      return { entries, total: entries.length };
    },
  }),
  "blocklist.add": operation({
    summary: "Block an address or a pattern; mail is kept",
    scope: "accounts",
    changes: true,
    input: {
      username: PATTERN,
      reason: optional(line("why"), "blocked by an admin"),
      confirmed: optional(flag("a pattern is meant"), false),
    },
    run: (context, { username, ...more }) =>
      inField(
        "username",
        () => add(context, { pattern: withDomain(context, username), ...more }),
      ),
  }),
  "blocklist.remove": operation({
    summary: "Remove an entry from the blocklist, nothing else",
    scope: "accounts",
    changes: true,
    input: { username: PATTERN },
    async run(context, input) {
      const pattern = withDomain(context, input.username);
      const username = await inField(
        "username",
        () => context.accounts.unblock(pattern),
      );
      return { username };
    },
  }),
} as const;
