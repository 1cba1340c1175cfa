/**
 * What is there while the site has no pages (`web.enabled = false`): what
 * programs ask for, and invitations, which are a way to an account and need no
 * other page.
 *
 * A path that is not named here is a page, so that one that comes later is not
 * there either.
 *
 * @module
 */
import { MTA_STS_PATH } from "../../federation/published/mta_sts_policy.ts";
import { ECHO_PREFIX } from "../../http/echo/port_echo.ts";
import { AUTOCONFIG_PATHS } from "../autoconfig.ts";
import { EXCHANGER_PATHS } from "../exchanger/exchanger.ts";
import { MXDELIV_PATHS } from "../mxdeliv/mxdeliv.ts";
import { SIGN_UP_PATHS } from "../new_account.ts";
import { INVITE_PREFIX } from "../pages/routes.ts";
import { SECURITY_PATH } from "../pages/security_text.ts";
import { DISCOVERY_PATH } from "../webmail/discovery.ts";

const PATHS: ReadonlySet<string> = new Set([
  ...AUTOCONFIG_PATHS,
  ...EXCHANGER_PATHS,
  ...MXDELIV_PATHS,
  MTA_STS_PATH,
  DISCOVERY_PATH,
  SECURITY_PATH,
  "/robots.txt",
  "/webimap",
  "/websmtp",
]);
const PREFIXES = [ECHO_PREFIX, INVITE_PREFIX, "/webimap/", "/websmtp/"];
/** Looking at it is looking at a page. */
const SIGN_UP_METHODS: ReadonlySet<string> = new Set(["POST", "OPTIONS"]);

export function isForPrograms(method: string, pathname: string): boolean {
  if (SIGN_UP_PATHS.includes(pathname)) return SIGN_UP_METHODS.has(method);
  return PATHS.has(pathname) ||
    PREFIXES.some((prefix) => pathname.startsWith(prefix));
}
