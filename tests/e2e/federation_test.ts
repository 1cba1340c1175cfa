/** People on three relays talk to each other through real Delta Chat cores. @module */
import assert from "node:assert/strict";
import { networkTest, NO_NAMESPACES } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { Core, type Member } from "./core.ts";
import { chatWith, digest, gather, sendFile } from "./chats.ts";

const READ = 28;
const FAILED = 24;
const DELIVERED = 26;

const CONFIG = `
[queue]
retry = ["2s"]
`;

interface Stage {
  readonly network: Network;
  readonly relays: readonly RelayHost[];
  readonly cores: readonly Core[];
  /** On the first relay. */
  readonly ann: Member;
  /** On the second. */
  readonly bob: Member;
  /** On the third, whose domain is its address. */
  readonly cleo: Member;
  /** Chat with the other one, at Ann and at Bob. */
  readonly annsChat: number;
  readonly bobsChat: number;
}

async function setUp(ending: AsyncDisposableStack): Promise<Stage> {
  const network = ending.use(await Network.make());
  const people = await network.addHost("people");
  const relays = await Promise.all([
    RelayHost.start(network, { domain: "one.example", config: CONFIG }),
    RelayHost.start(network, { domain: "two.example", config: CONFIG }),
    RelayHost.start(network, { config: CONFIG }),
  ]);
  const cores = await Promise.all(
    relays.map(() => Core.start({ host: people })),
  );
  for (const core of cores) ending.defer(() => core.dispose());
  const [ann, bob, cleo] = await Promise.all(
    ["ann", "bob", "cleo"].map((name, at) =>
      cores[at]!.signUp(relays[at]!, name)
    ),
  );
  assert.ok(ann && bob && cleo);
  const bobsChat = await bob.join(ann);
  const annsChat = await chatWith(ann, "bob");
  return { network, relays, cores, ann, bob, cleo, annsChat, bobsChat };
}

type Scene = (stage: Stage) => Promise<void>;

const SCENES: Record<string, Scene> = {
  async "a chat goes both ways"({ ann, bob, annsChat, bobsChat }) {
    await ann.send(annsChat, "Hello Bob");
    const received = await bob.receiveText("Hello Bob");
    assert.equal(received.showPadlock, true);
    await bob.send(bobsChat, "Hello Ann");
    assert.equal((await ann.receiveText("Hello Ann")).showPadlock, true);
  },

  async "a read receipt arrives"({ ann, bob, annsChat }) {
    const sent = await ann.send(annsChat, "Have you read this?");
    const received = await bob.receiveText("Have you read this?");
    await bob.rpc.markseenMsgs(bob.id, [received.id]);
    await ann.untilState(sent, READ);
  },

  async "somebody on a relay without a name is met"({ ann, cleo }) {
    const cleosChat = await cleo.join(ann);
    await cleo.send(cleosChat, "From an address");
    await ann.receiveText("From an address");
    await ann.send(await chatWith(ann, "cleo"), "From a name");
    await cleo.receiveText("From a name");
  },

  async "a file of 10 MB arrives whole"({ ann, bob, annsChat, cores }) {
    const path = `${cores[0]!.folder}/large.bin`;
    const hash = await sendFile(ann, annsChat, path, 10_000_000);
    const received = await bob.receive(
      "a large file",
      ({ fileName, downloadState }) =>
        fileName === "large.bin" && downloadState === "Done",
    );
    assert.ok(received.file);
    assert.equal(await digest(await Deno.readFile(received.file)), hash);
  },

  async "a group of six on three relays hears everybody"(
    { ann, bob, cleo, cores, relays },
  ) {
    const friends = await Promise.all(
      cores.map((core, at) => core.signUp(relays[at]!, `friend${at}`)),
    );
    const group = await ann.rpc.createGroupChat(ann.id, "Six", false);
    const others = [bob, cleo, ...friends];
    await gather(ann, group, others);
    await ann.send(group, "Welcome, all of you");
    const heard = await Promise.all(
      others.map((other) => other.receiveText("Welcome, all of you")),
    );
    for (const [at, speaker] of others.entries()) {
      const { chatId } = heard[at]!;
      await speaker.core.until(
        `six members at ${speaker.address}`,
        () => speaker.knowsAll(chatId, 6),
      );
      const text = `This is ${speaker.address}`;
      await speaker.send(chatId, text);
      const listeners = [ann, ...others].filter((one) => one !== speaker);
      await Promise.all(listeners.map((one) => one.receiveText(text)));
    }
    for (const friend of friends) await friend.rpc.stopIo(friend.id);
  },

  async "what is written to a relay that is down arrives later"(
    { relays, ann, bob, annsChat },
  ) {
    const [, second] = relays;
    assert.ok(second);
    await second.end("SIGTERM");
    const sent = await ann.send(annsChat, "While you were away");
    await ann.untilState(sent, DELIVERED);
    await second.run();
    // as an app does: without it the core waits before it connects again
    await bob.rpc.maybeNetwork();
    await bob.receiveText("While you were away");
  },

  async "what is written while the link is cut arrives later"(
    { relays, ann, bob, annsChat },
  ) {
    const [first, second] = relays;
    assert.ok(first && second);
    await second.host.barriers({ from: [first.host], answer: "silence" });
    const sent = await ann.send(annsChat, "Into the dark");
    await ann.untilState(sent, DELIVERED);
    await second.host.barriers();
    await bob.receiveText("Into the dark");
  },

  async "mail to somebody who is not there fails with the peer's words"(
    { relays, cores, ann },
  ) {
    const [, second] = relays;
    assert.ok(second);
    const gone = await cores[1]!.signUp(second, "gone");
    await gone.join(ann);
    await gone.rpc.removeAccount(gone.id);
    await second.command("accounts", "delete", gone.address, "--yes");
    const sent = await ann.send(await chatWith(ann, "gone"), "Are you there?");
    await ann.untilState(sent, FAILED);
    assert.match(String((await ann.message(sent)).error), /5\.1\.1/);
  },
};

const ending = new AsyncDisposableStack();
let stage: Stage | undefined;
Deno.test.beforeAll(async () => {
  if (NO_NAMESPACES === undefined) stage = await setUp(ending);
});
Deno.test.afterAll(() => ending.disposeAsync());
for (const [name, scene] of Object.entries(SCENES)) {
  networkTest(`people on three relays: ${name}`, async () => {
    assert.ok(stage, "three people have signed up, and two have joined");
    await scene(stage);
  });
}
