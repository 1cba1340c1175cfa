/** Where panel and API are, and who comes in by a code. @module */
import { optional } from "valibot";
import { formatDuration } from "../../../base/durations.ts";
import { Refusal } from "../../../base/refusal.ts";
import { webOrigin } from "../../../config/web_kinds.ts";
import { SCHEMA } from "../../../config/schema.ts";
import type { AdminContext } from "../../context.ts";
import { duration, flag, line } from "../../fields.ts";
import { adminObstacles } from "../listening/obstacles.ts";
import { inField, invalidField, operation } from "../../operation.ts";

export interface AdminWebStatus {
  readonly enabled: boolean;
  /** Why there is none although it is switched on. */
  readonly obstacles: readonly string[];
  readonly path: string;
  /** Where the panel is; null: nowhere. */
  readonly url: string | null;
  readonly api_path: string;
  readonly api_url: string | null;
  /** Web sites whose pages may call the API with a token. */
  readonly origins: readonly string[];
}

export interface LoginCode {
  /** Begins one session. */
  readonly code: string;
  /** The panel with the code behind `#`, which no server is told; null while there is no panel. */
  readonly url: string | null;
  readonly expires_at: number;
  readonly enabled: boolean;
}

const CODE_SECONDS = 300;
const LONGEST_CODE_SECONDS = 86_400;
const PATH_OCTETS = 5;

function status(context: AdminContext): AdminWebStatus {
  const { settings, access } = context;
  const obstacles = adminObstacles(context);
  const at = obstacles.length === 0 ? context.adminUrl() : undefined;
  const isWanted = settings.get("admin_web_enabled");
  const enabled = isWanted && !access.isDisabled;
  const path = settings.get("admin_web_path");
  const apiPath = settings.get("admin_path");
  return {
    enabled,
    obstacles: isWanted ? obstacles : [],
    path,
    url: enabled && at !== undefined ? `${at}${path}/` : null,
    api_path: apiPath,
    api_url: at === undefined ? null : at + apiPath,
    origins: settings.get("admin_cors_origins"),
  };
}

/** @throws {Refusal} */
async function newCode(
  context: AdminContext,
  lifetime: number | undefined,
): Promise<LoginCode> {
  const seconds = lifetime ?? CODE_SECONDS;
  if (seconds > LONGEST_CODE_SECONDS) {
    const longest = formatDuration(LONGEST_CODE_SECONDS);
    throw invalidField("lifetime", `may be ${longest} at most`);
  }
  const { code, expiresAt } = await context.access.addCode(seconds);
  const { url, enabled } = status(context);
  return {
    code,
    url: url === null ? null : `${url}#c=${code}`,
    expires_at: expiresAt,
    enabled,
  };
}

/** @throws {Refusal} */
async function setOrigins(
  context: AdminContext,
  origins: readonly string[],
): Promise<AdminWebStatus> {
  await inField(
    "origin",
    () => context.settings.set("admin_cors_origins", origins.join(", ")),
  );
  return status(context);
}

/** @throws {Refusal} */
function originOf(text: string): string {
  try {
    return webOrigin.parse(text);
  } catch (error) {
    throw invalidField("origin", error instanceof Error ? error.message : "");
  }
}

const ORIGIN = line("as https://panel.example", 300);

export const ADMIN_WEB_OPERATIONS = {
  "admin_web.status": operation({
    summary: "Where the admin panel and its API are",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "admin_web.set": operation({
    summary: "Show the admin panel, or show none",
    scope: "full",
    changes: true,
    input: { enabled: flag("whether there is a panel") },
    async run(context, { enabled }) {
      await context.settings.set("admin_web_enabled", String(enabled));
      return status(context);
    },
  }),
  "admin_web.path": operation({
    summary: "Move the admin panel, which is there from then on",
    scope: "full",
    changes: true,
    input: {
      path: optional(line("as /panel; absent: back to that of the file", 300)),
    },
    async run(context, { path }) {
      const { settings } = context;
      await inField(
        "path",
        () =>
          path === undefined
            ? settings.reset("admin_web_path")
            : settings.set("admin_web_path", path),
      );
      await settings.set("admin_web_enabled", "true");
      return status(context);
    },
  }),
  "admin_web.install": operation({
    summary:
      "Show the panel, at a path that nobody guesses unless it has one, and make a code for it",
    scope: "full",
    changes: true,
    input: {
      lifetime: optional(duration("for which the code is good; absent: 5m")),
    },
    secretOutputs: ["code", "url"],
    async run(context, { lifetime }) {
      const { settings, random } = context;
      if (settings.get("admin_web_path") === SCHEMA["admin.web_path"].initial) {
        const path = `/admin-${random(PATH_OCTETS).toHex()}`;
        await settings.set("admin_web_path", path);
      }
      await settings.set("admin_web_enabled", "true");
      return await newCode(context, lifetime);
    },
  }),
  "admin_web.allow_origin": operation({
    summary: "Let pages of another web site call the API with a token",
    scope: "full",
    changes: true,
    input: { origin: ORIGIN },
    async run(context, { origin }) {
      const there = context.settings.get("admin_cors_origins");
      const added = originOf(origin);
      return await setOrigins(context, [...new Set([...there, added])]);
    },
  }),
  "admin_web.remove_origin": operation({
    summary: "Let them no longer",
    scope: "full",
    changes: true,
    input: { origin: ORIGIN },
    async run(context, { origin }) {
      const there = context.settings.get("admin_cors_origins");
      const removed = originOf(origin);
      if (!there.includes(removed)) {
        throw new Refusal("not_found", {
          explanation: `${removed} is not one of those that may`,
        });
      }
      return await setOrigins(context, there.filter((one) => one !== removed));
    },
  }),
  "admin.login": operation({
    summary: "Make a code that begins one session of the panel",
    scope: "full",
    changes: true,
    input: {
      lifetime: optional(duration("for which the code is good; absent: 5m")),
    },
    secretOutputs: ["code", "url"],
    run: (context, { lifetime }) => newCode(context, lifetime),
  }),
} as const;
