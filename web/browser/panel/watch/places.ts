/** Places in the panel that others lead to. @module */

/** Where an invitation is begun at once. */
export const NEW_INVITE = "/invites?new";

/** Titles of the screens that conditions lead to. */
export const SCREEN_TITLES: Readonly<Record<string, string>> = {
  "/storage": "screen.storage",
  "/settings": "screen.settings",
  "/logs": "screen.logs",
  "/federation": "screen.federation",
  "/queue": "screen.queue",
  "/certificates": "screen.certificates",
  "/services": "screen.services",
  "/website": "screen.website",
  "/ports": "screen.ports",
  "/traffic": "screen.traffic",
};
