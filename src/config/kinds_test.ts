import assert from "node:assert/strict";
import { certificatePair } from "./authority_kinds.ts";
import {
  choice,
  decimal,
  duration,
  flag,
  integer,
  type Kind,
  list,
  milliseconds,
  optional,
  size,
  text,
} from "./kinds.ts";
import {
  dnsServer,
  domainAliases,
  hostName,
  listenAddress,
  mailDomain,
  network,
} from "./network_kinds.ts";

const READ: [string, Kind<unknown>, string, unknown][] = [
  ["flag", flag, " Enabled ", true],
  ["flag", flag, "", false],
  ["duration", duration(), "1d12h", 129_600],
  ["size", size(), "1.5 GiB", 1_610_612_736],
  ["integer", integer(1, 9), "9", 9],
  ["decimal", decimal(0, 10), "2.5", 2.5],
  ["choice", choice("a", "b"), " b ", "b"],
  ["text", text, " two words ", "two words"],
  ["optional", optional(integer(1, 9)), "", undefined],
  ["optional", optional(integer(1, 9)), "7", 7],
  ["list", list(integer(1, 9)), "1, 2,", [1, 2]],
  ["domain", mailDomain, "Chat.Example", "chat.example"],
  ["domain", mailDomain, "192.0.2.1", "[192.0.2.1]"],
  ["host name", hostName, "2001:DB8::1", "2001:db8::1"],
  ["host name", hostName, "_chat.example", "_chat.example"],
  ["network", network, "2001:db8::/32", "2001:db8::/32"],
  ["network", network, "192.0.2.1", "192.0.2.1"],
  ["milliseconds", milliseconds(), "1500ms", 1500],
  ["milliseconds", milliseconds(), "2s", 2000],
  ["DNS server", dnsServer, "192.0.2.53", { address: "192.0.2.53", port: 53 }],
  ["DNS server", dnsServer, "2001:db8::53", {
    address: "2001:db8::53",
    port: 53,
  }],
  ["DNS server", dnsServer, "[2001:db8::53]:5353", {
    address: "2001:db8::53",
    port: 5353,
  }],
  ["DNS server", dnsServer, "[2001:db8::53]", {
    address: "2001:db8::53",
    port: 53,
  }],
  ["DNS server", dnsServer, "127.0.0.1:5353", {
    address: "127.0.0.1",
    port: 5353,
  }],
  ["listener", listenAddress, "25", { port: 25 }],
  ["listener", listenAddress, ":25", { port: 25 }],
  ["listener", listenAddress, "[::1]:25", { host: "::1", port: 25 }],
  ["listener", listenAddress, "127.0.0.1:25", { host: "127.0.0.1", port: 25 }],
  ["aliases", domainAliases, "192.0.2.1=a.example", {
    "[192.0.2.1]": "a.example",
  }],
  ["certificates", list(certificatePair), "/a/c.pem=/a/k.pem, /b c.pem=/b k", [
    { cert: "/a/c.pem", key: "/a/k.pem" },
    { cert: "/b c.pem", key: "/b k" },
  ]],
];
for (const [name, kind, written, value] of READ) {
  Deno.test(`${name} reads ${JSON.stringify(written)}`, () => {
    assert.deepEqual(kind.parse(written), value);
    assert.deepEqual(kind.parse(kind.format(value)), value);
  });
}

const REFUSED: [string, Kind<unknown>, string][] = [
  ["flag", flag, "maybe"],
  ["duration", duration({ min: 60 }), "59s"],
  ["size", size({ max: 1024 }), "1025"],
  ["integer", integer(1, 9), "10"],
  ["integer", integer(1, 9), "1.0"],
  ["integer", integer(0, 9), "-1"],
  ["decimal", decimal(0, 10), "1e1"],
  ["choice", choice("a", "b"), "c"],
  ["text", text, "a\nb"],
  ["text", text, "x".repeat(4097)],
  ["list", list(integer(1, 9), { max: 2 }), "1,2,3"],
  ["domain", mailDomain, "a b"],
  ["domain", mailDomain, "[300.0.0.1]"],
  ["host name", hostName, "[192.0.2.1]"],
  ["host name", hostName, "chat.example:443"],
  ["network", network, "192.0.2.0/33"],
  ["network", network, "192.0.2.0/24/24"],
  ["network", network, "chat.example"],
  ["milliseconds", milliseconds({ max: 1000 }), "1001ms"],
  ["milliseconds", milliseconds(), "1.5ms"],
  ["DNS server", dnsServer, ""],
  ["DNS server", dnsServer, "dns.example"],
  ["DNS server", dnsServer, ":53"],
  ["DNS server", dnsServer, "192.0.2.53:0"],
  ["listener", listenAddress, "0"],
  ["listener", listenAddress, "::1:25"],
  ["listener", listenAddress, "localhost:25"],
  ["listener", listenAddress, "[127.0.0.1]:25"],
  ["listener", listenAddress, "127.0.0.1"],
  ["aliases", domainAliases, "a.example"],
  ["certificates", certificatePair, "/a/c.pem"],
  ["certificates", certificatePair, "=/a/k.pem"],
  ["certificates", certificatePair, "/a=/b=/c"],
];
for (const [name, kind, written] of REFUSED) {
  Deno.test(`${name} refuses ${JSON.stringify(written.slice(0, 40))}`, () => {
    assert.throws(
      () => kind.parse(written),
      (error) => error instanceof SyntaxError || error instanceof RangeError,
    );
  });
}
