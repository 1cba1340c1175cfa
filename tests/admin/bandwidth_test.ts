/** What admins hear of the octets that have passed. */
import assert from "node:assert/strict";
import { call, withRelay } from "./relay.ts";

Deno.test("months and accounts have numbers, accounts names", () =>
  withRelay(async (relay) => {
    const month = await call(relay, "bandwidth.show", {});
    assert.equal(month.bytes_out_total, 0);
    assert.equal(month.monthly_cap_bytes, null);
    assert.equal(month.percent_used, null);
    assert.deepEqual(month.by_category, {});
    const series = await call(relay, "bandwidth.timeseries", { days: 1 });
    assert.deepEqual(series, { buckets: [] });
    assert.deepEqual(await call(relay, "bandwidth.users", {}), { users: [] });
  }));
