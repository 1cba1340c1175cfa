/** Certificate, DNS, backups, pages of one's own, and the octets that have passed. @module */
import { nullable, optional } from "valibot";
import { choice, flag, integer } from "../../../admin/fields.ts";
import type { AdminContext } from "../../../admin/context.ts";
import { TRAFFIC_CATEGORIES } from "../../../observe/traffic.ts";
import type { Resource } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

const certificate: Resource = {
  path: "/admin/certificate",
  methods: {
    GET: shows(({ context }) => perform(context, "certificate.status", {})),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        action: optional(choice("what is done", ["renew"])),
        force: optional(flag("also if it is not due")),
        new_key: optional(flag("with a new key")),
      },
      run: ({ context, body: { force, new_key } }) =>
        perform(context, "certificate.obtain", given({ force, new_key })),
    }),
  },
};

/** It asks the DNS, and keys that are there begin to sign: more than a look. */
const dnscheck: Resource = {
  path: "/admin/dnscheck",
  methods: {
    GET: action({
      scope: "full",
      changes: true,
      body: {},
      run: ({ context }) => perform(context, "dns.check", {}),
    }),
  },
};

const backup: Resource = {
  path: "/admin/backup",
  methods: {
    GET: shows(({ context }) => perform(context, "backup.list", {})),
    POST: action({
      scope: "full",
      changes: true,
      body: {},
      run: ({ context }) => perform(context, "backup.create", {}),
    }),
  },
};

const html: Resource = {
  path: "/admin/html",
  methods: {
    GET: shows(({ context }) => perform(context, "html.status", {})),
  },
};

const bandwidth: Resource = {
  path: "/admin/bandwidth",
  methods: {
    GET: shows(({ context }) => perform(context, "bandwidth.show", {})),
  },
};

/** Until the year 9999. */
const TIMES = { min: 1, max: 253_402_300_799 };

const timeseries: Resource = {
  path: "/admin/bandwidth/timeseries",
  methods: {
    GET: action({
      scope: "read",
      changes: false,
      body: {
        days: optional(integer("days until now", { min: 1, max: 731 })),
        from: optional(
          integer("seconds since 1970 UTC, in place of days", TIMES),
        ),
        to: optional(integer("before which it ends", TIMES)),
        granularity: optional(choice("of one row", ["hour", "day"])),
        category: optional(
          choice("one of them alone", [...TRAFFIC_CATEGORIES, "nic_total"]),
        ),
      },
      run: ({ context, body }) =>
        perform(context, "bandwidth.timeseries", given(body)),
    }),
  },
};

const users: Resource = {
  path: "/admin/bandwidth/users",
  methods: {
    GET: action({
      scope: "accounts",
      changes: false,
      body: {
        limit: optional(integer("how many", { min: 1, max: 1000 })),
        sort: optional(choice("what is most", ["total", "in", "out"])),
      },
      run: ({ context, body }) =>
        perform(context, "bandwidth.users", given(body)),
    }),
  },
};

function limitsShape({ settings }: AdminContext) {
  const cap = settings.get("bandwidth_monthly_cap");
  return {
    monthly_cap_bytes: cap === 0 ? null : cap,
    cap_action: settings.get("bandwidth_cap_action"),
    billing_day: settings.get("bandwidth_billing_day"),
  };
}

const limits: Resource = {
  path: "/admin/bandwidth/limits",
  methods: {
    GET: shows(({ context }) => limitsShape(context)),
    PUT: action({
      scope: "full",
      changes: true,
      body: {
        monthly_cap_bytes: optional(
          nullable(integer("octets to others in a month; null: no limit", {
            min: 1,
            max: Number.MAX_SAFE_INTEGER,
          })),
        ),
        cap_action: optional(
          choice("what is done at the limit", ["none", "disable_relays"]),
        ),
        billing_day: optional(integer("of the month", { min: 1, max: 28 })),
      },
      async run({ context, body }) {
        const values = given({
          bandwidth_monthly_cap: body.monthly_cap_bytes === undefined
            ? undefined
            : `${body.monthly_cap_bytes ?? 0}B`,
          bandwidth_cap_action: body.cap_action,
          bandwidth_billing_day: body.billing_day === undefined
            ? undefined
            : String(body.billing_day),
        });
        await perform(context, "settings.change", { values });
        return limitsShape(context);
      },
    }),
  },
};

export const UPKEEP_RESOURCES: readonly Resource[] = [
  certificate,
  dnscheck,
  backup,
  html,
  bandwidth,
  timeseries,
  users,
  limits,
];
