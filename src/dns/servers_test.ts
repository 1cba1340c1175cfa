import assert from "node:assert/strict";
import { reverseName } from "./reverse_name.ts";
import { parseResolvConf, systemServers } from "./servers.ts";

const ROWS: readonly [string, readonly string[]][] = [
  ["nameserver 192.0.2.1\nnameserver 2001:db8::1\n", [
    "192.0.2.1",
    "2001:db8::1",
  ]],
  ["# nameserver 192.0.2.1\n\tnameserver\t192.0.2.2 # x", ["192.0.2.2"]],
  ["nameserver fe80::1%eth0", ["fe80::1"]],
  ["nameserver a\nnameserver 192.0.2.1\r\n", ["192.0.2.1"]],
  ["", ["127.0.0.1"]],
  ["nameserver 192.0.2.1\n".repeat(9), Array(3).fill("192.0.2.1")],
];

for (const [text, addresses] of ROWS) {
  Deno.test(`parseResolvConf() reads ${JSON.stringify(text.slice(0, 40))}`, () => {
    const servers = parseResolvConf(text);
    assert.deepEqual(servers.map(({ address }) => address), addresses);
  });
}

Deno.test("systemServers() falls back when there is no file", async () => {
  const [server] = await systemServers("/nonexistent/resolv.conf");
  assert.deepEqual(server, { address: "127.0.0.1", port: 53 });
});

Deno.test("reverseName() writes both families and refuses the rest", () => {
  assert.equal(reverseName("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  assert.equal(reverseName("::ffff:192.0.2.1"), "1.2.0.192.in-addr.arpa");
  const zeros = "0.".repeat(23);
  assert.equal(
    reverseName("2001:db8::1"),
    `1.${zeros}8.b.d.0.1.0.0.2.ip6.arpa`,
  );
  assert.throws(() => reverseName("a.example"), SyntaxError);
});
