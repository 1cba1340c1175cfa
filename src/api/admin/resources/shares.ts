/** `/admin/shares`: short links to contacts. Nothing of it is there while they are switched off. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../../admin/context.ts";
import type { ShareShape } from "../../../admin/operations/web/sharing.ts";
import { flag, line, text } from "../../../admin/fields.ts";
import { invalidField } from "../../../admin/operation.ts";
import { type Resource, ResourceAnswer } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

const MOST = 1000;
const SLUG = line("ending of the link");
const URL_FIELD = text("invite link of Delta Chat, or openpgp4fpr:");

/** @throws {Refusal} `not_found` */
function mustBeOn({ settings }: AdminContext): void {
  if (settings.get("sharing_enabled")) return;
  throw new Refusal("not_found", { explanation: "Sharing is switched off" });
}

function shareShape(share: ShareShape) {
  const { slug, name, url, kind, created_at, views, reserved } = share;
  return { slug, name, url, kind, created_at, views, reserved };
}

async function everyShare(context: AdminContext) {
  const shares: ReturnType<typeof shareShape>[] = [];
  for (;;) {
    const page = await perform(context, "sharing.list", {
      offset: shares.length,
      limit: MOST,
    });
    shares.push(...page.shares.map(shareShape));
    if (page.shares.length < MOST) return { shares, total: page.total };
  }
}

export const SHARE_RESOURCES: readonly Resource[] = [{
  path: "/admin/shares",
  methods: {
    GET: shows(({ context }) => {
      mustBeOn(context);
      return everyShare(context);
    }),
    POST: action({
      scope: "accounts",
      changes: true,
      body: {
        slug: optional(SLUG),
        url: optional(URL_FIELD),
        name: optional(line("name to show")),
        reserved: optional(flag("nobody is given the ending")),
      },
      async run({ context, body: { slug, url, name, reserved } }) {
        mustBeOn(context);
        if (reserved) {
          if (slug === undefined) throw invalidField("slug", "it is missing");
          const kept = await perform(context, "sharing.reserve", { slug });
          return new ResourceAnswer(201, shareShape(kept));
        }
        if (url === undefined) throw invalidField("url", "it is missing");
        const made = await perform(context, "sharing.create", {
          url,
          ...given({ slug, name }),
        });
        return new ResourceAnswer(201, shareShape(made));
      },
    }),
    PUT: action({
      scope: "accounts",
      changes: true,
      body: {
        slug: SLUG,
        url: optional(URL_FIELD),
        name: optional(line("name to show")),
      },
      async run({ context, body: { slug, url, name } }) {
        mustBeOn(context);
        return shareShape(
          await perform(context, "sharing.edit", {
            slug,
            ...given({ url, name }),
          }),
        );
      },
    }),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: { slug: SLUG },
      run({ context, body }) {
        mustBeOn(context);
        return perform(context, "sharing.remove", body);
      },
    }),
  },
}];
