/** A page of accounts out of very many, by each order and filter, and what it costs others. @module */
import { callOperation } from "../../src/admin/operation_table.ts";
import { ACCOUNT_ORDERS } from "../../src/admin/operations/accounts.ts";
import { dayOf } from "../../src/base/clock.ts";
import type { Address } from "../../src/mail/address.ts";
import { ask } from "../admin/resources/ask.ts";
import { NOW, type Relay, withRelay } from "../admin/relay.ts";
import { percentile, type Row } from "./measure.ts";

const ACCOUNTS = 100_000;
const AT_ONCE = 5_000;
const LOOKS = 9;

async function fill({ store }: Relay): Promise<void> {
  for (let first = 0; first < ACCOUNTS; first += AT_ONCE) {
    await store.accounts.createMany(
      Array.from({ length: AT_ONCE }, (_, n) => {
        const number = first + n;
        const loggedIn = number % 3 !== 0;
        return {
          address: `known${number}@relay.example` as Address,
          passwordHash: "x",
          origin: "import" as const,
          createdAt: NOW - number,
          ...(loggedIn
            ? { firstLoginAt: NOW, lastLoginDay: dayOf(NOW) - number % 100 }
            : {}),
        };
      }),
    );
  }
  for (let n = 0; n < 200; n++) {
    await store.accounts.block({
      pattern: `known${n * 7}@relay.example`,
      reason: "bench",
      createdAt: NOW,
    });
  }
}

/** The median of some looks, and the longest stop of the event loop meanwhile. */
async function look(
  work: () => Promise<unknown>,
): Promise<{ readonly medianMs: number; readonly stopMs: number }> {
  const times: number[] = [];
  let stopMs = 0;
  let last = performance.now();
  const ticks = setInterval(() => {
    stopMs = Math.max(stopMs, performance.now() - last);
    last = performance.now();
  }, 1);
  await work(); // a thread begins, and reads what it needs
  last = performance.now();
  stopMs = 0;
  for (let n = 0; n < LOOKS; n++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  clearInterval(ticks);
  return { medianMs: percentile(times, 0.5), stopMs };
}

const INPUTS: Readonly<Record<string, Record<string, unknown>>> = {
  ...Object.fromEntries(
    ACCOUNT_ORDERS.flatMap((sort) =>
      (["asc", "desc"] as const).map((dir) => [
        `by ${sort}, ${dir}`,
        { sort, dir },
      ])
    ),
  ),
  "the last page": { offset: ACCOUNTS - 50 },
  "search of one": { search: "known99999" },
  "search of many": { search: "9" },
  "never": { filter: "never" },
  "inactive": { filter: "inactive", inactive_for: "30d" },
  "over_quota": { filter: "over_quota" },
  "blocked": { filter: "blocked" },
};

export async function measureAdminLists(): Promise<Row[]> {
  const rows: Row[] = [];
  await withRelay(async (relay) => {
    await fill(relay);
    for (const [name, input] of Object.entries(INPUTS)) {
      const { medianMs, stopMs } = await look(() =>
        callOperation(relay, "accounts.list", { limit: 50, ...input })
      );
      rows.push(...shown(`a page of 100 000 accounts, ${name}`, {
        medianMs,
        stopMs,
      }));
    }
    const all = await look(() => ask(relay, "GET", "/admin/accounts"));
    rows.push(...shown("all 100 000 accounts", all));
  });
  return rows;
}

function shown(
  measure: string,
  { medianMs, stopMs }: { readonly medianMs: number; readonly stopMs: number },
): Row[] {
  const benchmark = "lists of an admin";
  const required = measure.startsWith("a page") ? { required: "< 100" } : {};
  return [
    { benchmark, measure, value: medianMs, unit: "ms", ...required },
    {
      benchmark,
      measure: `${measure}: nothing else goes on for at most`,
      value: stopMs,
      unit: "ms",
    },
  ];
}
