/** What an operator has chosen for mailboxes, as the store asks for it. @module */
import { quotaPolicy } from "../../accounts/live_options.ts";
import type { Config } from "../../config/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import type { MailPolicy } from "../../store/mail.ts";
import { seenGrace } from "../../tasks/purge_seen.ts";

export function mailPolicy(
  settings: Settings,
  config: () => Config,
): MailPolicy {
  return {
    quota: () => quotaPolicy(settings, config()),
    seenGraceSeconds: () => seenGrace(settings),
  };
}
