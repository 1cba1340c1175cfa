/** Mail over HTTP, over the parts of a relay. @module */
import { Admission } from "../../api/webmail/admission.ts";
import type { SiteBackend } from "../../api/site_backend.ts";
import { systemRandom } from "../../base/random.ts";
import type { Config } from "../../config/schema.ts";
import type { Relay } from "../relay.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { OwnAccounts } from "./own_accounts.ts";
import { mailPolicy } from "./policy.ts";
import { RelayWebmail } from "./relay_webmail.ts";

export async function openWebmail(
  relay: Relay,
  config: () => Config,
  site: Pick<SiteBackend, "facts" | "stealth">,
): Promise<Admission> {
  const { settings, store } = relay;
  const shared = {
    ...relay,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    random: systemRandom,
  };
  const own = await OwnAccounts.open({
    ...shared,
    invitesPerMonth: () => settings.get("user_invites_per_month"),
  });
  return new Admission(
    new RelayWebmail({
      ...shared,
      config,
      own,
      site,
      mail: store.mail,
      policy: mailPolicy(settings, config),
    }),
  );
}
