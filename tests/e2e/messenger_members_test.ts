/**
 * Groups of the messenger of the browser and real Delta Chat cores that several
 * people change without having heard of each other: the later word holds for all.
 */
import assert from "node:assert/strict";
import { withWorld, type World } from "../webmail/world.ts";
import { Core, type Member } from "./core.ts";
import { Person } from "./messengers.ts";

interface Scene {
  readonly core: Core;
  readonly bea: Person;
  readonly ann: Member;
  readonly dan: Member;
  /** What happens to, by whoever. */
  readonly cleo: Member;
  readonly group: string;
  /** Its id for a core. */
  readonly at: ReadonlyMap<Member, number>;
}

async function scene(
  { server }: World,
  bea: Person,
  core: Core,
): Promise<Scene> {
  const names = ["ann.group", "dan.group", "cleo.group"] as const;
  const made = await bea.messenger.groups.create("Hikers", []);
  const code = await bea.messenger.handshakes.offer(made);
  const members: Member[] = [];
  const at = new Map<Member, number>();
  for (const [index, name] of names.entries()) {
    const member = await core.signUp(server, name);
    at.set(member, await member.rpc.secureJoin(member.id, code));
    await bea.until(
      name,
      () => bea.book.chat(made.id)!.members.length === index + 1,
    );
    members.push(member);
  }
  const [ann, dan, cleo] = members;
  const all = { core, bea, ann: ann!, dan: dan!, cleo: cleo!, group: made.id };
  const found = { ...all, at };
  for (const one of members) await agree(found, one, 4);
  return found;
}

async function countIn({ at }: Scene, one: Member): Promise<number> {
  return (await one.rpc.getChatContacts(one.id, at.get(one)!)).length;
}

/** So many are there, and each can be written to. */
async function agree(
  scene: Scene,
  one: Member,
  count: number,
): Promise<void> {
  await scene.core.until(`${count} people for ${one.address}`, async () => {
    await scene.bea.link.take();
    return await one.knowsAll(scene.at.get(one)!, count);
  });
}

/** Waits until somebody knows that she is in the group herself, or is not. */
async function untilIn(
  { core, bea, at }: Scene,
  one: Member,
  isIn: boolean,
): Promise<void> {
  await core.until(`${one.address} in: ${isIn}`, async () => {
    await bea.link.take();
    const chat = await one.rpc.getFullChatById(one.id, at.get(one)!);
    return chat.selfInGroup === isIn;
  });
}

/** As a core knows somebody. */
async function idOf(
  { at }: Scene,
  of: Member,
  address: string,
): Promise<number> {
  for (const id of await of.rpc.getChatContacts(of.id, at.get(of)!)) {
    const contact = await of.rpc.getContact(of.id, id);
    if (contact.address === address) return id;
  }
  throw new Error(`${of.address} does not know ${address}`);
}

const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 2100));

function members({ bea, group }: Scene): string[] {
  return bea.book.chat(group)!.members
    .map((one) => bea.book.contact(one)!.address.split("@")[0]!).toSorted();
}

function contactOf({ bea }: Scene, { address }: Member) {
  return bea.book.contactsAt(address)[0]!;
}

/** A core without a network removes her; the browser then lets her in again, without having heard. */
async function addedLater(scene: Scene): Promise<void> {
  const { bea, ann, dan, cleo, group, at } = scene;
  const { groups } = bea.messenger;
  await ann.rpc.stopIo(ann.id);
  const cleos = await idOf(scene, ann, cleo.address);
  await ann.rpc.removeContactFromChat(ann.id, at.get(ann)!, cleos);
  await nextSecond();
  const who = contactOf(scene, cleo);
  await groups.remove(bea.book.chat(group)!, who);
  await groups.add(bea.book.chat(group)!, who);
  await ann.rpc.startIo(ann.id);
  await ann.send(at.get(ann)!, "I was away");
  await bea.reads(bea.book.chat(group)!, "I was away");
  await dan.receiveText("I was away");
  assert.deepEqual(members(scene), ["ann.group", "cleo.group", "dan.group"]);
  for (const one of [ann, dan, cleo]) await agree(scene, one, 4);
}

/** The browser adds her again; a core that has not heard of it has removed her later. */
async function removedLater(scene: Scene): Promise<void> {
  const { bea, ann, dan, cleo, group, at } = scene;
  await ann.rpc.stopIo(ann.id);
  const who = contactOf(scene, cleo);
  await bea.messenger.groups.remove(bea.book.chat(group)!, who);
  await bea.messenger.groups.add(bea.book.chat(group)!, who);
  await nextSecond();
  const cleos = await idOf(scene, ann, cleo.address);
  await ann.rpc.removeContactFromChat(ann.id, at.get(ann)!, cleos);
  await ann.rpc.startIo(ann.id);
  for (const one of [ann, dan]) await agree(scene, one, 3);
  await untilIn(scene, cleo, false);
  await bea.until("her gone", () => members(scene).length === 2);
  await bea.messenger.writing.send(group, { text: "We are three" });
  await dan.receiveText("We are three");
  await ann.receiveText("We are three");
  for (const one of [ann, dan]) assert.equal(await countIn(scene, one), 3);
}

/** What the browser writes tells a core of a change that it has not heard of. */
async function toldByTheNext(scene: Scene): Promise<void> {
  const { bea, ann, dan, cleo, group, at } = scene;
  const danIn = () => bea.book.chat(group)!.members.length === 2;
  assert.ok(danIn());
  await ann.rpc.leaveGroup(ann.id, at.get(ann)!);
  await bea.until("one less", () => members(scene).join() === "dan.group");
  await agree(scene, dan, 2);
  await bea.messenger.groups.add(
    bea.book.chat(group)!,
    contactOf(scene, cleo),
  );
  // as many as there were without her, when she was removed
  await untilIn(scene, cleo, true);
  for (const one of [dan, cleo]) await agree(scene, one, 3);
}

Deno.test("a group that cores and the messenger change at once is the same for all", (t) =>
  withWorld(async (world, _ann, bob) => {
    const core = await Core.start();
    try {
      const bea = await Person.open(bob, "Bea");
      const met = await scene(world, bea, core);
      await t.step("she is added later", () => addedLater(met));
      await t.step("she is removed later", () => removedLater(met));
      await t.step("one leaves, one comes", () => toldByTheNext(met));
    } finally {
      await core.dispose();
    }
  }, {
    config:
      "[webmail]\nwebimap = true\nwebsmtp = true\nrequests_per_minute = 0",
  }));
