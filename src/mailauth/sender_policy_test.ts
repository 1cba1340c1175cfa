import assert from "node:assert/strict";
import {
  DnsTestServer,
  type ZoneName,
} from "../../tests/harness/dns_server.ts";
import { systemRandom } from "../base/random.ts";
import { Resolver } from "../dns/resolver.ts";
import { checkSpf, signingPromise } from "./sender_policy.ts";

const ZONE: Record<string, ZoneName> = {
  "a.example": {
    TXT: ["v=spf1 mx a:host.a.example -all"],
    MX: ["5 mx.a.example"],
  },
  "mx.a.example": { A: ["192.0.2.1"], AAAA: ["2001:db8::1"] },
  "host.a.example": { A: ["192.0.2.2"] },
  "soft.example": { TXT: ["v=spf1 ~all"] },
  "loop.example": { TXT: ["v=spf1 include:loop.example -all"] },
  "broken.example": { trouble: "SERVFAIL" },
  "_dmarc.a.example": { TXT: ["v=DMARC1; p=reject; adkim=s"] },
  "_dmarc.none.example": { TXT: ["v=DMARC1; p=none"] },
  "none.example": {},
  "_adsp._domainkey.adsp.example": { TXT: ["dkim=discardable"] },
  "_dmarc.broken.example": { trouble: "SERVFAIL" },
};

async function withDns(test: (dns: Resolver) => Promise<void>): Promise<void> {
  await using server = DnsTestServer.start(ZONE);
  await test(
    new Resolver({
      servers: () => [server.server],
      timeoutMs: 60_000,
      clock: { now: () => 0, monotonic: () => 0 },
      random: systemRandom,
    }),
  );
}

for (
  const [address, sender, result] of [
    ["192.0.2.1", "ann@a.example", "pass"],
    ["2001:db8::1", "ann@a.example", "pass"],
    ["192.0.2.2", "ann@a.example", "pass"],
    ["192.0.2.3", "ann@a.example", "fail"],
    ["192.0.2.3", "ann@soft.example", "softfail"],
    ["192.0.2.3", "ann@nobody.example", "none"],
    ["192.0.2.3", "ann@loop.example", "permerror"],
    ["192.0.2.3", "ann@broken.example", "temperror"],
  ] as const
) {
  Deno.test(`checkSpf() says ${result} of ${address} for ${sender}`, () =>
    withDns(async (dns) => {
      assert.equal(await checkSpf(dns, address, sender), result);
    }));
}

for (
  const [domain, promise] of [
    ["a.example", "signs_all"],
    ["adsp.example", "signs_all"],
    ["none.example", "says_nothing"],
    ["nobody.example", "says_nothing"],
    ["broken.example", "temporary"],
  ] as const
) {
  Deno.test(`signingPromise() of ${domain} is ${promise}`, () =>
    withDns(async (dns) => {
      assert.equal(await signingPromise(dns, domain), promise);
    }));
}
