/** What a madmail has beside accounts and mail: settings, invitations, names that are blocked, and with whom it exchanges mail. @module */
import {
  type MadmailDatabase,
  momentIn,
  numberIn,
  type Row,
  textIn,
} from "./madmail_database.ts";

export interface MadmailToken {
  readonly token: string;
  /** That it is still good for. */
  readonly usesLeft: number;
  readonly comment: string;
  readonly expiresAt: number | undefined;
}

export interface MadmailRest {
  /** Names as `__NAME__`, without the underscores. */
  readonly settings: ReadonlyMap<string, string>;
  readonly tokens: readonly MadmailToken[];
  readonly blocked: readonly { username: string; reason: string }[];
  /** Exceptions from the policy. */
  readonly rules: readonly string[];
  readonly dismissed: readonly string[];
  readonly overrides: readonly {
    key: string;
    target: string;
    comment: string;
  }[];
  readonly exchangers: readonly {
    name: string;
    url: string;
    enabled: boolean;
    pollInterval: number | undefined;
  }[];
}

export function madmailRest(database: MadmailDatabase): MadmailRest {
  /** Rows of a table, by its first column. */
  function rows(
    names: readonly string[],
    columns: readonly [string, ...string[]],
  ): Row[] {
    const table = database.table({ names, columns });
    return table ? [...table.rows(columns, columns[0])] : [];
  }
  const named = (names: readonly string[], column: string): string[] =>
    rows(names, [column]).flatMap((row) => textIn(row, column) ?? []);
  return {
    settings: settingsIn([
      ...rows(["passwords"], ["key", "value"]),
      ...rows(["settings"], ["key", "value"]),
    ], rows(["quota", "quotas"], ["username", "max_storage"])),
    tokens: rows(["registration_tokens"], [
      "token",
      "max_uses",
      "used_count",
      "comment",
      "expires_at",
    ]).flatMap((row) => {
      const token = textIn(row, "token");
      const left = (numberIn(row, "max_uses") ?? 1) -
        (numberIn(row, "used_count") ?? 0);
      if (!token || left < 1) return [];
      return [{
        token,
        usesLeft: left,
        comment: textIn(row, "comment") ?? "",
        expiresAt: momentIn(row, "expires_at"),
      }];
    }),
    blocked: rows(["blocked_users"], ["username", "reason"]).flatMap((row) => {
      const username = textIn(row, "username");
      if (!username) return [];
      return [{ username, reason: textIn(row, "reason") ?? "" }];
    }),
    rules: named(["federation_rules"], "domain"),
    dismissed: named(["federation_silent_dismiss"], "domain"),
    overrides: rows(["dns_overrides"], ["lookup_key", "target_host", "comment"])
      .flatMap((row) => {
        const key = textIn(row, "lookup_key");
        const target = textIn(row, "target_host");
        if (!key || !target) return [];
        return [{ key, target, comment: textIn(row, "comment") ?? "" }];
      }),
    exchangers: rows(["exchangers"], [
      "name",
      "url",
      "enabled",
      "poll_interval",
    ])
      .flatMap((row) => {
        const name = textIn(row, "name");
        const url = textIn(row, "url");
        if (!name || !url) return [];
        return [{
          name,
          url,
          enabled: row.enabled !== 0,
          pollInterval: numberIn(row, "poll_interval"),
        }];
      }),
  };
}

/** The younger table wins where there are both. */
function settingsIn(
  rows: readonly Row[],
  quotas: readonly Row[],
): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const row of rows) {
    const name = /^__(.{1,64})__$/.exec(textIn(row, "key") ?? "")?.[1];
    const value = textIn(row, "value");
    if (name !== undefined && value !== undefined) settings.set(name, value);
  }
  const all = quotas.find(({ username }) => username === "__GLOBAL_DEFAULT__");
  const octets = all && numberIn(all, "max_storage");
  if (octets) settings.set("DEFAULT_QUOTA", String(octets));
  return settings;
}
