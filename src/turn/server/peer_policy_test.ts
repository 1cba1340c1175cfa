import { equal } from "node:assert/strict";
import { PeerPolicy, type PeerVerdict } from "./peer_policy.ts";
import type { TurnOptions } from "./options.ts";

const OPTIONS: TurnOptions = {
  realm: "chat.example",
  secret: "secret",
  relayAddresses: { 4: "203.0.113.5", 6: "2001:db8::5" },
  relayPorts: [50_000, 50_999],
  ownAddresses: [],
  allowedPeers: [],
  deniedPeers: [],
  limits: {
    allocations: 1,
    allocationsPerAddress: 1,
    allocationsPerUser: 1,
    octetsPerSecond: 0,
  },
};

/** Whether an address may be a peer, at a port that is no service's. */
const HOSTS: Readonly<Record<PeerVerdict, readonly string[]>> = {
  outside: ["1.1.1.1", "9.255.255.255", "11.0.0.0", "2a00:1450:4001::1"],
  relayed: ["203.0.113.5", "2001:db8::5"],
  forbidden: [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:1.1.1.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:102:304::1",
    "2002:a00:1::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "203.0.113.6", // another address of the machine
    "8.8.8.8", // denied by the operator
    "nonsense",
    "",
  ],
};

const POLICY = new PeerPolicy({
  ...OPTIONS,
  ownAddresses: ["203.0.113.5", "203.0.113.6", "2001:db8::5"],
  deniedPeers: ["8.8.8.0/24"],
});

for (const [verdict, hosts] of Object.entries(HOSTS)) {
  for (const host of hosts) {
    Deno.test(`host() says that "${host}" is ${verdict}`, () => {
      equal(POLICY.host(host), verdict);
    });
  }
}

const PEERS: readonly (readonly [string, number, PeerVerdict])[] = [
  ["1.1.1.1", 1024, "outside"],
  ["1.1.1.1", 1023, "forbidden"],
  ["1.1.1.1", 0, "forbidden"],
  ["203.0.113.5", 50_000, "relayed"],
  ["203.0.113.5", 50_999, "relayed"],
  ["203.0.113.5", 49_999, "forbidden"],
  ["203.0.113.5", 51_000, "forbidden"],
  ["203.0.113.5", 3478, "forbidden"],
  ["203.0.113.6", 50_000, "forbidden"],
  ["10.0.0.1", 50_000, "forbidden"],
];

for (const [hostname, port, verdict] of PEERS) {
  Deno.test(`peer() says that ${hostname} port ${port} is ${verdict}`, () => {
    equal(POLICY.peer({ hostname, port }), verdict);
  });
}

Deno.test("what an operator allows may be a peer although it is private or ours", () => {
  const policy = new PeerPolicy({
    ...OPTIONS,
    ownAddresses: ["203.0.113.5"],
    allowedPeers: ["10.1.0.0/16", "203.0.113.5"],
  });
  equal(policy.peer({ hostname: "10.1.2.3", port: 4000 }), "outside");
  equal(policy.peer({ hostname: "10.2.2.3", port: 4000 }), "forbidden");
  equal(policy.peer({ hostname: "203.0.113.5", port: 4000 }), "outside");
  equal(policy.peer({ hostname: "203.0.113.5", port: 50_000 }), "relayed");
  equal(policy.peer({ hostname: "203.0.113.5", port: 443 }), "forbidden");
});
