import assert from "node:assert/strict";
import { RelaySiteBackend, type SiteBackendParts } from "./site_backend.ts";

Deno.test("pageWait() counts an IPv6 network, and both forms of an IPv4 address, as one", () => {
  const clock = { now: () => 0, monotonic: () => 0 };
  const config = () => ({ web: { pagesPerSecond: 20 } });
  const parts = { clock, config } as unknown as SiteBackendParts;
  const backend = new RelaySiteBackend(parts);
  for (let i = 0; i < 100; i++) {
    assert.equal(backend.pageWait(`2001:db8:1:2::${i}`), 0);
    assert.equal(backend.pageWait(`${i % 2 ? "::ffff:" : ""}192.0.2.1`), 0);
  }
  assert.equal(backend.pageWait("2001:db8:1:2:ffff::1"), 1);
  assert.equal(backend.pageWait("::ffff:c000:201"), 1);
  assert.equal(backend.pageWait("2001:db8:1:3::1"), 0);
});

/** Of a server at mx.a.example, with a certificate for these names. */
function policyAt(
  host: string,
  { names = ["mx.a.example"], publiclyTrusted = true } = {},
): string | undefined {
  return new RelaySiteBackend({
    clock: { now: () => 0, monotonic: () => 0 },
    config: () => ({
      server: {
        domain: "a.example",
        domains: ["b.example"],
        domainAliases: {},
        hostname: "mx.a.example",
      },
      mta_sts: { mode: "testing", maxAge: 86_400 },
    }),
    certificates: {
      trustedFor: (name: string) =>
        publiclyTrusted && names.includes(name) ? { names } : undefined,
    },
  } as unknown as SiteBackendParts).mtaStsPolicy(host);
}

Deno.test("mtaStsPolicy() is there where others look for it, while they can verify the certificate", () => {
  const hosts = ["mta-sts.a.example", "MTA-STS.b.example."];
  for (const host of hosts) {
    assert.equal(
      policyAt(host),
      "version: STSv1\r\nmode: testing\r\nmx: mx.a.example\r\nmax_age: 86400\r\n",
    );
  }
  for (const host of ["mta-sts.c.example", "a.example", "mx.a.example"]) {
    assert.equal(policyAt(host), undefined, host);
  }
  const host = "mta-sts.a.example";
  assert.equal(policyAt(host, { publiclyTrusted: false }), undefined);
  assert.equal(policyAt(host, { names: ["a.example"] }), undefined);
});
