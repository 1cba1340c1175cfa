import assert from "node:assert/strict";
import { KnownSigners, type Signer } from "./known_signers.ts";

const DAY = 86_400;

function signers(known: Iterable<readonly [string, Signer]> = []) {
  const values = new Map(known);
  const changes: number[] = [];
  const time = { seconds: 100 * DAY };
  const set = new KnownSigners({
    records: {
      values,
      get: (domain) => values.get(domain),
      change({ put = [], remove = [] }) {
        const entries = [...put];
        changes.push(entries.length);
        for (const domain of remove) values.delete(domain);
        for (const [domain, signer] of entries) values.set(domain, signer);
        return Promise.resolve();
      },
    },
    livedSeconds: () => time.seconds,
    reportBug: assert.fail,
  });
  return { set, values, changes, time };
}

Deno.test("a signer is written down once a day, and is known for thirty", () => {
  const { set, values, changes, time } = signers();
  for (let i = 0; i < 5; i++) set.note("a.example");
  assert.equal(changes.length, 1);
  assert.equal(set.isKnown("a.example"), true);
  assert.equal(set.isOld("a.example"), false);
  time.seconds += DAY;
  assert.equal(set.isOld("a.example"), true);
  time.seconds += 29 * DAY;
  assert.equal(set.isKnown("a.example"), true);
  time.seconds += 1;
  assert.equal(set.isKnown("a.example"), false);
  assert.equal(values.size, 1);
});

Deno.test("one that was away for long begins anew", () => {
  const { set, values, time } = signers([
    ["a.example", { firstAt: DAY, lastAt: 2 * DAY }],
    ["b.example", { firstAt: DAY, lastAt: 98 * DAY }],
  ]);
  set.note("a.example");
  set.note("b.example");
  assert.equal(values.get("a.example")?.firstAt, time.seconds);
  assert.equal(values.get("b.example")?.firstAt, DAY);
  assert.equal(set.isOld("a.example"), false);
});

Deno.test("those that were heard of least lately go when there are too many", () => {
  const { set, values } = signers(
    Array.from({ length: 20_000 }, (_, i) => [
      `d${i}.example`,
      { firstAt: i, lastAt: i },
    ]),
  );
  set.note("new.example");
  assert.equal(values.size, 19_801);
  assert.equal(values.has("d199.example"), false);
  assert.equal(values.has("d200.example"), true);
  assert.equal(values.has("new.example"), true);
});
