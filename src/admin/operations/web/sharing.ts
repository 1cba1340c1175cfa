/** Short links to contacts: what there is, made and changed by an operator. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import { webForm } from "../../../sharing/invite.ts";
import type { Share } from "../../../sharing/shares.ts";
import type { AdminContext } from "../../context.ts";
import { choice, integer, line, text } from "../../fields.ts";
import { siteObstacles } from "../listening/obstacles.ts";
import { inField, operation } from "../../operation.ts";

export interface SharingStatus {
  readonly enabled: boolean;
  /** They are there, and not hidden with the site. */
  readonly visible: boolean;
  /** Why nobody sees them although they are switched on. */
  readonly obstacles: readonly string[];
  readonly count: number;
  readonly reserved: number;
}

export interface ShareShape {
  readonly slug: string;
  readonly name: string;
  /** `openpgp4fpr:…`; empty if it is reserved. */
  readonly url: string;
  readonly kind: Share["kind"];
  readonly created_at: number;
  readonly views: number;
  /** Start of the day, UTC. */
  readonly last_view_at: number | null;
  readonly reserved: boolean;
  /** Where it can be seen. */
  readonly link: string | null;
  /** The form that works without the app. */
  readonly invite_link: string | null;
}

const PAGE = 1000;
const SECONDS_PER_DAY = 86_400;
const ORDERS = ["created", "slug", "name", "views"] as const;
const SLUG = line("ending of the link, 3 to 40 characters");
const URL_FIELD = text("invite link of Delta Chat, or openpgp4fpr:");
const NAME = line("name to show; empty: the one in the link");

function status(context: AdminContext): SharingStatus {
  const { settings, shares } = context;
  const enabled = settings.get("sharing_enabled");
  const hidden = hiddenBy(context);
  const all = shares.list();
  const reserved = all.filter(({ kind }) => kind === "reserved").length;
  return {
    enabled,
    visible: enabled && hidden.length === 0,
    obstacles: enabled ? [...hidden, ...siteObstacles(context)] : [],
    count: all.length - reserved,
    reserved,
  };
}

function hiddenBy({ settings, ownPages }: AdminContext): string[] {
  return [
    ...ownPages.areShown()
      ? []
      : ['web.enabled is false: "config set web.enabled true", then "reload"'],
    ...settings.get("web_stealth") === "off"
      ? []
      : ['the site hides: "stealth off" shows it'],
  ];
}

function shape(context: AdminContext, share: Share): ShareShape {
  const isReserved = share.kind === "reserved";
  const at = context.publicUrl();
  return {
    slug: share.slug,
    name: isReserved ? "" : share.name,
    url: share.url,
    kind: share.kind,
    created_at: share.createdAt,
    views: share.views,
    last_view_at: share.lastViewDay === undefined
      ? null
      : share.lastViewDay * SECONDS_PER_DAY,
    reserved: isReserved,
    link: isReserved || at === undefined ? null : `${at}/${share.slug}`,
    invite_link: isReserved ? null : webForm(share.url),
  };
}

interface ListInput {
  readonly search?: string | undefined;
  readonly order?: (typeof ORDERS)[number] | undefined;
  readonly direction?: "asc" | "desc" | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

function list(
  context: AdminContext,
  { search = "", order = "created", direction, offset = 0, limit }: ListInput,
) {
  const wanted = search.toLowerCase();
  const found = context.shares.list().filter(({ slug, name }) =>
    slug.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted)
  );
  found.sort(ORDER[order]);
  const isDown = direction === undefined
    ? order === "created" || order === "views"
    : direction === "desc";
  if (isDown) found.reverse();
  const page = found.slice(offset, offset + (limit ?? PAGE));
  return {
    shares: page.map((share) => shape(context, share)),
    total: found.length,
  };
}

type Comparison = (one: Share, other: Share) => number;
const bySlug: Comparison = (one, other) => one.slug < other.slug ? -1 : 1;
const ORDER: Readonly<Record<(typeof ORDERS)[number], Comparison>> = {
  created: (one, other) =>
    one.createdAt - other.createdAt || bySlug(one, other),
  views: (one, other) => one.views - other.views || bySlug(one, other),
  name: (one, other) => one.name.localeCompare(other.name),
  slug: bySlug,
};

function shared({ shares }: AdminContext, slug: string): Share {
  const share = shares.find(slug);
  if (share) return share;
  throw new Refusal("not_found", { explanation: "There is no such link" });
}

export const SHARING_OPERATIONS = {
  "sharing.status": operation({
    summary: "Whether contacts are shared here, and how many",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "sharing.enable": operation({
    summary: "Let anybody make short links to contacts",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await context.settings.set("sharing_enabled", "true");
      return status(context);
    },
  }),
  "sharing.disable": operation({
    summary: "Neither make nor show short links; they are kept",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await context.settings.set("sharing_enabled", "false");
      return status(context);
    },
  }),
  "sharing.list": operation({
    summary: "Short links to contacts, and endings that nobody is given",
    scope: "read",
    changes: false,
    input: {
      search: optional(line("part of ending or name")),
      order: optional(choice("by what they are sorted", ORDERS)),
      direction: optional(choice("which way", ["asc", "desc"])),
      offset: optional(
        integer("how many to leave out", { min: 0, max: 1_000_000 }),
      ),
      limit: optional(integer("how many at most", { min: 1, max: PAGE })),
    },
    run: list,
  }),
  "sharing.info": operation({
    summary: "One short link",
    scope: "read",
    changes: false,
    input: { slug: SLUG },
    run: (context, { slug }) => shape(context, shared(context, slug)),
  }),
  "sharing.create": operation({
    summary: "Make a short link to a contact",
    scope: "accounts",
    changes: true,
    input: {
      slug: optional(line("ending of the link; empty: one is drawn")),
      url: URL_FIELD,
      name: optional(NAME),
    },
    async run(context, { slug = "", url, name = "" }) {
      const share = await inField(
        "url",
        () => context.shares.createByOperator({ slug, url, name }),
      );
      return shape(context, share);
    },
  }),
  "sharing.reserve": operation({
    summary: "Let nobody have an ending",
    scope: "accounts",
    changes: true,
    input: { slug: SLUG },
    run: async (context, { slug }) =>
      shape(context, await context.shares.reserve(slug.trim())),
  }),
  "sharing.edit": operation({
    summary: "Have a short link lead elsewhere, or show another name",
    scope: "accounts",
    changes: true,
    input: {
      slug: SLUG,
      url: optional(URL_FIELD),
      name: optional(line("name to show; left out: it stays")),
    },
    run: async (context, { slug, url, name }) =>
      shape(
        context,
        await context.shares.edit(slug, {
          ...(url === undefined ? {} : { url }),
          ...(name === undefined ? {} : { name }),
        }),
      ),
  }),
  "sharing.remove": operation({
    summary: "Remove a short link, or a reserved ending",
    scope: "accounts",
    changes: true,
    input: { slug: SLUG },
    async run(context, { slug }) {
      const { slug: deleted } = shared(context, slug);
      await context.shares.remove(slug);
      return { deleted };
    },
  }),
} as const;
