/** What of configuration and settings delivery goes by. @module */
import type { Config } from "../../config/schema.ts";
import type { DeliverySettings } from "../../delivery/settings.ts";
import type { Settings } from "../../settings/settings.ts";
import { areAccountsCounted } from "../bandwidth/accounts_counted.ts";

export function deliverySettings(
  settings: Settings,
  config: Config,
  { quota, shed }: Pick<DeliverySettings, "quota" | "shed">,
): DeliverySettings {
  const { smtp, submission, privacy, imap, quota: { floodPerMinute } } = config;
  return {
    sendPerMinute: settings.get("send_per_minute"),
    sendBurst: settings.get("send_burst"),
    recipientsPerHour: submission.recipientsPerHour,
    maxDelayMs: submission.rateMode === "delay"
      ? submission.maxDelayS * 1000
      : 0,
    rewriteSubject: privacy.rewriteSubject,
    stripHeaders: privacy.stripHeaders,
    acceptOldPacketFormat: privacy.acceptOldPacketFormat,
    allowAutocryptSetup: privacy.allowAutocryptSetup,
    maxHeaderOctets: smtp.maxHeaderBytes,
    appendPolicy: imap.appendPolicy,
    shed,
    quota,
    floodPerMinute,
    countsSends: areAccountsCounted(config),
    reportHint: settings.get("federation_report_hint"),
  };
}
