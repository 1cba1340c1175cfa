import assert from "node:assert/strict";
import { RelaySiteBackend, type SiteBackendParts } from "./site_backend.ts";

Deno.test("pageWait() counts an IPv6 network, and both forms of an IPv4 address, as one", () => {
  const clock = { now: () => 0, monotonic: () => 0 };
  const backend = new RelaySiteBackend({ clock } as SiteBackendParts);
  for (let i = 0; i < 100; i++) {
    assert.equal(backend.pageWait(`2001:db8:1:2::${i}`), 0);
    assert.equal(backend.pageWait(`${i % 2 ? "::ffff:" : ""}192.0.2.1`), 0);
  }
  assert.equal(backend.pageWait("2001:db8:1:2:ffff::1"), 1);
  assert.equal(backend.pageWait("::ffff:c000:201"), 1);
  assert.equal(backend.pageWait("2001:db8:1:3::1"), 0);
});
