/** A relay without signatures writes to one that wants them: its people and its admin are told. @module */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { Correspondent } from "./correspondent.ts";

networkTest(
  "mail without a signature is refused, and both are told",
  async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const [unsigned, strict] = await Promise.all([
      RelayHost.start(network, {
        domain: "one.example",
        signs: false,
        federation: 'first_attempt_wait = "30s"',
      }),
      RelayHost.start(network, {
        domain: "two.example",
        federation: 'inbound_auth = "strict"',
      }),
    ]);
    assert.ok(unsigned && strict);
    const ann = await Correspondent.signUp(unsigned, "ann");
    const bob = await Correspondent.signUp(strict, "bob");
    const eve = await Correspondent.signUp(unsigned, "eve");
    for (const person of [ann, bob, eve]) ending.defer(() => person.close());
    // alone: the reply; beside somebody who has it: a report
    await assert.rejects(ann.write([bob.address], "alone"), /5\.7\.1.*DKIM/);
    await ann.write([bob.address, eve.address], "together");
    await eve.receive("together");
    const report = await ann.receiveReport(/DKIM/);
    assert.match(report, /^Final-Recipient: rfc822; bob@two\.example\r$/m);
    assert.equal((await bob.read()).length, 0);
    const status = await unsigned.command("status", "--json");
    assert.match(status, /"signature_refused"/);
  },
);
