/** What pages say of this relay besides how an account is made. @module */
import type { Downloads, WebFacts } from "../../api/site_backend.ts";
import { PRODUCT, programName } from "../../base/program_name.ts";
import type { Config } from "../../config/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { areAccountsCounted } from "../bandwidth/accounts_counted.ts";
import { isSharing } from "./sharing.ts";
import { hostnameOf } from "../certificates.ts";

export function webFacts(
  { settings, config, version }: {
    readonly settings: Settings;
    readonly version: string;
    config(): Config;
  },
  downloads: Downloads | undefined,
): WebFacts {
  const { server, web, webmail, privacy } = config();
  const isHidden = settings.get("web_stealth") !== "off";
  return {
    pages: web.enabled,
    mxHost: hostnameOf(config()),
    publicIp: server.publicIp[0] ?? "",
    version: settings.get("web_show_version") && !isHidden ? version : "",
    programName: Deno.build.standalone ? programName(Deno.execPath()) : PRODUCT,
    programPath: isHidden || !web.enabled || !settings.get("web_serve_binary")
      ? ""
      : downloads?.program[0] ?? "",
    jitRegistration: settings.get("jit_registration"),
    quotaOctets: settings.get("default_quota"),
    quotaRolls: settings.get("quota_when_full") === "expire_oldest",
    maxMessageOctets: settings.get("max_message_size"),
    sendPerMinute: settings.get("send_per_minute"),
    operatorName: settings.get("web_operator_name"),
    abuseContact: settings.get("web_abuse_contact"),
    privacyContact: settings.get("web_privacy_contact"),
    securityContact: settings.get("web_security_contact"),
    sharing: isSharing(settings, config()),
    remembersKeys: privacy.rememberKeys,
    countsTraffic: areAccountsCounted(config()),
    federates: settings.get("federation_enabled"),
    webClient: web.enabled && webmail.browserClient &&
      settings.get("webimap_enabled") && settings.get("websmtp_enabled"),
    docs: settings.get("web_docs"),
    operatorDocs: settings.get("web_operator_docs") && !isHidden,
  };
}
