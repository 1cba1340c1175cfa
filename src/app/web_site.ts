/** What HTTP serves, as it is shown to strangers and to those who know of it. @module */
import { countRequests } from "../api/metrics/count_requests.ts";
import { withAcmeChallenges } from "../api/acme_challenges.ts";
import { withIrohProbes } from "../api/iroh_probes.ts";
import { site } from "../api/site.ts";
import {
  type StealthParts,
  stealthyAnswers,
  stealthyUpgrade,
  withStealth,
} from "../api/stealth/stealth.ts";
import { systemRandom } from "../base/random.ts";
import { FIXED_ANSWERS } from "../http/server/fixed_answers.ts";
import type { HttpServerOptions } from "../http/server/server.ts";
import type { ProtocolParts } from "./protocol_parts.ts";

type WebSite = Pick<HttpServerOptions, "handler" | "upgrades" | "answers">;
type WebParts = Pick<
  ProtocolParts,
  | "site"
  | "serverMail"
  | "serving"
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
  };
  const everything = withAcmeChallenges(
    (token) => challenges.answer(token),
    withIrohProbes(
      () => parts.iroh.isEnabled,
      site({
        ...parts,
        backend: parts.site,
        mail: serverMail,
        random: systemRandom,
      }),
    ),
  );
  return {
    handler: countRequests(parts, withStealth(stealth, everything)),
    upgrades: parts.iroh.upgrades.map((route) =>
      stealthyUpgrade(stealth, route)
    ),
    answers: stealthyAnswers(stealth, FIXED_ANSWERS),
  };
}
