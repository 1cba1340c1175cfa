/** A madmail of version 1 or 2, taken over with all that has a place here. @module */
import { join } from "node:path";
import { optional } from "valibot";
import type { TakeOverReport } from "../../../accounts/transfer/foreign/mail_take_over.ts";
import { smallText } from "../../../accounts/transfer/foreign/maildir_reader.ts";
import { madmailAccounts } from "../../../accounts/transfer/foreign/madmail/madmail_accounts.ts";
import {
  MadmailDatabase,
  MadmailFault,
} from "../../../accounts/transfer/foreign/madmail/madmail_database.ts";
import {
  type MadmailRest,
  madmailRest,
} from "../../../accounts/transfer/foreign/madmail/madmail_rest.ts";
import { nowSeconds } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { SettingName } from "../../../settings/registry.ts";
import type { AdminContext } from "../../context.ts";
import { flag, text } from "../../fields.ts";
import { operation } from "../../operation.ts";
import { BLOCKLIST_OPERATIONS } from "../blocklist.ts";
import { DKIM_OPERATIONS } from "../dkim.ts";
import { ENDPOINT_CACHE_OPERATIONS } from "../exchange/endpoint_cache.ts";
import { EXCHANGER_OPERATIONS } from "../exchange/exchangers.ts";
import { FEDERATION_RULE_OPERATIONS } from "../federation_rules.ts";
import { IMPORT_FIELDS, readingFrom, takeOver } from "./imports.ts";

/** Those that mean the same here; ports and secrets belong to a machine. */
const SETTINGS: Readonly<Record<string, SettingName>> = {
  REGISTRATION_OPEN: "registration_open",
  JIT_REGISTRATION_ENABLED: "jit_registration",
  REGISTRATION_TOKEN_REQUIRED: "registration_token_required",
  AUTO_PURGE_SEEN: "auto_purge_seen",
  MESSAGE_RETENTION_ENABLED: "message_retention_enabled",
  MESSAGE_RETENTION: "message_retention",
  FEDERATION_POLICY: "federation_policy",
  FEDERATION_ENABLED: "federation_enabled",
  SMTP_HOSTNAME: "smtp_hostname",
  MAX_MESSAGE_SIZE: "max_message_size",
  MAX_FEDERATION_SIZE: "max_federation_size",
  DEFAULT_QUOTA: "default_quota",
};
const SELECTOR = "default"; // of all keys that madmail makes

interface RestReport {
  settings: number;
  tokens: number;
  blocked: number;
  rules: number;
  dismissed: number;
  overrides: number;
  exchangers: number;
  dkim_keys: number;
  /** Names of settings that have no meaning here. */
  settings_left_out: string[];
}

class RestImport {
  readonly report: RestReport = {
    settings: 0,
    tokens: 0,
    blocked: 0,
    rules: 0,
    dismissed: 0,
    overrides: 0,
    exchangers: 0,
    dkim_keys: 0,
    settings_left_out: [],
  };

  constructor(
    readonly context: AdminContext,
    readonly dryRun: boolean,
    readonly problems: string[],
  ) {}

  async run(rest: MadmailRest, stateDir: string): Promise<RestReport> {
    await this.#settings(rest);
    await this.#access(rest);
    await this.#federation(rest);
    await this.#keys(stateDir);
    return this.report;
  }

