/** Accounts and mail of another relay, into this one. @module */
import { isAbsolute } from "node:path";
import {
  MailTakeOver,
  type TakeOverParts,
  type TakeOverReport,
} from "../../../accounts/transfer/foreign/mail_take_over.ts";
import { relayMailAccounts } from "../../../accounts/transfer/foreign/relay_mail.ts";
import { nowSeconds } from "../../../base/clock.ts";
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import { systemError } from "../../../base/system_errors.ts";
import { userName } from "../../../files/owner.ts";
import type { AdminContext } from "../../context.ts";
import { flag, text } from "../../fields.ts";
import { invalidField, operation } from "../../operation.ts";

export interface ImportChoice {
  readonly force: boolean;
  readonly dryRun: boolean;
}

export function takeOver(
  context: AdminContext,
  { force, dryRun }: ImportChoice,
): MailTakeOver {
  const { store, accounts, domains, settings, clock } = context;
  const parts: TakeOverParts = {
    store: store.accounts,
    mail: store.mail,
    metadata: store.metadata,
    staging: store.staging,
    accounts,
    domains,
    options: {
      minUsernameLength: settings.get("min_username_length"),
      maxUsernameLength: settings.get("max_username_length"),
      passwordMinLength: settings.get("password_min_length"),
    },
    hasher: accounts.hasher,
    clock,
    force,
    dryRun,
  };
  return new MailTakeOver(parts);
}

/** @throws {Refusal} `not_found`, `invalid_value` where files cannot be read */
export async function readingFrom<T>(
  { live }: AdminContext,
  directory: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!isAbsolute(directory)) {
    throw invalidField("directory", "must be an absolute path");
  }
  try {
    return await work();
  } catch (error) {
    const fault = systemError(error);
    if (fault === undefined) throw error;
    const { code, reason, path } = fault;
    // whoever asks may well read what the process that does it may not
    const as = code === "EACCES" && live !== undefined
      ? `: the server reads it, as ${userName()}`
      : "";
    throw new Refusal(code === "ENOENT" ? "not_found" : "invalid_value", {
      explanation: `${path ?? directory}: ${reason}${as}`,
    });
  }
}

export const IMPORT_FIELDS = {
  force: optional(flag("whatever the lengths of names"), false),
  dry_run: optional(flag("reads and counts, and changes nothing"), false),
} as const;

export const IMPORT_OPERATIONS = {
  /**
   * Refuses with `not_found` or `invalid_value` if the directory cannot be
   * read; what was taken by then stays, and is known to the next run.
   */
  "import.relay": operation({
    takesLong: true,
    summary:
      "Take over accounts with passwords, mail and push tokens of a chatmail/relay",
    scope: "full",
    changes: true,
    input: {
      directory: text("absolute path of its mail directory"),
      ...IMPORT_FIELDS,
    },
    run(context, { directory, force, dry_run: dryRun }): Promise<
      TakeOverReport
    > {
      const accounts = relayMailAccounts(directory, nowSeconds(context.clock));
      return readingFrom(
        context,
        directory,
        () => takeOver(context, { force, dryRun }).run(accounts),
      );
    },
  }),
} as const;
