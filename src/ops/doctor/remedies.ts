/** What mends something, as it can be done in the state that there is. @module */
import type { ListenerName } from "../../config/listener_table.ts";
import type { World } from "./check.ts";

/** For a certificate that others trust: from an authority, unless none gives one for such a name. */
export function trustedCertificate({ context }: World): string {
  const [obstacle] = context.certificates.obstacles();
  return obstacle === undefined
    ? "postern certificate acme --email ADDRESS"
    : `postern certificate file CHAIN KEY, with one that others trust; none comes from an authority (${obstacle})`;
}

/** For a listener that is closed. */
export function openListener(
  { context: { settings, listeners } }: World,
  name: ListenerName,
): string {
  if (!settings.get(`${name}_enabled`)) return `postern port ${name} enable`;
  return listeners()[name].length === 0
    ? `postern port ${name} set PORT`
    : "postern port status; postern logs";
}

/** For a log that says more, also where its level is locked. */
export function fullerLog(
  { config, context: { settings } }: World,
): string {
  const isLocked = config.log.lock || settings.view("log_level").locked;
  return isLocked
    ? "postern config set log.level info; postern reload"
    : "postern settings set log_level info";
}
