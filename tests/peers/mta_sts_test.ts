/** A domain that publishes how its mail is to be secured is held to it, by whole servers. */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { until, untilEqual } from "../harness/until.ts";
import { Correspondent } from "./correspondent.ts";

const RETRY = '[queue]\nretry = ["1s"]\nstartup_delay = "0s"\n';

interface Entry {
  readonly rcpt_to: string;
  readonly last_status: string | null;
  readonly last_error: string | null;
}

async function waiting(relay: RelayHost): Promise<Entry[]> {
  const listed = await relay.command("queue", "list", "--json");
  return JSON.parse(listed).data.entries;
}

/** Publishes what `dns records` says of the policy. */
async function publishPolicy(network: Network, relay: RelayHost) {
  const { domain, host } = relay;
  const listed = await relay.command("dns", "records", "--json");
  const id = /v=STSv1; *id=\w+/.exec(listed)?.[0];
  assert.ok(id, listed);
  await network.setName(`_mta-sts.${domain}`, { TXT: [id] });
  await network.setName(`mta-sts.${domain}`, {
    A: [host.ipv4],
    AAAA: [host.ipv6],
  });
}

networkTest(
  "mail waits where a policy wants a certificate that holds",
  async () => {
    await using network = await Network.make();
    await using ending = new AsyncDisposableStack();
    const [one, two] = await Promise.all(
      ["one.example", "two.example"].map((domain) =>
        RelayHost.start(network, { domain, config: RETRY })
      ),
    );
    assert.ok(one && two);
    await publishPolicy(network, two);
    const ann = await Correspondent.signUp(one, "ann");
    ending.defer(() => ann.close());
    const bob = await Correspondent.signUp(two, "bob");
    await ann.write([bob.address], "1");
    await bob.receive("1");
    bob.close();

    const good = await Deno.readTextFile(two.configFile);
    const bad = good.replace(
      /\[tls\]\n.*\n.*\n.*/,
      '[tls]\nmode = "self_signed"',
    );
    assert.notEqual(bad, good);
    await two.end("SIGTERM");
    await Deno.writeTextFile(two.configFile, bad);
    await two.run();
    await ann.write([bob.address], "2");
    let last: Entry | undefined;
    const entry = await until(
      () => `Nothing waits for a certificate: ${JSON.stringify(last)}`,
      async () => {
        [last] = await waiting(one);
        return last?.last_status === "4.7.5" && last;
      },
    );
    assert.match(entry.last_error ?? "", /certificate/i);

    await two.end("SIGTERM");
    await Deno.writeTextFile(two.configFile, good);
    await two.run();
    const again = await Correspondent.signUp(two, "bob");
    ending.defer(() => again.close());
    await again.receive("2");
    await untilEqual([], () => waiting(one)); // the reply comes after the message
  },
);
