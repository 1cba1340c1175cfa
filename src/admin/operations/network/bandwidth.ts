/** The octets that have passed. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../../base/clock.ts";
import { days } from "../../../base/durations.ts";
import type { AccountId } from "../../../base/ids.ts";
import type { Octets } from "../../bandwidth_control.ts";
import type { AdminContext } from "../../context.ts";
import { choice, integer } from "../../fields.ts";
import { operation } from "../../operation.ts";
import { TRAFFIC_CATEGORIES } from "../../../observe/traffic.ts";

interface OctetsShape {
  readonly bytes_in: number;
  readonly bytes_out: number;
}

function shape(octets: Octets): OctetsShape {
  return { bytes_in: octets.in, bytes_out: octets.out };
}

export function monthShape({ bandwidth }: AdminContext) {
  const found = bandwidth.month();
  const { capOctets, total, forecastOctets } = found;
  return {
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

async function users({ bandwidth, store }: AdminContext, limit: number) {
  const largest = bandwidth.users(limit);
  const named = await Promise.all(largest.map(async (one) => {
    const account = await store.accounts.byId(one.account as AccountId);
    return account ? [{ username: account.address, ...shape(one) }] : [];
  }));
  return { users: named.flat() };
}

export const BANDWIDTH_OPERATIONS = {
  "bandwidth.show": operation({
    summary: "Octets that have passed this month, and by its end",
    scope: "read",
    changes: false,
    input: {},
    run: (context) => Promise.resolve(monthShape(context)),
  }),
  "bandwidth.timeseries": operation({
    summary: "Octets that have passed, by hour or day",
    scope: "read",
    changes: false,
    input: {
      days: optional(integer("days until now", { min: 1, max: 731 }), 30),
      granularity: optional(choice("of one row", ["hour", "day"]), "day"),
      category: optional(
        choice("one of them alone", [...TRAFFIC_CATEGORIES, "nic_total"]),
      ),
    },
    run({ bandwidth, clock }, { days: count, granularity, category }) {
      const now = nowSeconds(clock);
      const buckets = bandwidth.series({
        fromSeconds: now - days(count),
        toSeconds: now + 1,
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
    input: { limit: optional(integer("how many", { min: 1, max: 1000 }), 20) },
    run: (context, { limit }) => users(context, limit),
  }),
} as const;
