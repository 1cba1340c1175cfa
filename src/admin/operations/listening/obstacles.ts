/** Why something that is switched on is not to be had all the same. @module */
import type { ListenerName } from "../../../config/listener_table.ts";
import type { AdminContext } from "../../context.ts";

const SITE = ["https", "http"] as const;

/** What is in the way of all that needs one of these listeners; nothing while one listens. */
export function listenerObstacles(
  { settings, listeners }: Pick<AdminContext, "settings" | "listeners">,
  names: readonly ListenerName[],
): string[] {
  const all = listeners();
  if (names.some((name) => all[name].length > 0)) return [];
  const ways = names.map((name) =>
    settings.get(`${name}_enabled`)
      ? `"port ${name} set PORT"`
      : `"port ${name} enable"`
  );
  const verb = names.length === 1 ? "listens" : "listen";
  return [
    `${names.join(" and ")} ${verb} nowhere: ${ways.join(" or ")} changes that`,
  ];
}

/** Of what is part of the web site. */
export function siteObstacles(
  context: Pick<AdminContext, "settings" | "listeners">,
): string[] {
  return listenerObstacles(context, SITE);
}

/** Of API and panel. */
export function adminObstacles(
  context: Pick<
    AdminContext,
    "access" | "adminIsAnswered" | "adminUrl" | "settings" | "listeners"
  >,
): string[] {
  return [
    ...context.adminIsAnswered() ? [] : [
      'admin.enabled is false: "config set admin.enabled true", then "reload"',
    ],
    ...context.access.isDisabled
      ? [
        'admin.token is disabled: "config set admin.token \'\'", then "restart"',
      ]
      : [],
    ...context.adminUrl() === undefined ? siteObstacles(context) : [],
  ];
}
