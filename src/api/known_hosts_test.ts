import assert from "node:assert/strict";
import type { UnknownHost } from "../config/web_kinds.ts";
import { EXCHANGE } from "../../tests/harness/test_site.ts";
import { FIXED_ANSWERS } from "../http/server/fixed_answers.ts";
import {
  type HostRules,
  knownHostUpgrade,
  withKnownHosts,
} from "./known_hosts.ts";

function rules(unknown: UnknownHost): HostRules {
  return {
    unknown: () => unknown,
    isOwn: (host) => host === "relay.example",
    answers: FIXED_ANSWERS,
  };
}

async function ask(
  unknown: UnknownHost,
  url: string,
  address = "192.0.2.1",
): Promise<Response> {
  const handler = withKnownHosts(rules(unknown), () => new Response("ours"));
  return await handler(new Request(url), { ...EXCHANGE, address });
}

for (
  const [what, url, address, isOurs] of [
    ["its own name", "https://relay.example/", "192.0.2.1", true],
    ["its own name at a port", "https://relay.example:8443/", "::1", true],
    ["another name", "https://evil.example/", "192.0.2.1", false],
    [
      "a path of an authority",
      `https://evil.example/.well-known/acme-challenge/x`,
      "192.0.2.1",
      true,
    ],
    ["a name of the machine, from it", "http://localhost/", "127.0.0.1", true],
    ["its address, from it", "http://[::1]:8080/", "::1", true],
    [
      "a name of the machine, from elsewhere",
      "http://localhost/",
      "192.0.2.1",
      false,
    ],
    [
      "an address of the machine, from elsewhere",
      "http://127.0.0.1/",
      "192.0.2.1",
      false,
    ],
    [
      "another name, from the machine",
      "http://evil.example/",
      "127.0.0.1",
      false,
    ],
  ] as const
) {
  Deno.test(`withKnownHosts() ${isOurs ? "lets" : "turns away"} ${what}`, async () => {
    const served = await ask("serve", url, address);
    assert.equal(await served.text(), "ours");
    const refused = await ask("421", url, address);
    assert.equal(refused.status, isOurs ? 200 : 421);
    assert.equal(
      await refused.text(),
      isOurs ? "ours" : "Not a name of this server\n",
    );
    const closed = await ask("close", url, address);
    assert.equal(closed.type === "error", !isOurs);
  });
}

Deno.test("knownHostUpgrade() asks its route for our names alone", async () => {
  const taken = () => Promise.resolve();
  const route = (unknown: UnknownHost) =>
    knownHostUpgrade(rules(unknown), {
      path: "/relay",
      protocol: "websocket",
      accept: () => taken,
    });
  const request = (host: string) => new Request(`https://${host}/relay`);
  for (const unknown of ["serve", "421", "close"] as const) {
    const own = route(unknown).accept(request("relay.example"), EXCHANGE);
    assert.equal(await own, taken);
  }
  const refused = await route("421").accept(request("evil.example"), EXCHANGE);
  assert.equal(refused instanceof Response && refused.status, 421);
  const closed = await route("close").accept(request("evil.example"), EXCHANGE);
  assert.ok(typeof closed === "function" && closed !== taken);
});
