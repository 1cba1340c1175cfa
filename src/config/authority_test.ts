import assert from "node:assert/strict";
import { loadConfig } from "./load.ts";
import { ConfigError, formatProblem } from "./problems.ts";

function problemsOf(text: string): string[] {
  try {
    loadConfig({ path: "p.toml", text });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(formatProblem);
  }
  return [];
}

function autocert(domain: string, acme = ""): string {
  return `[server]\ndomain = "${domain}"\n[tls]\nmode = "autocert"\n[acme]\n${acme}`;
}

const OWN = 'directory = "https://ca.internal/dir"\n';

const CASES: readonly [what: string, text: string, problem?: RegExp][] = [
  ["a name", autocert("chat.example")],
  ["an address", autocert("[203.0.113.5]")],
  ["a private address", autocert("[192.168.1.5]"), /192\.168\.1\.5 is not pub/],
  ["one of IPv6", autocert("[IPv6:fd00::1]"), /fd00::1 is not public/],
  ["a private name", autocert("relay.local"), /relay\.local is not public/],
  ["a name without a dot", autocert("localhost"), /localhost is not public/],
  ["… at an authority of one's own", autocert("relay.local", OWN)],
  ["no terms", autocert("chat.example", "agree_tos = false"), /agree_tos/],
  ["no way", autocert("chat.example", "challenges = []"), /names none/],
  [
    "dns-01 without a program",
    autocert("chat.example", 'challenges = ["dns-01"]'),
    /dns_hook: is missing/,
  ],
  [
    "a program without dns-01",
    autocert("chat.example", 'dns_hook = "/x"'),
    /dns_hook: is of no use/,
  ],
  [
    "a wildcard over HTTP",
    autocert("chat.example", 'extra_names = ["*.chat.example"]'),
    /wildcard, which needs dns-01/,
  ],
  [
    "half of an external account",
    autocert("chat.example", 'eab_kid = "k"'),
    /belong together/,
  ],
  [
    "an address that is none",
    autocert("chat.example", 'email = "admin@[192.0.2.1]"'),
    /an ACME contact needs a DNS domain/,
  ],
  [
    "a directory without TLS",
    autocert("chat.example", 'directory = "http://ca.example/dir"'),
    /must be an https URL/,
  ],
  [
    "a name that is none",
    autocert("chat.example", 'extra_names = ["*.*.example"]'),
    /must be a DNS name, \*\.name or an IP address/,
  ],
  [
    "mistakes that do not count in another mode",
    '[server]\ndomain = "relay.local"\n[acme]\nchallenges = ["dns-01"]',
  ],
];
for (const [what, text, problem] of CASES) {
  Deno.test(`certificates from an authority: ${what}`, () => {
    const found = problemsOf(text);
    if (!problem) return assert.deepEqual(found, []);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", problem);
  });
}
