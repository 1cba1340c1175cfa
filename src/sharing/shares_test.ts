import assert from "node:assert/strict";
import { memoryRecords } from "../../tests/harness/memory_records.ts";
import {
  CHANNEL,
  CONTACT,
  GROUP,
  testShares,
} from "../../tests/harness/test_shares.ts";
import { Refusal } from "../base/refusal.ts";

const DAY_MS = 86_400_000;

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return "none";
}

Deno.test("create() gives an ending, a name and a key", async () => {
  const { shares } = await testShares();
  const { share, editKey } = await shares.create({ url: CONTACT });
  assert.match(share.slug, /^[a-z0-9]{8}$/);
  assert.equal(share.name, "Ann B.");
  assert.equal(share.kind, "contact");
  assert.match(editKey, /^[0-9a-f]{32}$/);
  assert.ok(shares.isOwner(share.slug, editKey));
  for (
    const wrong of ["", editKey.slice(1), `${editKey}0`, "x".repeat(10_000)]
  ) {
    assert.ok(!shares.isOwner(share.slug, wrong));
  }
  assert.ok(!shares.isOwner("nothing", editKey));
});

for (
  const [slug, code] of [
    ["Ann-B_1", "none"],
    ["ab", "slug_too_short"],
    ["-ab", "slug_invalid"],
    ["a.b", "slug_invalid"],
    ["a/b", "slug_invalid"],
    ["äbc", "slug_invalid"],
    ["a".repeat(40), "none"],
    ["a".repeat(41), "slug_invalid"],
    ["Admin", "slug_reserved"],
    ["new", "slug_reserved"],
    ["translations", "slug_reserved"],
    ["WANTED", "slug_reserved"],
    ["blocked", "slug_reserved"],
    ["TAKEN", "slug_taken"],
  ] as const
) {
  Deno.test(`create() with the ending ${slug.slice(0, 12)}: ${code}`, async () => {
    const { shares } = await testShares();
    await shares.create({ url: GROUP, slug: "taken" });
    await shares.reserve("Blocked");
    assert.equal(await refusal(shares.create({ url: CONTACT, slug })), code);
  });
}

Deno.test("of many who want one ending one gets it", async () => {
  const { shares } = await testShares();
  const codes = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      refusal(shares.create({
        url: at % 2 ? CONTACT : GROUP,
        slug: at % 3 ? "race" : "RACE",
      }))),
  );
  assert.equal(codes.filter((code) => code === "none").length, 1);
  assert.equal(codes.filter((code) => code === "slug_taken").length, 49);
  assert.equal(shares.size, 1);
});

Deno.test("edit() keeps what is not said, and remove() forgets the views", async () => {
  const store = memoryRecords();
  const { shares } = await testShares({}, store);
  const { share } = await shares.create({ url: CONTACT, slug: "Ann" });
  shares.count("ANN");
  shares.count("ann");
  const named = await shares.edit("ann", { name: "Annie" });
  assert.deepEqual(named, {
    ...share,
    name: "Annie",
    views: 2,
    lastViewDay: 20_833,
  });
  const moved = await shares.edit("aNN", { url: CHANNEL });
  assert.equal(moved.kind, "channel");
  assert.equal(moved.name, "Annie");
  assert.equal(moved.slug, "Ann");
  await shares.upkeep();
  const again = await testShares({}, store);
  assert.deepEqual(again.shares.find("ann"), moved);
  await shares.remove("ann");
  assert.equal(shares.find("ann"), undefined);
  assert.equal(await refusal(shares.remove("ann")), "not_found");
  assert.equal(await refusal(shares.edit("ann", {})), "not_found");
  const anew = await shares.create({ url: GROUP, slug: "ann" });
  assert.equal(anew.share.views, 0);
});

Deno.test("what is reserved is shown to nobody", async () => {
  const { shares } = await testShares();
  await shares.reserve("Blocked");
  assert.equal(shares.shown("blocked"), undefined);
  assert.equal(shares.find("blocked")?.kind, "reserved");
  assert.equal(await refusal(shares.reserve("BLOCKED")), "slug_taken");
  assert.equal(
    await refusal(shares.edit("blocked", { name: "x" })),
    "not_found",
  );
  const freed = await shares.edit("blocked", { url: CONTACT });
  assert.equal(freed.kind, "contact");
});

Deno.test("links that are too old, or that nobody looks at, are over", async () => {
  const { shares, time } = await testShares({
    maxAgeSeconds: () => 100 * 86_400,
    unusedSeconds: () => 10 * 86_400,
  });
  await shares.create({ url: CONTACT, slug: "unseen" });
  await shares.create({ url: CONTACT, slug: "seen" });
  await shares.reserve("blocked");
  await time.pass(9 * DAY_MS);
  shares.count("seen");
  await time.pass(2 * DAY_MS);
  assert.equal(shares.shown("unseen"), undefined);
  assert.ok(shares.shown("seen"));
  assert.equal(await shares.upkeep(), 1);
  assert.equal(shares.size, 2);
  for (let day = 11; day < 99; day++) {
    await time.pass(DAY_MS);
    shares.count("seen");
  }
  assert.ok(shares.shown("seen"));
  await time.pass(2 * DAY_MS);
  assert.equal(shares.shown("seen"), undefined);
  assert.equal(await shares.upkeep(), 1);
  assert.equal(shares.find("blocked")?.kind, "reserved");
});
