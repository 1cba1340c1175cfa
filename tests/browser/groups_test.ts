/** Who is in a group, as people leave it, are removed, and come again. */
import assert from "node:assert/strict";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import type { Messenger } from "../../web/browser/app/model/messenger.ts";
import { acquainted, person, texts } from "./people.ts";

const fingerprint = ({ book }: Messenger) => book.account.key.fingerprint;

async function group() {
  const { relay, ann, bob } = await acquainted();
  const cleo = await person(relay, "Cleo");
  const made = await ann.groups.create("Hikers", ann.book.contacts);
  await ann.writing.send(made.id, { text: "Where to?" });
  await relay.settle();
  const at = ({ book }: Messenger) => book.chatWithId("group", made.groupId!)!;
  await cleo.join(await ann.handshakes.offer(at(ann)));
  await relay.settle();
  const names = (who: Messenger) =>
    at(who).members.map((one) => who.book.contact(one)!.address.split("@")[0])
      .toSorted();
  return { relay, ann, bob, cleo, at, names };
}

/** Somebody writes who has not heard of what happens in `change`. */
async function unheard(
  who: Messenger,
  { relay, at }: Pick<Awaited<ReturnType<typeof group>>, "relay" | "at">,
  change: () => Promise<void>,
): Promise<void> {
  const before = at(who);
  await change();
  await relay.settle();
  await who.book.setChat(before);
  await who.writing.send(before.id, { text: "Up the hill" });
  await relay.settle();
}

Deno.test("who was removed stays out, whoever has not heard of it, until they are added again", async () => {
  const scene = await group();
  const { relay, ann, bob, cleo, at, names } = scene;
  assert.deepEqual(names(ann), ["bob", "cleo"]);
  assert.deepEqual(names(cleo), ["ann", "bob"]);
  const guest = ann.book.contact(fingerprint(cleo))!;
  await unheard(bob, scene, () => ann.groups.remove(at(ann), guest));
  assert.ok(texts(ann, at(ann).id).includes("Up the hill"));
  assert.deepEqual(names(ann), ["bob"]);
  assert.equal(at(cleo).left, true);
  await ann.writing.send(at(ann).id, { text: "For two" });
  await relay.settle();
  assert.ok(!texts(cleo, at(cleo).id).includes("For two"));
  await ann.groups.add(at(ann), guest);
  await relay.settle();
  assert.deepEqual(names(ann), ["bob", "cleo"]);
  assert.deepEqual(names(bob), ["ann", "cleo"]);
  assert.equal(at(cleo).left, false);
});

Deno.test("who has left stays out, whoever has not heard of it, until they come again", async () => {
  const scene = await group();
  const { relay, ann, bob, cleo, at, names } = scene;
  await unheard(bob, scene, () => cleo.groups.leave(at(cleo)));
  assert.equal(at(cleo).left, true);
  assert.deepEqual(names(ann), ["bob"]);
  await cleo.join(await ann.handshakes.offer(at(ann)));
  await relay.settle();
  assert.equal(at(cleo).left, false);
  assert.deepEqual(names(ann), ["bob", "cleo"]);
  await cleo.writing.send(at(cleo).id, { text: "Here again" });
  await relay.settle();
  for (const who of [ann, bob]) {
    assert.ok(texts(who, at(who).id).includes("Here again"));
  }
});

/** A minute after another, as far as anybody sees. */
async function minutesApart(
  works: readonly (() => Promise<void>)[],
): Promise<void> {
  const { now } = Date;
  try {
    for (const [minute, work] of works.entries()) {
      Date.now = () => now() + minute * 60_000;
      await work();
    }
  } finally {
    Date.now = now;
  }
}

for (const last of ["removes", "adds"] as const) {
  for (const isTurned of [false, true]) {
    Deno.test(`of two who change the same member at once, who ${last} later is right for all${isTurned ? ", heard of or not" : ""}`, async () => {
      const { relay, ann, bob, cleo, at, names } = await group();
      const dan = await person(relay, "Dan");
      await dan.join(await ann.handshakes.offer(at(ann)));
      await relay.settle();
      assert.deepEqual(names(bob), ["ann", "cleo", "dan"]);
      const who = ann.book.contact(fingerprint(cleo))!;
      const removes = () => ann.groups.remove(at(ann), who);
      const adds = async () => {
        await bob.groups.remove(at(bob), who);
        await bob.groups.add(at(bob), who);
      };
      relay.hold();
      await minutesApart([
        () => Promise.resolve(),
        ...last === "adds" ? [removes, adds] : [adds, removes],
      ]);
      await minutesApart([
        () => Promise.resolve(),
        () => Promise.resolve(),
        () => Promise.resolve(),
        () => relay.release({ isTurned }),
      ]);
      const cleos = last === "adds" ? ["cleo"] : [];
      assert.deepEqual(names(ann), ["bob", ...cleos, "dan"]);
      assert.deepEqual(names(bob), ["ann", ...cleos, "dan"]);
      assert.deepEqual(names(dan), ["ann", "bob", ...cleos]);
      assert.equal(at(cleo).left, last === "removes");
    });
  }
}

