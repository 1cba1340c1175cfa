/** A relay asks another one which of its ports are open from there. @module */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";

async function looked(
  relay: RelayHost,
  peer: string,
  id = "ports-outside",
): Promise<Finding[]> {
  const words = ["--only", id, "--outside", "--peer", peer];
  return await examined(relay, words, id);
}

async function examined(
  relay: RelayHost,
  words: readonly string[],
  id: string,
): Promise<Finding[]> {
  const output = await relay.command("doctor", ...words, "--json")
    .catch((error: Error) => error.message); // it exits with 1 if all is not well
  const json = /\{.*\}/s.exec(output)?.[0] ?? output;
  const { data } = JSON.parse(json) as { data: Finding[] };
  return data.filter((one) => one.id === id);
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

networkTest(
  "a relay learns whether an authority would be answered at its port 443",
  async () => {
    await using network = await Network.make();
    const [asking, asked] = await Promise.all([
      RelayHost.start(network, {
        domain: "one.example",
        config: '[acme]\ndirectory = "https://authority.example/directory"',
      }),
      RelayHost.start(network, {
        domain: "two.example",
        config: "[doctor]\necho = true",
      }),
    ]);
    assert.ok(asking && asked);
    const [none] = await looked(asking, "mx.two.example", "tls-alpn-outside");
    assert.equal(none, undefined, "no authority is to come");
    await asking.command("certificate", "acme", "--no-obtain");
    const [own] = await examined(asking, ["--only", "tls-alpn"], "tls-alpn");
    assert.equal(own?.status, "pass", JSON.stringify(own));
    assert.match(own.detail, /at port 443 of \d/);
    const [well] = await looked(asking, "mx.two.example", "tls-alpn-outside");
    assert.equal(well?.status, "pass", JSON.stringify(well));
    await asking.host.barriers({
      from: [asked.host],
      ports: [443],
      answer: "reset",
    });
    const [bad] = await looked(asking, "mx.two.example", "tls-alpn-outside");
    assert.equal(bad?.status, "fail", JSON.stringify(bad));
    assert.match(bad.remedy ?? "", /has to pass TLS on/);
  },
);
