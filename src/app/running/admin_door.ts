/** API and panel by a listener that has nothing else, and where they are. @module */
import type { AdminApi, AdminDoor } from "../../api/admin/admin_api.ts";
import { type PanelBackend, withPanel } from "../../api/panel/panel.ts";
import type { Config } from "../../config/schema.ts";
import type { HttpHandler } from "../../http/peer.ts";
import type { Settings } from "../../settings/settings.ts";

export interface AdminDoorParts {
  readonly settings: Settings;
  readonly adminApi: AdminApi;
  config(): Config;
}

export function panelBackend(
  { settings, adminApi, config }: AdminDoorParts,
  door: AdminDoor = "site",
): PanelBackend {
  return {
    place(peer) {
      const isShown = settings.get("admin_web_enabled") &&
        adminApi.isThereFor(peer, door);
      return isShown
        ? {
          path: settings.get("admin_web_path"),
          api: settings.get("admin_path"),
        }
        : undefined;
    },
    allowsInsecure: () => config().http.allowInsecureSensitive,
  };
}

/** What is there where API and panel are alone. */
export function adminDoor(parts: AdminDoorParts): HttpHandler {
  return withPanel(
    panelBackend(parts, "own"),
    async (request, exchange) =>
      await parts.adminApi.answer(request, exchange, "own") ??
        new Response("Not found\n", {
          status: 404,
          headers: { "content-type": "text/plain; charset=utf-8" },
        }),
  );
}

/** `http://host:port`, where API and panel are not with the site. */
export function adminOrigin({ admin, server }: Config): string | undefined {
  const [first] = admin.listen;
  if (!first) return undefined;
  const { host = "::", port } = first;
  const isAny = host === "::" || host === "0.0.0.0";
  const name = isAny ? server.domain : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
