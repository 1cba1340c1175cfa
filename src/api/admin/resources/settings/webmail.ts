/** `/admin/services/webmail_dev`: mail over HTTP for the web pages of others, at once. @module */
import { optional } from "valibot";
import type { AdminContext } from "../../../../admin/context.ts";
import { line } from "../../../../admin/fields.ts";
import { invalidField } from "../../../../admin/operation.ts";
import type { Resource } from "../../resource.ts";
import { action, perform, shows, unknownAction } from "../action.ts";
import { stateWord } from "./toggles.ts";

const ACTIONS = ["enable", "add_origin", "disable"] as const;
const SERVICES = ["webimap", "websmtp"] as const;

async function status(context: AdminContext) {
  const now = await perform(context, "webmail.status", {});
  const isOn = now.webimap_enabled && now.websmtp_enabled;
  return {
    status: stateWord(isOn),
    browser_access_enabled: isOn,
    webimap_enabled: stateWord(now.webimap_enabled),
    websmtp_enabled: stateWord(now.websmtp_enabled),
    cors_origins: now.cors_origins_list.join("\n"),
    cors_origins_list: now.cors_origins_list,
  };
}

async function addOrigin(
  context: AdminContext,
  origin: string,
): Promise<void> {
  await perform(context, "webmail.origins", {
    change: "add",
    origins: [origin],
  });
}

async function turn(context: AdminContext, enabled: boolean): Promise<void> {
  for (const service of SERVICES) {
    await perform(context, "webmail.set", { service, enabled });
  }
}

export const WEBMAIL_RESOURCES: readonly Resource[] = [{
  path: "/admin/services/webmail_dev",
  methods: {
    GET: shows(({ context }) => status(context)),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        action: line(ACTIONS.join(", ")),
        origin: optional(line("of the pages, as https://app.example, or *")),
      },
      async run({ context, body }) {
        const origin = (body.origin ?? "").trim();
        switch (body.action) {
          case "enable":
            if (origin !== "") await addOrigin(context, origin);
            await turn(context, true);
            break;
          case "add_origin":
            if (origin === "") throw invalidField("origin", "it is missing");
            await addOrigin(context, origin);
            break;
          case "disable":
            await turn(context, false);
            break;
          default:
            return unknownAction(ACTIONS);
        }
        return { ...await status(context), origin };
      },
    }),
  },
}];
