/** Titles of the screens that conditions lead to. @module */
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
