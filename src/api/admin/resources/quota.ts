/** `/admin/quota`: how much accounts may hold, and how much they do. @module */
import { optional } from "valibot";
import type { AdminContext } from "../../../admin/context.ts";
import { flag, integer, text } from "../../../admin/fields.ts";
import { invalidField, type Scope } from "../../../admin/operation.ts";
import type { Resource } from "../resource.ts";
import { action, demand, perform } from "./action.ts";

/** In place of a name, as other relays store what holds for all. */
const EVERYBODY = "__GLOBAL_DEFAULT__";
/** More than any disk has: nothing that fits in a number is refused for its sum. */
const UNLIMITED_BYTES = 2 ** 50;

interface Wanted {
  readonly username?: string | undefined;
  readonly max_bytes?: number | undefined;
  readonly unlimited?: boolean | undefined;
}

/** @throws {Refusal} */
async function setQuota(
  context: AdminContext,
  wanted: Wanted,
  scope: Scope,
) {
  const { username = "", unlimited } = wanted;
  if ((wanted.max_bytes === undefined) === (unlimited !== true)) {
    throw invalidField("max_bytes", "name a size, or unlimited");
  }
  const octets = unlimited ? UNLIMITED_BYTES : wanted.max_bytes!;
  if (username === "" || username === EVERYBODY) {
    if (octets === 0) {
      throw invalidField("max_bytes", "must be more than 0 for everybody");
    }
    demand(scope, "full");
    await perform(context, "quota.set_default", { max_bytes: octets });
    return { username: "", max_bytes: octets };
  }
  const set = octets === 0
    ? await perform(context, "quota.reset", { username })
    : await perform(context, "quota.set", { username, max_bytes: octets });
  return { username: set.username, max_bytes: set.max_bytes };
}

export const QUOTA_RESOURCES: readonly Resource[] = [{
  path: "/admin/quota",
  methods: {
    GET: action({
      scope: "read",
      changes: false,
      body: { username: optional(text("an account; all together without it")) },
      run: ({ context, body: { username = "" } }) =>
        username === ""
          ? perform(context, "quota.status", {})
          : perform(context, "quota.get", { username }),
    }),
    PUT: action({
      scope: "accounts",
      changes: true,
      body: {
        username: optional(text("an account; everybody without it")),
        max_bytes: optional(
          integer("0 of an account: the default", {
            min: 0,
            max: Number.MAX_SAFE_INTEGER,
          }),
        ),
        unlimited: optional(flag("no limit but the disk")),
      },
      run: ({ context, body, scope }) => setQuota(context, body, scope),
    }),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: { username: text("an account, which has the default again") },
      async run({ context, body }) {
        const { username } = await perform(context, "quota.reset", body);
        return { reset: username };
      },
    }),
  },
}];
