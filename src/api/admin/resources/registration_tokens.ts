/** `/admin/registration-token`: invitations. @module */
import * as v from "valibot";
import { accountLink } from "../../../accounts/login_link.ts";
import { MAX_NOTE } from "../../../sharing/invitation_notes.ts";
import type { AdminContext } from "../../../admin/context.ts";
import { line, moment, secretText, text } from "../../../admin/fields.ts";
import type { TokenShape } from "../../../admin/operations/registration_tokens.ts";
import { qrSvg } from "../../qr_svg.ts";
import { type Resource, ResourceAnswer } from "../resource.ts";
import { action, given, perform } from "./action.ts";

function moments(token: TokenShape) {
  const { created_at, expires_at } = token;
  return {
    created_at: new Date(created_at * 1000).toISOString(),
    created_at_unix: created_at,
    expires_at: expires_at === null
      ? null
      : new Date(expires_at * 1000).toISOString(),
    expires_at_unix: expires_at,
  };
}

function tokenShape(token: TokenShape) {
  return {
    token: token.token,
    max_uses: token.max_uses,
    used_count: token.used_count,
    pending_reservations: token.pending_reservations,
    comment: token.comment,
    public_note: token.public_note,
    status: token.status,
    ...moments(token),
  };
}

/** What brings somebody in; nothing where there is no web site. */
function links(context: AdminContext, token: string) {
  const site = context.publicUrl();
  if (site === undefined) return {};
  const written = encodeURIComponent(token);
  const account = accountLink(`${site}/new?token=${written}`);
  return {
    invite_url: `${site}/inv/${written}`,
    dcaccount_url: account,
    qr_svg: qrSvg(account),
  };
}

const TOKEN = secretText("the token's text");

/** How often it may be used, however panels of other relays say that they do not care. */
const MAX_USES = v.pipe(
  v.number("must be a whole number"),
  v.safeInteger("must be a whole number"),
  v.transform((count) => Math.max(1, count)),
);

export const REGISTRATION_TOKEN_RESOURCES: readonly Resource[] = [{
  path: "/admin/registration-token",
  methods: {
    GET: action({
      scope: "accounts",
      changes: false,
      body: { token: v.optional(TOKEN) },
      async run({ context, body }) {
        if (body.token !== undefined) {
          const one = await perform(context, "registration_tokens.status", {
            token: body.token,
          });
          return {
            ...tokenShape(one),
            ...links(context, one.token),
            accounts: one.pending_accounts.map(({ username, status }) => ({
              username,
              logged_in: status === "consumed",
            })),
          };
        }
        const { tokens, total } = await perform(
          context,
          "registration_tokens.list",
          {},
        );
        return { tokens: tokens.map(tokenShape), total };
      },
    }),
    POST: action({
      scope: "accounts",
      changes: true,
      body: {
        token: v.optional(secretText("drawn at random without it")),
        max_uses: v.optional(MAX_USES),
        comment: v.optional(line("what it is for")),
        public_note: v.optional(
          line("what whoever opens the invitation is told", MAX_NOTE),
        ),
        expires_in: v.optional(text("how long it is good, as 7d")),
        expires_at: v.optional(moment("until when it is good")),
      },
      async run({ context, body }) {
        const { token = "", expires_in = "", expires_at, ...rest } = body;
        const stored = await perform(context, "registration_tokens.create", {
          ...given({
            ...rest,
            token: token.trim() === "" ? undefined : token,
            expires_in: withUnit(expires_in),
            expires_at: blank(expires_at) ? null : expires_at,
          }),
        });
        return new ResourceAnswer(stored.created ? 201 : 200, {
          ...tokenShape(stored),
          ...links(context, stored.token),
        });
      },
    }),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: { token: TOKEN },
      async run({ context, body }) {
        const { token } = await perform(
          context,
          "registration_tokens.delete",
          body,
        );
        return { deleted: token };
      },
    }),
  },
}];

/** Programs made for other relays say seconds by a number alone. */
function withUnit(expiresIn: string): string | undefined {
  const written = expiresIn.trim();
  if (written === "") return undefined;
  return /^\d+$/.test(written) ? `${written}s` : written;
}

function blank(written: string | number | null | undefined): boolean {
  return typeof written === "string" && written.trim() === "";
}
