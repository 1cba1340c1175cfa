/** The admin API and its panel. @module */
import { days, hours } from "../../../base/durations.ts";
import {
  duration,
  flag,
  integer,
  list,
  path,
  settingName,
} from "../../kinds.ts";
import { listenAddress, network } from "../../network_kinds.ts";
import { adminPath, adminToken, webOrigin } from "../../web_kinds.ts";
import { atStart, key, type Keys, MINUTES } from "../key.ts";

export const ADMIN = {
  "admin.enabled": key(
    flag,
    true,
    "Answer the admin API",
  ),
  "admin.path": key(
    adminPath,
    "/api/admin",
    "Where the admin API is",
  ),
  "admin.web_enabled": key(
    flag,
    false,
    "Show the admin panel; install switches it on",
  ),
  "admin.web_path": key(
    adminPath,
    "/admin",
    "Where the admin panel is; install chooses a path that nobody guesses",
  ),
  "admin.token_file": atStart(
    path,
    "",
    "File of the token that may do everything; empty: admin_token in the state directory. It is made when it is not there",
  ),
  "admin.token": atStart(
    adminToken,
    "",
    "That token itself, in place of the file; disabled: neither API nor panel",
  ),
  "admin.allow_from": key(
    list(network),
    [],
    "Networks that API and panel are there for; empty: all",
  ),
  "admin.listen": atStart(
    list(listenAddress, { max: 8 }),
    [],
    'Where API and panel are, and nowhere else, in clear, as "127.0.0.1:8081"; empty: with the site',
  ),
  "admin.hide_unauthenticated": key(
    flag,
    false,
    "Who has no valid token or session finds no API; always so while the site hides and the path is the built-in one",
  ),
  "admin.cors_origins": key(
    list(webOrigin),
    [],
    "Web sites whose pages may call the API with a token, as https://panel.example",
  ),
  "admin.session_idle": key(
    duration({ min: MINUTES }),
    hours(12),
    "A session of the panel ends when it was not used for so long",
  ),
  "admin.session_max": key(
    duration({ min: MINUTES }),
    days(7),
    "… and in any case after so long",
  ),
  "admin.audit_days": key(
    integer(1, 3650),
    90,
    "Days for which it is kept who changed what",
  ),
  "admin.update_check": key(
    flag,
    false,
    "Look once a day at upgrade.url whether there is a newer release, and show it; nothing is installed",
  ),
  "admin.locked": key(
    list(settingName, { max: 200 }),
    [],
    "Settings, by their names in docs/settings.md, that are as this file says: nobody changes them otherwise, and what was set before does not count",
  ),
} as const satisfies Keys<"admin">;
