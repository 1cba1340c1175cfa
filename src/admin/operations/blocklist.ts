/** Names that may neither log in nor get mail. @module */
import { optional } from "valibot";
import { parseBlockPattern } from "../../accounts/block_patterns.ts";
import { Refusal } from "../../base/refusal.ts";
import type { AdminContext } from "../context.ts";
import { flag, integer, line, person } from "../fields.ts";
import { inField, operation } from "../operation.ts";

const PATTERN = person("an address, *@domain or prefix*@domain");

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

interface Listing {
  readonly search?: string | undefined;
  readonly offset: number;
  readonly limit?: number | undefined;
}

async function list(
  { store }: AdminContext,
  { search = "", offset, limit = Infinity }: Listing,
) {
  const wanted = search.trim().toLowerCase();
  const entries = (await store.accounts.listBlocked())
    .map(({ pattern, reason, createdAt }) => ({
      username: pattern,
      reason,
      blocked_at: createdAt,
    }))
    .filter(({ username, reason }) =>
      username.toLowerCase().includes(wanted) ||
      reason.toLowerCase().includes(wanted)
    );
  return {
    entries: entries.slice(offset, offset + limit),
    total: entries.length,
  };
}

function withDomain(context: AdminContext, pattern: string): string {
  const trimmed = pattern.trim();
  return trimmed.includes("@")
    ? trimmed
    : `${trimmed}@${context.domains.primary}`;
}

export const BLOCKLIST_OPERATIONS = {
  "blocklist.list": operation({
    summary: "Blocked names; all unless only some are asked for",
    scope: "read",
    changes: false,
    input: {
      search: optional(line("only those with this in the name or the reason")),
      offset: optional(
        integer("leave out so many", { min: 0, max: 1_000_000_000 }),
        0,
      ),
      limit: optional(integer("at most so many", { min: 1, max: 1_000_000 })),
    },
    run: list,
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