Deno.test("two add the same one at once: all say it once", async () => {
  const { relay, ann, bob, at, names } = await group();
  const dan = await person(relay, "Dan");
  for (const one of [ann, bob]) {
    await dan.join(await one.handshakes.offer());
    await relay.settle();
  }
  relay.hold();
  for (const one of [ann, bob]) {
    const contact = one.book.contact(fingerprint(dan))!;
    await one.groups.add(at(one), contact);
  }
  await relay.release();
  assert.deepEqual(names(ann), ["bob", "cleo", "dan"]);
  assert.deepEqual(names(dan), ["ann", "bob", "cleo"]);
  for (const one of [ann, bob, dan]) {
    const said = one.book.messages(at(one).id).filter(({ info }) =>
      info?.what === "member_added" && info.name === "Dan"
    );
    assert.equal(said.length, 1, one.book.account.name);
  }
});

Deno.test("who comes or goes without a word is named", async () => {
  const { relay, ann, bob, cleo, at } = await group();
  const who = ann.book.contact(fingerprint(cleo))!;
  relay.hold(); // what is said of it is lost
  await ann.groups.remove(at(ann), who);
  relay.drop();
  await ann.writing.send(at(ann).id, { text: "We are two" });
  await relay.settle();
  assert.deepEqual(at(bob).members, [fingerprint(ann)]);
  const infos = bob.book.messages(at(bob).id).flatMap(({ info }) => info ?? []);
  assert.deepEqual(infos.at(-1), { what: "member_removed", name: "Cleo" });
});

Deno.test("who writes before others hear that they were added is read then", async () => {
  for (const isLet of [true, false]) {
    const { relay, ann, bob, at } = await group();
    const dan = await person(relay, "Dan");
    await dan.join(await ann.handshakes.offer());
    await relay.settle();
    relay.hold();
    await ann.groups.add(at(ann), ann.book.contact(fingerprint(dan))!);
    relay.drop();
    const word = toOctets(relay.sent.at(-1)!.raw);
    await dan.receive(dan.book.uid + 1, word);
    await dan.writing.send(at(dan).id, { text: "Quick, and early" });
    await dan.writing.send(at(dan).id, { text: "Again" });
    await relay.settle();
    assert.deepEqual(texts(ann, at(ann).id).slice(-2), [
      "Quick, and early",
      "Again",
    ]);
    assert.ok(!texts(bob, at(bob).id).includes("Again"));
    if (!isLet) {
      // what they wrote while they were out stays out, be they let in later
      await minutesApart([
        () => Promise.resolve(),
        () => Promise.resolve(),
        async () => {
          await bob.groups.add(at(bob), bob.book.contact(fingerprint(dan))!);
          await bob.writing.send(at(bob).id, { text: "Welcome" });
          await relay.settle();
        },
      ]);
      assert.ok(!texts(bob, at(bob).id).includes("Again"));
      continue;
    }
    await bob.receive(bob.book.uid + 1, word);
    assert.deepEqual(texts(bob, at(bob).id).slice(-2), [
      "Quick, and early",
      "Again",
    ]);
    assert.equal((await bob.book.vault.all("held:")).size, 0);
    assert.equal((await bob.book.vault.all("held-octets:")).size, 0);
  }
});

Deno.test("a list that is two months old is no longer believed", async () => {
  const { relay, ann, bob, cleo, at, names } = await group();
  await bob.book.alterChat(at(bob).id, (chat) => ({
    ...chat,
    heardAt: 1_000_000,
    members: [fingerprint(ann)],
    times: {
      [fingerprint(bob)]: [0, 0],
      [fingerprint(ann)]: [0, 0],
      [fingerprint(cleo)]: [0, 2e9],
    },
  }));
  await ann.writing.send(at(ann).id, { text: "Anybody there?" });
  await relay.settle();
  assert.deepEqual(names(bob), ["ann", "cleo"]);
});
