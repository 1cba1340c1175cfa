import assert from "node:assert/strict";
import { parseAddress } from "../mail/address.ts";
import { type LinkFacts, loginLink } from "./login_link.ts";

function facts(
  host: string,
  imapPort = 993,
  publiclyTrusted = true,
): LinkFacts {
  return {
    imap: { host, port: imapPort, security: "ssl" },
    smtp: { host, port: 465, security: "ssl" },
    publiclyTrusted,
  };
}

for (
  const [name, address, password, given, want] of [
    [
      "is short where the client finds the servers",
      "ann@relay.example",
      "pass",
      facts("relay.example"),
      "dclogin:ann@relay.example/?p=pass&v=1&ic=1",
    ],
    [
      "names servers on other ports and takes any certificate of our own",
      "ann@relay.example",
      "a b&c=d+é",
      facts("relay.example", 1993, false),
      "dclogin:ann@relay.example/?p=a%20b%26c%3Dd%2B%C3%A9&v=1&ih=relay.example&ip=1993&is=ssl&sh=relay.example&sp=465&ss=ssl&ic=3",
    ],
    [
      "spells every octet of any character",
      "ann@relay.example",
      "𝄞ö%FF",
      facts("relay.example"),
      "dclogin:ann@relay.example/?p=%F0%9D%84%9E%C3%B6%25FF&v=1&ic=1",
    ],
    [
      "names the host of an IP domain without brackets",
      "ann@[IPv6:2001:db8::1]",
      "pass",
      facts("[IPv6:2001:db8::1]"),
      "dclogin:ann@[IPv6%3A2001%3Adb8%3A%3A1]/?p=pass&v=1&ih=2001%3Adb8%3A%3A1&ip=993&is=ssl&sh=2001%3Adb8%3A%3A1&sp=465&ss=ssl&ic=1",
    ],
    [
      "names another host where it is told to, with the trust in that one",
      "ann@relay.example",
      "pass",
      {
        ...facts("relay.example"),
        instead: { host: "192.0.2.1", publiclyTrusted: false },
      },
      "dclogin:ann@relay.example/?p=pass&v=1&ih=192.0.2.1&ip=993&is=ssl&sh=192.0.2.1&sp=465&ss=ssl&ic=3",
    ],
    [
      "is short where that host is the domain",
      "ann@relay.example",
      "pass",
      {
        ...facts("mx.relay.example", 993, false),
        instead: { host: "relay.example", publiclyTrusted: true },
      },
      "dclogin:ann@relay.example/?p=pass&v=1&ic=1",
    ],
  ] as const
) {
  Deno.test(`loginLink() ${name}`, () => {
    assert.equal(loginLink(parseAddress(address), password, given), want);
  });
}
