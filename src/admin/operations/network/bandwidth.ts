/** The octets that have passed. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../../base/clock.ts";
import { days } from "../../../base/durations.ts";
import type { AccountId } from "../../../base/ids.ts";
import type { Octets } from "../../bandwidth_control.ts";
import type { AdminContext } from "../../context.ts";
import { choice, integer, text } from "../../fields.ts";
import { inField, invalidField, operation } from "../../operation.ts";
import { TRAFFIC_CATEGORIES } from "../../../observe/traffic.ts";

interface OctetsShape {
  readonly bytes_in: number;
  readonly bytes_out: number;
}

function shape(octets: Octets): OctetsShape {
  return { bytes_in: octets.in, bytes_out: octets.out };
}

export function monthShape({ bandwidth }: AdminContext, atSeconds?: number) {
  const found = bandwidth.month(atSeconds);
  const { capOctets, total, forecastOctets } = found;
  return {
    counted: bandwidth.isOn,
    period_start: found.startSeconds,
    period_end: found.endSeconds,
    bytes_in_total: total.in,
    bytes_out_total: total.out,
    monthly_cap_bytes: capOctets === 0 ? null : capOctets,
    percent_used: capOctets === 0
      ? null
      : Math.round(total.out / capOctets * 1000) / 10,
    forecast_bytes_out: forecastOctets ?? null,
    by_category: Object.fromEntries(
      [...found.byCategory].map(([name, octets]) => [name, shape(octets)]),
    ),
    nic_total: found.interface ? shape(found.interface) : null,
  };
}

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** When a month begins that has begun. @throws {Refusal} `invalid_value` */
function beginOf({ settings, clock }: AdminContext, month: string): number {
  const [, year, number] = MONTH.exec(month.slice(0, 8)) ?? [];
  if (number === undefined) {
    throw invalidField("month", "must be a year and a month, as 2026-07");
  }
  const day = settings.get("bandwidth_billing_day");
  const begin = Date.UTC(Number(year), Number(number) - 1, day) / 1000;
  if (begin <= nowSeconds(clock)) return begin;
  throw invalidField("month", "has not begun yet");
}

type UserOrder = "total" | "in" | "out";

async function users(
  { bandwidth, store }: AdminContext,
  { limit, sort }: { readonly limit: number; readonly sort: UserOrder },
) {
  const largest = bandwidth.users(limit, sort);
  const named = await Promise.all(largest.map(async (one) => {
    const account = await store.accounts.byId(one.account as AccountId);
    return account ? [{ username: account.address, ...shape(one) }] : [];
  }));
  return { users: named.flat() };
}

function limits(context: AdminContext) {
  const { settings } = context;
  const { monthly_cap_bytes, percent_used, period_start, period_end } =
    monthShape(context);
  return {
    monthly_cap_bytes,
    cap_action: settings.get("bandwidth_cap_action"),
    billing_day: settings.get("bandwidth_billing_day"),
    percent_used,
    period_start,
    period_end,
  };
}

/** The year 9999. */
const LATEST = 253_402_300_799;

export const BANDWIDTH_OPERATIONS = {
  "bandwidth.show": operation({
    summary: "Octets that have passed this month, and by its end",
    scope: "read",
    changes: false,
    input: {
      month: optional(
        text(
          "another one, as 2026-07: from the billing day in it; up to two years are kept",
        ),
      ),
    },
    run: (context, { month }) =>
      monthShape(
        context,
        month === undefined ? undefined : beginOf(context, month),
      ),
  }),
  "bandwidth.timeseries": operation({
    summary: "Octets that have passed, by hour or day",
    scope: "read",
    changes: false,
    input: {
      days: optional(integer("days until now", { min: 1, max: 731 }), 30),
      from: optional(
        integer("seconds since 1970 UTC, in place of days", {
          min: 0,
          max: LATEST,
        }),
      ),
      to: optional(
        integer("before which it ends; now when absent", {
          min: 1,
          max: LATEST,
        }),
      ),
      granularity: optional(choice("of one row", ["hour", "day"]), "day"),
      category: optional(
        choice("one of them alone", [...TRAFFIC_CATEGORIES, "nic_total"]),
      ),
    },
    run({ bandwidth, clock }, { days: count, from, to, ...wanted }) {
      const { granularity, category } = wanted;
      const now = nowSeconds(clock);
      const buckets = bandwidth.series({
        fromSeconds: from ?? now - days(count),
        toSeconds: to ?? now + 1,
        granularity,
        ...(category === undefined ? {} : { category }),
      });
      return Promise.resolve({
        buckets: buckets.map((one) => ({
          bucket_start: one.startSeconds,
          ...shape(one),
        })),
      });
    },
  }),
  "bandwidth.users": operation({
    summary:
      "Accounts that have moved most this month, where bandwidth.per_user is on",
    scope: "accounts",
    changes: false,
    input: {
      limit: optional(integer("how many", { min: 1, max: 1000 }), 20),
      sort: optional(choice("what is most", ["total", "in", "out"]), "total"),
    },
    run: users,
  }),
  "bandwidth.limits": operation({
    summary: "What may go out in a month, and what is done then",
    scope: "read",
    changes: false,
    input: {},
    run: limits,
  }),
  "bandwidth.set_limits": operation({
    summary: "Say what may go out in a month, and what is done then",
    scope: "full",
    changes: true,
    input: {
      monthly_cap: optional(text("a size, as 500G; 0 for any amount")),
      cap_action: optional(
        choice("once it has gone out", ["none", "disable_relays"]),
      ),
      billing_day: optional(
        integer("day on which a month begins, UTC", { min: 1, max: 28 }),
      ),
    },
    async run(context, { monthly_cap, cap_action, billing_day }) {
      const { settings } = context;
      // what may be refused comes first
      if (monthly_cap !== undefined) {
        await inField(
          "monthly_cap",
          () => settings.set("bandwidth_monthly_cap", monthly_cap),
        );
      }
      if (cap_action !== undefined) {
        await settings.set("bandwidth_cap_action", cap_action);
      }
      if (billing_day !== undefined) {
        await settings.set("bandwidth_billing_day", String(billing_day));
      }
      return limits(context);
    },
  }),
} as const;
