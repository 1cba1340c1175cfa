/** Mail over HTTP: whether it is there, and which web pages may use it. @module */
import { Refusal } from "../../../base/refusal.ts";
import { ANY_ORIGIN, webOrigin } from "../../../config/web_kinds.ts";
import type { AdminContext } from "../../context.ts";
import { choice, flag, texts } from "../../fields.ts";
import { siteObstacles } from "../listening/obstacles.ts";
import { operation } from "../../operation.ts";

const SERVICES = ["webimap", "websmtp"] as const;
const CHANGES = ["set", "add", "remove", "reset"] as const;
const MOST = 50;

export interface WebmailStatus {
  readonly webimap_enabled: boolean;
  readonly websmtp_enabled: boolean;
  /** Why nobody gets to what is switched on. */
  readonly obstacles: readonly string[];
  /** Web pages of other origins may ask. */
  readonly browser_access_enabled: boolean;
  readonly cors_origins: string;
  readonly cors_origins_list: readonly string[];
  /** Never: only what is listed may ask. */
  readonly auto_reflect_origin: false;
  readonly user_invites_per_month: number;
}

function status(context: AdminContext): WebmailStatus {
  const { settings } = context;
  const origins = settings.get("webmail_cors_origins");
  return {
    webimap_enabled: settings.get("webimap_enabled"),
    websmtp_enabled: settings.get("websmtp_enabled"),
    obstacles:
      settings.get("webimap_enabled") || settings.get("websmtp_enabled")
        ? siteObstacles(context)
        : [],
    browser_access_enabled: origins.length > 0,
    cors_origins: origins.join(", "),
    cors_origins_list: origins,
    auto_reflect_origin: false,
    user_invites_per_month: settings.get("user_invites_per_month"),
  };
}

/** As it is compared. @throws {Refusal} `invalid_value` */
function originOf(text: string): string {
  const given = text.trim();
  if (given === ANY_ORIGIN) return given;
  try {
    return webOrigin.parse(given);
  } catch {
    // said below in other words, without the value
  }
  throw new Refusal("invalid_value", {
    field: "origins",
    explanation: "must be like https://app.example, or *",
  });
}

/** @throws {Refusal} `not_found` */
function without(
  current: readonly string[],
  removed: readonly string[],
): readonly string[] {
  const unknown = removed.find((origin) => !current.includes(origin));
  if (unknown !== undefined) {
    throw new Refusal("not_found", {
      field: "origins",
      explanation: `${unknown} is not among them`,
    });
  }
  return current.filter((origin) => !removed.includes(origin));
}

export const WEBMAIL_OPERATIONS = {
  "webmail.status": operation({
    summary: "Whether mail is read and sent over HTTP, and by which web pages",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "webmail.set": operation({
    summary: "Switch WebIMAP or WebSMTP on or off; open connections end",
    scope: "full",
    changes: true,
    input: {
      service: choice("what is switched", SERVICES),
      enabled: flag("whether it is there from now on"),
    },
    async run(context, { service, enabled }) {
      await context.settings.set(`${service}_enabled`, String(enabled));
      return status(context);
    },
  }),
  "webmail.origins": operation({
    summary: "Say which web pages of other origins may use mail over HTTP",
    scope: "full",
    changes: true,
    input: {
      change: choice("what becomes of the list", CHANGES),
      origins: texts("origins as https://app.example, or *", MOST),
    },
    async run(context, { change, origins }) {
      const { settings } = context;
      const name = "webmail_cors_origins";
      if (change === "reset") {
        await settings.reset(name);
        return status(context);
      }
      const given = origins.map(originOf);
      const current = settings.get(name);
      const next = change === "set"
        ? given
        : change === "add"
        ? [...current, ...given]
        : without(current, given);
      await settings.set(name, [...new Set(next)].join(", "));
      return status(context);
    },
  }),
} as const;
