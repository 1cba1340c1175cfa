/** What a server elsewhere, or this one, reports of a message is what its sender's core shows. @module */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { NO_POSTFIX, PostfixHost } from "../harness/network/postfix_host.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { chatWith } from "./chats.ts";
import { Core, type Member } from "./core.ts";

const FAILED = 24;
const DELIVERED = 26;

interface Stage {
  readonly network: Network;
  readonly one: RelayHost;
  readonly two: RelayHost;
  readonly ann: Member;
  readonly chat: number;
}

/** Ann on one relay can write to Bob on another one, which is down since. */
async function setUp(ending: AsyncDisposableStack): Promise<Stage> {
  const network = ending.use(await Network.make());
  const people = await network.addHost("people");
  const [one, two] = await Promise.all(
    ["one.example", "two.example"].map((domain) =>
      RelayHost.start(network, { domain, config: '[queue]\nretry = ["2s"]\n' })
    ),
  );
  assert.ok(one && two);
  const core = await Core.start({ host: people });
  ending.defer(() => core.dispose());
  const ann = await core.signUp(one, "ann");
  const bob = await core.signUp(two, "bob");
  await bob.join(ann);
  const chat = await chatWith(ann, "bob");
  await bob.rpc.stopIo(bob.id);
  await two.end("SIGTERM");
  return { network, one, two, ann, chat };
}

networkTest("a report of a server elsewhere is shown", async () => {
  await using ending = new AsyncDisposableStack();
  const { network, two, ann, chat } = await setUp(ending);
  const postfix = await PostfixHost.start(network, "two.example", {
    host: two.host,
    mailbox: "bob",
    isGone: true,
  });
  ending.defer(() => postfix.dispose());
  const sent = await ann.send(chat, "Are you still there?");
  await ann.untilState(sent, FAILED);
  const { error } = await ann.message(sent);
  assert.match(String(error), /could not\s+be delivered/, postfix.output);
}, NO_POSTFIX);

networkTest("a report of one's own relay is shown", async () => {
  await using ending = new AsyncDisposableStack();
  const { one, ann, chat } = await setUp(ending);
  const sent = await ann.send(chat, "Are you still there?");
  await ann.untilState(sent, DELIVERED);
  const listed = await one.command("queue", "list", "--json");
  for (const { id } of JSON.parse(listed).data.entries) {
    await one.command("queue", "remove", id, "--bounce", "--yes");
  }
  await ann.untilState(sent, FAILED);
  const { error } = await ann.message(sent);
  assert.match(String(error), /bob@two\.example/);
});
