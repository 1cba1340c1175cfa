/** What HTTP serves, as it is shown to strangers and to those who know of it. @module */
import { countRequests } from "../api/metrics/count_requests.ts";
import { safeUpgrade, withSafeHeaders } from "../api/headers.ts";
import { withAcmeChallenges } from "../api/acme_challenges.ts";
import {
  type HostRules,
  knownHostUpgrade,
  withKnownHosts,
} from "../api/known_hosts.ts";
import { withIrohProbes } from "../api/iroh_probes.ts";
import { withPanel } from "../api/panel/panel.ts";
import { site } from "../api/site.ts";
import {
  type StealthParts,
  stealthyAnswers,
  stealthyUpgrade,
  withStealth,
} from "../api/stealth/stealth.ts";
import { webmailSocket } from "../api/webmail/socket/upgrade.ts";
import { systemRandom } from "../base/random.ts";
import { SCHEMA } from "../config/schema.ts";
import { FIXED_ANSWERS } from "../http/server/fixed_answers.ts";
import type { HttpPeer } from "../http/peer.ts";
import type { HttpServerOptions } from "../http/server/server.ts";
import type { Settings } from "../settings/settings.ts";
import { panelBackend } from "./running/admin_door.ts";
import { isOwnHost } from "./site_names.ts";
import { sharingBackend } from "./web/sharing.ts";
import type { ProtocolParts } from "./protocol_parts.ts";

type WebSite = Pick<HttpServerOptions, "handler" | "upgrades" | "answers">;
type WebParts = Pick<
  ProtocolParts,
  | "site"
  | "shares"
  | "adminApi"
  | "settings"
  | "config"
  | "serverMail"
  | "serving"
  | "webmail"
  | "challenges"
  | "iroh"
  | "clock"
  | "timers"
  | "metrics"
>;

export function webSite(parts: WebParts): WebSite {
  const { serving, serverMail, challenges } = parts;
  const stealth: StealthParts = {
    backend: parts.site,
    isExchanger: (token) => serving.isOn && serving.bearer(token) !== undefined,
    isSignUpOpen: () => parts.site.facts("").registration === "open",
    takesPlainMail: () => serverMail.takesPlain(),
    mayUseWebmail: (request, peer) => mayUseWebmail(parts, request, peer),
    admin: adminPaths(parts.settings),
  };
  const everything = withSafeHeaders(withAcmeChallenges(
    (token) => challenges.answer(token),
    withIrohProbes(
      () => parts.iroh.isEnabled,
      withPanel(
        panelBackend(parts),
        site({
          ...parts,
          backend: parts.site,
          sharing: sharingBackend(parts.shares, parts),
          mail: serverMail,
          random: systemRandom,
        }),
      ),
    ),
  ));
  const answers = stealthyAnswers(stealth, FIXED_ANSWERS);
  const hosts: HostRules = {
    unknown: () => parts.config().http.unknownHost,
    isOwn: (host) => isOwnHost(parts.config(), host),
    answers,
  };
  return {
    handler: withKnownHosts(
      hosts,
      countRequests(parts, withStealth(stealth, everything)),
    ),
    upgrades: [...parts.iroh.upgrades, webmailSocket(parts.webmail)]
      .map((route) =>
        knownHostUpgrade(hosts, stealthyUpgrade(stealth, safeUpgrade(route)))
      ),
    answers,
  };
}

/** Where nothing is shown, errors may be; where an ordinary site is, its errors are all there are. */
async function mayUseWebmail(
  { site, webmail }: Pick<WebParts, "site" | "webmail">,
  request: Request,
  peer: HttpPeer,
): Promise<boolean> {
  const { webimap, websmtp } = webmail.backend.options();
  if (!webimap && !websmtp) return false;
  if (site.stealth().mode === "minimal") return true;
  return await webmail.knows(request, peer);
}

/** One that is not the built-in one is known to those who were told. */
function adminPaths(settings: Settings): StealthParts["admin"] {
  const api = () => settings.get("admin_path");
  const isGuessed = (path: string, key: "admin.path" | "admin.web_path") =>
    path === SCHEMA[key].initial;
  return {
    guessed: () => isGuessed(api(), "admin.path") ? [api()] : [],
    secret() {
      const panel = settings.get("admin_web_path");
      const isShown = settings.get("admin_web_enabled");
      return [
        ...isGuessed(api(), "admin.path") ? [] : [api()],
        ...isShown && !isGuessed(panel, "admin.web_path") ? [panel] : [],
      ];
    },
  };
}
