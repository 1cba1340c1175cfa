/** The admin API of a relay that runs. @module */
import { AdminApi } from "../../api/admin/admin_api.ts";
import type { AdminContext } from "../../admin/context.ts";
import { systemRandom } from "../../base/random.ts";
import { type Config, SCHEMA } from "../../config/schema.ts";
import { word } from "../../observe/fields.ts";
import type { Log } from "../../observe/log.ts";
import type { Administration } from "./administration.ts";
import type { Journal } from "../journal.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";

export interface RelayAdminApiParts {
  readonly log: Log;
  readonly journal: Pick<Journal, "metrics">;
  readonly version: string;
  readonly administration: Administration;
  context(): AdminContext;
  config(): Config;
  reportBug(error: unknown): void;
}

export function relayAdminApi(
  parts: RelayAdminApiParts,
): AdminApi {
  const { log, version, journal, context, config, reportBug } = parts;
  const { access } = parts.administration;
  // whoever deletes its file has a new one after the next start
  if (!access.isDisabled) access.tokens.root();
  return new AdminApi({
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    random: systemRandom,
    version,
    context,
    options() {
      const { admin, http } = config();
      const { settings } = context();
      // a path of one's own is known to those who were told
      const isGuessed = settings.get("admin_path") ===
        SCHEMA["admin.path"].initial;
      return {
        isEnabled: admin.enabled,
        allowFrom: admin.allowFrom,
        isHidden: admin.hideUnauthenticated ||
          (isGuessed && settings.get("web_stealth") !== "off"),
        sessionSeconds: admin.sessionMax,
        isApart: admin.listen.length > 0,
        allowsInsecure: http.allowInsecureSensitive,
      };
    },
    countLogin: (result) =>
      journal.metrics.count("auth_total", "admin", result),
    reportFault(error, requestId) {
      reportBug(error);
      log.error(word("admin_request"), { request: requestId });
    },
  });
}
