/** `/admin/dkim`: the key that signs our mail, and whether the DNS shows it. @module */
import { literalIp } from "../../../mail/address.ts";
import type { AdminContext } from "../../../admin/context.ts";
import type { AdminOutput } from "../../../admin/operation_table.ts";
import type { Resource } from "../resource.ts";
import { action, perform } from "./action.ts";

type Key = AdminOutput<"dkim.list">["keys"][number];

/** One of the first domain: the kind that every server reads. */
function shownOf<K extends Key>(
  { domains }: AdminContext,
  keys: readonly K[],
): K | undefined {
  const own = keys.filter(({ domain }) => domain === domains.primary);
  return own.find(({ algorithm, state }) =>
    algorithm === "rsa-sha256" && state === "active"
  ) ?? own.find(({ algorithm }) => algorithm === "rsa-sha256") ?? own[0];
}

function placeOf({ domains, stateDir }: AdminContext, key: Key | undefined) {
  const domain = domains.primary;
  const isAddress = literalIp(domain) !== undefined;
  return {
    selector: key?.selector ?? null,
    domain,
    dns_name: key ? `${key.selector}._domainkey` : null,
    dns_fqdn: key?.name ?? null,
    publishable: !isAddress,
    key_present: key !== undefined,
    private_key_path: `${stateDir}/dkim`,
    ...(isAddress
      ? { reason: "The mail domain is an IP literal, which has no DNS" }
      : {}),
  };
}

async function found(context: AdminContext): Promise<Key | undefined> {
  const { keys } = await perform(context, "dkim.list", {});
  return shownOf(context, keys);
}

async function shown(context: AdminContext) {
  if (literalIp(context.domains.primary) !== undefined) {
    return { ...placeOf(context, undefined), generated: false, txt: null };
  }
  const before = await found(context);
  const { keys } = await perform(context, "dkim.show", {});
  const key = shownOf(context, keys);
  return {
    ...placeOf(context, key),
    generated: before === undefined && key !== undefined,
    txt: key?.value ?? null,
  };
}

async function checked(context: AdminContext) {
  if (literalIp(context.domains.primary) !== undefined) {
    return { ...placeOf(context, undefined), checked: false, matched: false };
  }
  const { keys } = await perform(context, "dkim.check", {});
  const key = shownOf(context, keys);
  return {
    ...placeOf(context, key),
    checked: key !== undefined,
    matched: key?.record === "ok",
    expected: key?.value ?? null,
    found: key?.found ?? null,
    ...(key?.problem ? { lookup_error: key.problem } : {}),
  };
}

/** Makes no key. */
async function status(context: AdminContext) {
  const key = await found(context);
  if (key === undefined) {
    return {
      ...placeOf(context, undefined),
      dns_checked: false,
      dns_matched: false,
    };
  }
  const { checked: dns_checked, matched: dns_matched, ...rest } = await checked(
    context,
  );
  return { ...rest, dns_checked, dns_matched };
}

/** Recorded: keys are made that are missing, and those that the DNS shows begin to sign. */
function looks(
  path: string,
  run: (context: AdminContext) => Promise<unknown>,
): Resource {
  return {
    path,
    methods: {
      GET: action({
        scope: "full",
        changes: true,
        body: {},
        run: ({ context }) => run(context),
      }),
    },
  };
}

export const DKIM_RESOURCES: readonly Resource[] = [
  looks("/admin/dkim", shown),
  looks("/admin/dkim/check", checked),
  looks("/admin/dkim/status", status),
];
