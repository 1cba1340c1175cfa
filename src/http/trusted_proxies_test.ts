import assert from "node:assert/strict";
import { TrustedProxies } from "./trusted_proxies.ts";

const near = { address: "127.0.0.1", secure: false };
const far = { address: "203.0.113.5", secure: false };

for (
  const [name, trusted, connected, fields, want] of [
    ["nobody says anything", [], near, {}, near],
    [
      "a stranger says for whom",
      [],
      near,
      { "x-forwarded-for": "192.0.2.1" },
      { ...near, forwarded: true },
    ],
    [
      "a stranger says it as RFC 7239 does",
      ["192.0.2.0/24"],
      near,
      { forwarded: "for=192.0.2.1" },
      { ...near, forwarded: true },
    ],
    [
      "a stranger says no more than where it comes from",
      [],
      near,
      { "x-real-ip": "192.0.2.1" },
      { ...near, forwarded: true },
    ],
    [
      "a trusted one says for whom",
      ["127.0.0.1"],
      near,
      { "x-forwarded-for": "203.0.113.5" },
      far,
    ],
  ] as const
) {
  Deno.test(`peerOf() when ${name}`, () => {
    const proxies = new TrustedProxies(() => trusted);
    assert.deepEqual(proxies.peerOf(new Headers(fields), connected), want);
  });
}
