/** `/admin/accounts`: all accounts, some at a time, made, deleted, taken out and in. @module */
import { optional } from "valibot";
import type { AccountId } from "../../../base/ids.ts";
import type { AdminContext } from "../../../admin/context.ts";
import {
  choice,
  duration,
  flag,
  integer,
  line,
  secretList,
  secretText,
  text,
} from "../../../admin/fields.ts";
import type { AdminInput } from "../../../admin/operation_table.ts";
import {
  ACCOUNT_FILTERS,
  ACCOUNT_ORDERS,
  type ListedAccount,
  listedAccount,
} from "../../../admin/operations/accounts.ts";
import { type Resource, ResourceAnswer } from "../resource.ts";
import { importAccounts } from "./account_import.ts";
import { action, given, perform, unknownAction } from "./action.ts";
import { qrSvg } from "../../qr_svg.ts";

/** As other relays list it: 0 for what never was. */
function accountShape(account: ListedAccount) {
  return {
    username: account.username,
    used_bytes: account.used_bytes,
    max_bytes: account.max_bytes,
    is_default_quota: account.is_default_quota,
    created_at: account.created_at,
    first_login_at: account.first_login_at ?? 0,
    last_login_at: account.last_login_at ?? 0,
    messages: account.messages,
    pinned: account.pinned,
    blocked: account.blocked,
  };
}

const PAGE = 1000;

/** All there are, for panels that look for themselves; between two pages others have their turn. */
async function everyAccount(context: AdminContext) {
  const accounts: ReturnType<typeof accountShape>[] = [];
  for (let after = 0 as AccountId;;) {
    const page = await context.store.accounts.page(after, PAGE);
    for (const account of page) {
      if (account.state !== "active") continue;
      accounts.push(accountShape(listedAccount(context, account)));
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
    await context.timers.sleep(0);
  }
  return { accounts, total: accounts.length };
}

const LIST_BODY = {
  q: optional(line("only names with this in them")),
  sort: optional(choice("what to go by", ACCOUNT_ORDERS)),
  dir: optional(choice("which way", ["asc", "desc"])),
  offset: optional(
    integer("leave out so many", { min: 0, max: 1_000_000_000 }),
  ),
  limit: optional(integer("at most so many", { min: 1, max: 500 })),
  filter: optional(choice("which accounts", ACCOUNT_FILTERS)),
  inactive_for: optional(duration("since the last login, in whole days")),
};

async function listAccounts(
  context: AdminContext,
  body: Omit<AdminInput<"accounts.list">, "search" | "inactive_for"> & {
    readonly q?: string | undefined;
    readonly inactive_for?: number | undefined;
  },
) {
  const { q, inactive_for, limit = 100, ...query } = body;
  const found = await perform(context, "accounts.list", {
    ...given({ ...query, search: q }),
    ...(inactive_for === undefined ? {} : { inactive_for: `${inactive_for}s` }),
    limit,
  });
  return {
    accounts: found.accounts.map(accountShape),
    total: found.total,
  };
}

/** A page for each 1000 accounts. */
async function exportAccounts(context: AdminContext) {
  const users: unknown[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: { users: readonly unknown[]; next: number | null } =
      await perform(context, "accounts.export", { after });
    users.push(...page.users);
    after = page.next;
  }
  return { users, total: users.length };
}

/** So long an answer waits for the end; then it says how far it is. */
const LONGEST_WAIT_SECONDS = 30;

async function deleteAll(
  context: AdminContext,
  { confirm = "", reason }: {
    readonly confirm?: string | undefined;
    readonly reason?: string | undefined;
  },
) {
  const begun = await perform(context, "accounts.delete_all", {
    confirm,
    background: true,
    ...given({ reason }),
  });
  const job = await perform(context, "jobs.show", {
    id: begun.job.id,
    wait: LONGEST_WAIT_SECONDS,
  });
  return {
    deleted: job.done,
    ...(job.errors.length === 0 ? {} : { errors: job.errors }),
    job: job.id,
    state: job.state,
  };
}

/** Where nobody's mail is yet. */
async function exportPlace({ stateDir, random }: AdminContext) {
  const folder = `${stateDir}/exports`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return `${folder}/${random(8).toHex()}`;
}

const BULK = ["export", "import", "delete_all"] as const;

export const ACCOUNTS_RESOURCES: readonly Resource[] = [{
  path: "/admin/accounts",
  methods: {
    GET: action({
      scope: "read",
      changes: false,
      body: LIST_BODY,
      run: ({ context, body }) =>
        Object.keys(body).length === 0
          ? everyAccount(context)
          : listAccounts(context, body),
    }),
    POST: action({
      scope: "accounts",
      changes: true,
      body: {
        username: optional(text("drawn at random without it")),
        password: optional(secretText("drawn at random without it")),
        quota_bytes: optional(
          integer("of its own", { min: 1, max: Number.MAX_SAFE_INTEGER }),
        ),
      },
      async run({ context, body }) {
        const made = await perform(
          context,
          "accounts.create_random",
          given(body),
        );
        return new ResourceAnswer(201, {
          email: made.email,
          password: made.password,
          dclogin_url: made.dclogin,
          qr_svg: qrSvg(made.dclogin),
        });
      },
    }),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: {
        username: text("an address"),
        block: optional(flag("nobody can register the name again")),
        reason: optional(line("why, for the blocklist")),
        export: optional(
          flag("all mail is written to a Maildir of the server before"),
        ),
      },
      async run({ context, body }) {
        const { username, block, reason } = body;
        const place = body.export ? await exportPlace(context) : undefined;
        const removed = await perform(context, "accounts.delete", {
          username,
          ...given({
            block,
            reason: reason === "" ? undefined : reason,
            export: place,
          }),
        });
        return {
          ...(place === undefined
            ? {}
            : { exported: removed.exported, export_path: place }),
          deleted: removed.username,
          blocked: removed.blocked ? removed.username : null,
          reason: removed.reason,
        };
      },
    }),
    PATCH: action({
      scope: "full",
      changes: true,
      body: {
        action: line("export, import or delete_all"),
        users: optional(
          secretList("accounts with username, and password or hash"),
        ),
        confirm: optional(line("the domain, to delete all")),
        reason: optional(line("why, for the blocklist")),
      },
      run({ context, body }) {
        switch (body.action) {
          case "export":
            return exportAccounts(context);
          case "import":
            return importAccounts(context, body.users);
          case "delete_all":
            return deleteAll(context, body);
          default:
            return unknownAction(BULK);
        }
      },
    }),
  },
}];
