/** A relay asks another one which of its ports are open from there. @module */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";

async function looked(relay: RelayHost, peer: string): Promise<Finding[]> {
  const words = ["--only", "ports-outside", "--outside", "--peer", peer];
  const output = await relay.command("doctor", ...words, "--json")
    .catch((error: Error) => error.message); // it exits with 1 if all is not well
  const json = /\{.*\}/s.exec(output)?.[0] ?? output;
  const { data } = JSON.parse(json) as { data: Finding[] };
  return data.filter(({ id }) => id === "ports-outside");
}

networkTest(
  "a relay learns from another one which ports are closed",
  async () => {
    await using network = await Network.make();
    const [asking, asked] = await Promise.all([
      RelayHost.start(network, {
        domain: "one.example",
        config: '[web]\nstealth = "minimal"',
      }),
      RelayHost.start(network, {
        domain: "two.example",
        config: "[doctor]\necho = true",
      }),
    ]);
    assert.ok(asking && asked);
    const [all] = await looked(asking, "mx.two.example");
    assert.equal(all?.status, "pass", JSON.stringify(all));
    assert.match(all.detail, /443/);
    await asking.host.barriers({
      from: [asked.host],
      ports: [993, 80],
      answer: "reset",
    });
    const bad = await looked(asking, "mx.two.example");
    assert.deepEqual(
      bad.map(({ status, detail }) => [status, /port (\d+)/.exec(detail)?.[1]])
        .toSorted(),
      [["fail", "80"], ["fail", "993"]],
    );
    assert.match(bad[0]!.remedy ?? "", /firewall/);
    // the other way round nobody connects back, since it is off there
    const [off] = await looked(asked, "mx.one.example");
    assert.equal(off?.status, "skip");
  },
);
