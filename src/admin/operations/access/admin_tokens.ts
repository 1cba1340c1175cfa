/** Tokens of the admin API, and sessions of the panel. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../context.ts";
import { choice, duration, line } from "../../fields.ts";
import { invalidField, operation, type Scope } from "../../operation.ts";

export interface RootToken {
  readonly token: string;
  /** Where the API is; null: nowhere. */
  readonly api_url: string | null;
}

export interface AdminTokenShape {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly created_at: number | null;
  readonly last_used_at: number | null;
  readonly expires_at: number | null;
}

export interface AdminSessionShape {
  readonly id: string;
  /** Of the token that it began with. */
  readonly name: string;
  readonly scope: Scope;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly ip: string;
  readonly user_agent: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

const SCOPES = ["read", "accounts", "full"] as const;
/** Of a digest: enough to name it. */
const ID_LENGTH = 16;

function withUrl(context: AdminContext, token: string): RootToken {
  const at = context.adminUrl();
  const path = context.settings.get("admin_path");
  return { token, api_url: at === undefined ? null : at + path };
}

function nameField(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw invalidField("name", "it is empty");
  return trimmed;
}

function listTokens({ access }: AdminContext): {
  readonly tokens: readonly AdminTokenShape[];
} {
  return {
    tokens: access.tokens.list().map(([id, row]) => ({
      id,
      name: row.name,
      scope: row.scope,
      created_at: row.createdAt,
      last_used_at: row.lastUsedAt ?? null,
      expires_at: row.expiresAt ?? null,
    })),
  };
}

function listSessions({ access, caller }: AdminContext): {
  readonly sessions: readonly AdminSessionShape[];
} {
  return {
    sessions: access.sessions().map(([id, row]) => ({
      id: id.slice(0, ID_LENGTH),
      name: row.name,
      scope: row.scope,
      created_at: row.createdAt,
      last_used_at: row.lastUsedAt,
      ip: row.address,
      user_agent: row.agent,
      current: caller?.session === id,
    })),
  };
}

export const ADMIN_TOKEN_OPERATIONS = {
  "admin.token": operation({
    summary:
      "The token of the admin API that may do everything; only for the command line",
    scope: "full",
    changes: false,
    input: {},
    secretOutputs: ["token"],
    run(context): RootToken {
      // who has come in once shall not stay in for ever
      if (context.caller !== undefined && context.caller.kind !== "cli") {
        throw new Refusal("policy_rejection", {
          explanation: "Only the command line shows the token",
        });
      }
      return withUrl(context, context.access.tokens.root());
    },
  }),
  "admin.rotate": operation({
    summary:
      "Make a new token that may do everything; the one before and all sessions that stand on it end",
    scope: "full",
    changes: true,
    input: {},
    secretOutputs: ["token"],
    run: async (context): Promise<RootToken> =>
      withUrl(context, await context.access.rotateRoot()),
  }),
  "admin_tokens.list": operation({
    summary: "Tokens with names, without the tokens themselves",
    scope: "full",
    changes: false,
    input: {},
    run: listTokens,
  }),
  "admin_tokens.create": operation({
    summary: "Make a token with a name; it is shown this once",
    scope: "full",
    changes: true,
    input: {
      name: line("what it is for", 100),
      scope: choice("what it may do", SCOPES),
      expires_in: optional(duration("until it ends; absent: never")),
    },
    secretOutputs: ["token"],
    async run({ access, clock }, { name, scope, expires_in }) {
      const made = await access.tokens.add({
        name: nameField(name),
        scope,
        expiresAt: expires_in === undefined
          ? undefined
          : nowSeconds(clock) + expires_in,
      });
      return { ...made, name: nameField(name), scope };
    },
  }),
  "admin_tokens.remove": operation({
    summary: "Remove a token, by its id; sessions that stand on it end",
    scope: "full",
    changes: true,
    input: { id: line("of the token", 40) },
    async run({ access }, { id }) {
      await access.removeToken(id);
      return { removed: id };
    },
  }),
  "admin_sessions.list": operation({
    summary: "Sessions of the panel",
    scope: "full",
    changes: false,
    input: {},
    run: listSessions,
  }),
  "admin_sessions.end": operation({
    summary: "End a session of the panel, by its id, or all but one's own",
    scope: "full",
    changes: true,
    input: {
      id: optional(line("of the session; absent: all but one's own", 64)),
    },
    async run({ access, caller }, { id }) {
      const meant = access.sessions().map(([key]) => key).filter((key) =>
        id === undefined
          ? key !== caller?.session
          : key.slice(0, ID_LENGTH) === id
      );
      if (id !== undefined && meant.length === 0) {
        throw new Refusal("not_found", {
          explanation: "No session has this id",
        });
      }
      for (const key of meant) await access.endSession(key);
      return { ended: meant.length };
    },
  }),
} as const;