  /** What is the wish of the operator here already stays. */
  async #settings({ settings }: MadmailRest): Promise<void> {
    const given = new Set(
      this.context.settings.list()
        .filter(({ source }) => source === "db").map(({ name }) => name),
    );
    for (const [foreign, value] of settings) {
      const name = SETTINGS[foreign];
      if (name === undefined) {
        this.report.settings_left_out.push(foreign);
      } else if (!given.has(name)) {
        await this.#do(
          "settings",
          name,
          () => this.context.settings.set(name, value),
        );
      }
    }
  }

  async #access({ tokens, blocked }: MadmailRest): Promise<void> {
    const { accounts } = this.context.store;
    const now = nowSeconds(this.context.clock);
    for (const { token, usesLeft, comment, expiresAt } of tokens) {
      if (await accounts.findToken(token)) continue;
      if (expiresAt !== undefined && expiresAt <= now) continue;
      const change = {
        token,
        maxUses: usesLeft,
        comment,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
      await this.#do("tokens", "a token", () => accounts.putToken(change));
    }
    const known = new Set(
      (await accounts.listBlocked()).map(({ pattern }) => pattern),
    );
    for (const { username, reason } of blocked) {
      if (known.has(username.toLowerCase())) continue;
      const entry = { username, reason: oneLine(reason), confirmed: false };
      await this.#do(
        "blocked",
        username,
        () => BLOCKLIST_OPERATIONS["blocklist.add"].run(this.context, entry),
      );
    }
  }

  async #federation(
    { rules, dismissed, overrides, exchangers }: MadmailRest,
  ): Promise<void> {
    const { context } = this;
    for (const domain of rules) {
      await this.#do(
        "rules",
        domain,
        () =>
          FEDERATION_RULE_OPERATIONS["federation.set_rule"]
            .run(context, { domain, action: undefined }),
      );
    }
    for (const domain of dismissed) {
      await this.#do(
        "dismissed",
        domain,
        () =>
          FEDERATION_RULE_OPERATIONS["federation.dismiss"]
            .run(context, { domain }),
      );
    }
    for (const { key, target, comment } of overrides) {
      const entry = {
        lookup_key: key,
        target_host: target,
        comment: oneLine(comment),
        tls: "any" as const,
        fallback: "none" as const,
        http: false,
        smtp: false,
      };
      await this.#do(
        "overrides",
        key,
        () =>
          ENDPOINT_CACHE_OPERATIONS["endpoint_cache.set"].run(context, entry),
      );
    }
    const known = new Set(
      context.exchange.exchangers.list().map(({ name }) => name),
    );
    for (const { name, url, enabled, pollInterval } of exchangers) {
      if (known.has(name)) continue;
      const entry = { name, url, enabled, poll_interval: pollInterval };
      await this.#do(
        "exchangers",
        name,
        () => EXCHANGER_OPERATIONS["exchangers.add"].run(context, entry),
      );
    }
  }

  async #keys(stateDir: string): Promise<void> {
    const { context } = this;
    await context.dkim.keys.ready();
    for (const domain of context.dkim.keys.domains) {
      const name = `${domain}_${SELECTOR}.key`;
      const key = await smallText(join(stateDir, "dkim_keys", name));
      if (key === undefined) continue;
      const isHere = context.dkim.keys.list().some((row) =>
        row.domain === domain && row.selector === SELECTOR
      );
      if (isHere) {
        this.problems.push(
          `${domain} has a DKIM key with the selector ${SELECTOR} here: that of madmail was left alone`,
        );
        continue;
      }
      await this.#do("dkim_keys", name, () =>
        DKIM_OPERATIONS["dkim.import"]
          .run(context, { selector: SELECTOR, key, domain }));
    }
  }

  async #do(
    what: Exclude<keyof RestReport, "settings_left_out">,
    name: string,
    work: () => unknown,
  ): Promise<void> {
    try {
      if (!this.dryRun) await work();
      this.report[what]++;
    } catch (error) {
      const isMeant = error instanceof Refusal || error instanceof SyntaxError;
      if (!isMeant) throw error;
      this.problems.push(`${what}: ${name}: ${error.message}`);
    }
  }
}

/** What may be in a line. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f]+/g, " ").slice(0, 200);
}

export type MadmailReport = TakeOverReport & RestReport;

export const IMPORT_MADMAIL_OPERATIONS = {
  /**
   * Refuses with `not_found` or `invalid_value` if there is no such relay; what
   * was taken by then stays, and is known to the next run.
   */
  "import.madmail": operation({
    takesLong: true,
    summary:
      "Take over accounts, mail, settings and keys of a madmail, version 1 or 2",
    scope: "full",
    changes: true,
    input: {
      directory: text("absolute path of its state directory"),
      ...IMPORT_FIELDS,
      settings: optional(
        flag("settings, invitations, blocked names and federation too"),
        true,
      ),
    },
    async run(
      context,
      { directory, force, dry_run: dryRun, settings },
    ): Promise<MadmailReport> {
      return await readingFrom(context, directory, async () => {
        const database = await opened(directory);
        try {
          const now = nowSeconds(context.clock);
          const accounts = madmailAccounts(directory, database, now);
          const report = await takeOver(context, { force, dryRun })
            .run(accounts);
          const rest = new RestImport(context, dryRun, report.problems);
          const more = settings
            ? await rest.run(madmailRest(database), directory)
            : rest.report;
          return { ...report, ...more };
        } finally {
          database.close();
        }
      });
    },
  }),
} as const;

/** @throws {Refusal} `invalid_value` */
async function opened(directory: string): Promise<MadmailDatabase> {
  try {
    return await MadmailDatabase.open(directory);
  } catch (error) {
    if (!(error instanceof MadmailFault)) throw error;
    throw new Refusal("invalid_value", {
      field: "directory",
      explanation: error.message,
    });
  }
}
